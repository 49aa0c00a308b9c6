#include "trace/format/zeek_tsv/connection.h"

#include <limits>

#include "trace/format/text/number.h"

namespace tracetwin::zeek {
namespace {

constexpr std::uint64_t kMaxCount = std::numeric_limits<std::uint64_t>::max();
constexpr int kSeconds = 9;

std::uint8_t read_protocol(const Texts& texts, bool v6, Values& values) {
  if (!texts[kIpProto].empty()) {
    return static_cast<std::uint8_t>(values.whole("ip_proto", texts[kIpProto], 0xff));
  }
  const std::uint8_t protocol = values.protocol("proto", texts[kProto]);
  return protocol == kIcmp && v6 ? std::uint8_t{kIcmpV6} : protocol;
}

std::uint16_t read_port(std::string_view name, std::string_view text, Values& values) {
  return static_cast<std::uint16_t>(values.whole(name, text, 0xffff));
}

std::uint64_t read_bytes(const Texts& texts, Field ip_bytes, Field payload, Values& values) {
  const Field field = texts[ip_bytes].empty() ? payload : ip_bytes;
  return values.whole(fields()[field].name, texts[field], kMaxCount);
}

std::uint64_t sum(std::string_view name, std::uint64_t a, std::uint64_t b, Values& values) {
  if (a > kMaxCount - b) {
    values.fail(name, "a whole number in its range");
  }
  return a + b;
}

}  // namespace

std::span<const ColumnSpec> fields() {
  static const std::array<ColumnSpec, kFields> kSpecs = {{
      {"ts", true, {}},
      {"id.orig_h", true, {}},
      {"id.orig_p", true, {}},
      {"id.resp_h", true, {}},
      {"id.resp_p", true, {}},
      {"proto", true, {}},
      {"duration", false, {}},
      {"ip_proto", false, {}},
      {"orig_bytes", false, {}},
      {"resp_bytes", false, {}},
      {"orig_pkts", true, {}},
      {"orig_ip_bytes", true, {}},
      {"resp_pkts", true, {}},
      {"resp_ip_bytes", true, {}},
  }};
  return kSpecs;
}

FlowRecord read_connection(const Texts& texts, Values& values) {
  FlowRecord record;
  FiveTuple& tuple = record.tuple;
  tuple.src = values.address("id.orig_h", texts[kOrigHost]);
  tuple.dst = values.address("id.resp_h", texts[kRespHost]);
  tuple.srcport = read_port("id.orig_p", texts[kOrigPort], values);
  tuple.dstport = read_port("id.resp_p", texts[kRespPort], values);
  tuple.proto = read_protocol(texts, !tuple.src.is_v4(), values);
  record.start_ns = values.time("ts", texts[kTs], kSeconds);
  record.duration_ns = values.seconds("duration", texts[kDuration]);
  const std::uint64_t sent = values.count("orig_pkts", texts[kOrigPkts]);
  const std::uint64_t answered = values.count("resp_pkts", texts[kRespPkts]);
  record.packets = sum("orig_pkts", sent, answered, values);
  record.bytes = sum("orig_ip_bytes", read_bytes(texts, kOrigIpBytes, kOrigBytes, values),
                     read_bytes(texts, kRespIpBytes, kRespBytes, values), values);
  return record;
}

std::string_view transport_name(std::uint8_t protocol) {
  switch (protocol) {
    case kTcp:
      return "tcp";
    case kUdp:
      return "udp";
    case kIcmp:
    case kIcmpV6:
      return "icmp";
    default:
      return "unknown_transport";
  }
}

}  // namespace tracetwin::zeek
