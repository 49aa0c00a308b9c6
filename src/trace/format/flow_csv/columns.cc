#include "trace/format/flow_csv/columns.h"

#include <array>

namespace tracetwin::flow_csv {

std::span<const ColumnSpec> columns() {
  static const std::array<ColumnSpec, 9> kColumns = {{
      {"srcip", true, {"sa", "saddr", "srcaddr", "sourceip", "sourceaddress", "sourceipv4address"}},
      {"dstip",
       true,
       {"da", "daddr", "dstaddr", "destinationip", "destinationaddress", "destinationipv4address"}},
      {"srcport", false, {"sp", "sport", "sourceport", "sourcetransportport"}},
      {"dstport", false, {"dp", "dport", "destinationport", "destinationtransportport"}},
      {"proto", true, {"pr", "prot", "protocol", "protocolidentifier"}},
      {"ts", true, {"start", "starttime", "timestamp", "firstseen", "datefirstseen"}},
      {"td", false, {"dur", "duration"}},
      {"pkt", true, {"pkts", "packets", "ipkt", "ipkts", "totpkts", "packetcount"}},
      {"byt", true, {"bytes", "ibyt", "ibytes", "totbytes", "octets", "bytecount"}},
  }};
  return kColumns;
}

}  // namespace tracetwin::flow_csv
