#include "trace/format/flow_csv/record.h"

#include <algorithm>

namespace tracetwin::flow_csv {
namespace {

constexpr std::uint64_t kMaxPort = 0xffff;

std::uint8_t argus_protocol(std::string_view text, Values& values) {
  constexpr std::array<std::string_view, 3> kOnUdp = {"rtp", "rtcp", "udt"};
  if (std::find(kOnUdp.begin(), kOnUdp.end(), text) != kOnUdp.end()) {
    return kUdp;
  }
  return text == "ipnip" ? std::uint8_t{4} : values.protocol("Proto", text);
}

void take_argus_icmp(FiveTuple& tuple) {
  tuple.dstport = static_cast<std::uint16_t>(tuple.srcport >> 8);
  tuple.srcport &= 0xff;
}

}  // namespace

Style style_of(const ColumnMap& map) {
  Style style;
  const auto* time = map.find("ts");
  const auto* duration = map.find("td");
  style.time_scale = time != nullptr ? time->scale.value_or(style.time_scale) : style.time_scale;
  style.duration_scale =
      duration != nullptr ? duration->scale.value_or(style.duration_scale) : style.duration_scale;
  return style;
}

FlowRecord read_record(const Texts& texts, const Style& style, Values& values) {
  const auto port = [&](std::string_view name, Column column) {
    return static_cast<std::uint16_t>(values.whole(name, texts[column], kMaxPort));
  };
  FlowRecord record;
  FiveTuple& tuple = record.tuple;
  tuple.proto =
      style.argus ? argus_protocol(texts[kProto], values) : values.protocol("proto", texts[kProto]);
  tuple.src = values.address("srcip", texts[kSrcIp]);
  tuple.dst = values.address("dstip", texts[kDstIp]);
  tuple.srcport = port("srcport", kSrcPort);
  tuple.dstport = port("dstport", kDstPort);
  if (style.argus && (tuple.proto == kIcmp || tuple.proto == kIcmpV6)) {
    take_argus_icmp(tuple);
  }
  record.start_ns = values.time("ts", texts[kTs], style.time_scale);
  record.duration_ns = values.span("td", texts[kTd], style.duration_scale);
  record.packets = values.count("pkt", texts[kPkt]);
  record.bytes = values.count("byt", texts[kByt]);
  return record;
}

}  // namespace tracetwin::flow_csv
