#include "trace/format/packet_csv/columns.h"

#include <array>

namespace tracetwin::packet_csv {

std::span<const ColumnSpec> columns() {
  static const std::array<ColumnSpec, 24> kColumns = {{
      {"srcip", true, {"sa", "saddr", "srcaddr", "sourceip", "sourceaddress", "ipsrc"}},
      {"dstip", true, {"da", "daddr", "dstaddr", "destinationip", "destinationaddress", "ipdst"}},
      {"srcport", true, {"sp", "sport", "sourceport"}},
      {"dstport", true, {"dp", "dport", "destinationport"}},
      {"proto", true, {"pr", "prot", "protocol", "ipproto"}},
      {"time", true, {"timestamp", "ts"}},
      {"pkt_len", true, {"iplen", "iplength", "packetlength"}},
      {"version", false, {"ipversion"}},
      {"ihl", false, {}},
      {"tos", false, {"dsfield", "trafficclass"}},
      {"id", false, {"ipid"}},
      {"flag", false, {"ipflags", "ipflag"}},
      {"off", false, {"fragmentoffset", "fragoffset"}},
      {"ttl", false, {"hoplimit"}},
      {"chksum", false, {"checksum", "ipchecksum"}},
      {"tcp_flags", false, {}},
      {"window", false, {"tcpwindow"}},
      {"seq", false, {"tcpseq"}},
      {"ack", false, {"tcpack"}},
      {"transport_header", false, {}},
      {"payload_len", false, {"payloadlength"}},
      {"flow_label", false, {}},
      {"wire_len", false, {"wirelength"}},
      {"cap_len", false, {"capturedlength"}},
  }};
  return kColumns;
}

}  // namespace tracetwin::packet_csv
