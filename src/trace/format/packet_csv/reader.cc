// A header line, then one packet a line. A column that the file does not have, or a blank text in
// it, becomes what is most likely for a packet of that length and protocol (see complete()).
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "trace/format/packet_csv/columns.h"
#include "trace/format/rows.h"
#include "trace/format/text/csv.h"
#include "trace/format/text/line_skips.h"
#include "trace/format/text/number.h"
#include "trace/format/text/values.h"

namespace tracetwin {
namespace {

using namespace packet_csv;

constexpr int kMicroseconds = 3;
constexpr std::uint8_t kUsualTtl = 64;
constexpr std::uint32_t kEthernetHeader = 14;
constexpr std::uint32_t kIpv6Header = 40;

std::uint8_t usual_transport_header(const Packet& packet) {
  if (packet.is_later_fragment()) {
    return 0;
  }
  switch (packet.tuple.proto) {
    case kTcp:
      return 20;
    case kSctp:
      return 12;
    case kUdp:
    case kIcmp:
    case kIcmpV6:
      return 8;
    default:
      return 0;
  }
}

/// What is left of `whole` behind `part` bytes.
std::uint32_t rest(std::uint32_t whole, std::uint32_t part) {
  return whole > part ? whole - part : 0;
}

/// One line of texts as a packet.
class PacketLine {
 public:
  PacketLine(const ColumnLayout& layout, std::span<const std::string_view> fields, Values& values)
      : layout_(layout), fields_(fields), values_(values) {}

  Packet read() {
    Packet packet;
    read_tuple(packet.tuple);
    packet.time_ns = values_.time("time", text(kTime), kMicroseconds);
    packet.ip_length = need<std::uint32_t>(kPktLen);
    read_ip(packet);
    read_transport(packet);
    packet.wire_length =
        number<std::uint32_t>(kWireLen, static_cast<std::uint32_t>(std::min<std::uint64_t>(
                                            std::uint64_t{packet.ip_length} + kEthernetHeader,
                                            std::numeric_limits<std::uint32_t>::max())));
    packet.captured_length = number(kCapLen, packet.wire_length);
    return packet;
  }

 private:
  std::string_view text(Column column) const { return layout_.text(fields_, column); }

  template <class T>
  T number(Column column, T absent, T most = std::numeric_limits<T>::max()) {
    return static_cast<T>(values_.whole(columns()[column].name, text(column), most, absent));
  }

  template <class T>
  T need(Column column) {
    if (trim(text(column)).empty()) {
      values_.fail(columns()[column].name, "a whole number");
    }
    return number<T>(column, 0);
  }

  void read_tuple(FiveTuple& tuple) {
    tuple.src = values_.address("srcip", text(kSrcIp));
    tuple.dst = values_.address("dstip", text(kDstIp));
    tuple.srcport = number<std::uint16_t>(kSrcPort, 0);
    tuple.dstport = number<std::uint16_t>(kDstPort, 0);
    tuple.proto = values_.protocol("proto", text(kProto));
  }

  void read_ip(Packet& packet) {
    packet.version = number<std::uint8_t>(kVersion, packet.tuple.src.is_v4() ? 4 : 6, 6);
    if (packet.version != 4 && packet.version != 6) {
      values_.fail("version", "4 or 6");
    }
    if (packet.version == 4 && !(packet.tuple.src.is_v4() && packet.tuple.dst.is_v4())) {
      values_.fail("version", "that of the addresses");
    }
    packet.ihl = number<std::uint8_t>(kIhl, packet.version == 4 ? 5 : 0, 15);
    packet.tos = number<std::uint8_t>(kTos, 0);
    packet.ip_id = number<std::uint16_t>(kId, 0);
    packet.ip_flags = number<std::uint8_t>(kFlag, 0, 7);
    packet.fragment_offset = number<std::uint16_t>(kOff, 0, 0x1fff);
    packet.ttl = number<std::uint8_t>(kTtl, kUsualTtl);
    packet.ip_checksum = number<std::uint16_t>(kChksum, 0);
    packet.flow_label = number<std::uint32_t>(kFlowLabel, 0, 0xfffff);
  }

  void read_transport(Packet& packet) {
    const std::uint32_t ip_header = packet.version == 4 ? packet.ihl * 4U : kIpv6Header;
    const std::uint32_t behind_ip = rest(packet.ip_length, ip_header);
    const bool segment = packet.tuple.proto == kTcp && !packet.is_later_fragment();
    packet.tcp_flags = number<std::uint8_t>(kTcpFlags, segment ? TcpFlag::kAck : 0);
    packet.tcp_window = number<std::uint16_t>(kWindow, 0);
    packet.tcp_seq = number<std::uint32_t>(kSeq, 0);
    packet.tcp_ack = number<std::uint32_t>(packet_csv::kAck, 0);
    packet.transport_header =
        number<std::uint8_t>(kTransportHeader, static_cast<std::uint8_t>(std::min<std::uint32_t>(
                                                   usual_transport_header(packet), behind_ip)));
    packet.payload_length =
        number<std::uint32_t>(kPayloadLen, rest(behind_ip, packet.transport_header));
  }

  const ColumnLayout& layout_;
  std::span<const std::string_view> fields_;
  Values& values_;
};

class PacketCsvReader final : public PacketReader {
 public:
  PacketCsvReader(Buffered input, SourceInfo info, const CsvHeader& header)
      : info_(std::move(info)),
        layout_(header.layout),
        scanner_(std::move(input), header.delimiter) {
    scanner_.next();  // the header line
    for (const std::size_t at : layout_.others) {
      skips_.add(fmt::format("column {:.40} is no field of a packet", header.names[at]), 1);
    }
  }

  bool next(Packet& packet) override;
  const SourceInfo& info() const override { return info_; }
  const Skips& skips() const override { return skips_; }
  std::uint64_t bytes_read() const override { return scanner_.input().source().bytes_read(); }

 private:
  bool read_packet(Packet& packet);

  SourceInfo info_;
  ColumnLayout layout_;
  CsvScanner scanner_;
  Values values_;
  Skips skips_;
  bool ended_ = false;
};

bool PacketCsvReader::next(Packet& packet) {
  while (!ended_) {
    switch (scanner_.next()) {
      case CsvScanner::Result::kRecord:
        if (read_packet(packet)) {
          return true;
        }
        break;
      case CsvScanner::Result::kDamaged:
        skips_.add(scanner_.damage(), scanner_.line());
        break;
      case CsvScanner::Result::kEnd:
        ended_ = true;
        add_source_damage(skips_, scanner_.input(), scanner_.line());
    }
  }
  return false;
}

bool PacketCsvReader::read_packet(Packet& packet) {
  const auto fields = scanner_.fields();
  if (fields.size() != layout_.width) {
    skips_.add(wrong_width(fields.size(), layout_.width), scanner_.line());
    return false;
  }
  values_.clear();
  packet = PacketLine(layout_, fields, values_).read();
  if (!values_.ok()) {
    skips_.add(values_.reason(), scanner_.line());
  }
  return values_.ok();
}

}  // namespace

bool sniff_packet_csv(std::string_view head) {
  const auto header = find_header(head, columns());
  return header.layout.has(kPktLen) && (header.layout.has(kSrcIp) || header.layout.has(kDstIp));
}

AnyReader open_packet_csv_reader(Buffered input, SourceInfo info) {
  const auto header = take_header(input, columns(), info.name);
  require_columns(header.layout, header.names, columns(), info.name, "packet-csv");
  return std::make_unique<PacketCsvReader>(std::move(input), std::move(info), header);
}

}  // namespace tracetwin
