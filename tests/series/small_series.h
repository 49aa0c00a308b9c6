#pragma once

#include <map>

#include "series/choose.h"
#include "trace/address.h"

// A flow log small enough to follow by hand: two flows, one of which goes on for three minutes.
namespace tracetwin::series::test {

inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kBegin = 1'700'000'000 * kSecond;

enum Column : std::size_t { kSrc, kDst, kSrcPort, kDstPort, kProto, kTs, kTd, kSize };

struct Line {
  std::uint32_t src;
  std::uint16_t srcport;
  std::int64_t second;
  std::uint64_t packets;
  std::uint64_t bytes;
};

inline Vocabulary vocabulary_of(const Field& field, const std::vector<Key>& keys) {
  PrivateColumn column;
  for (const Key key : keys) {
    column.values.push_back(key);
  }
  auto ledger = dp::Ledger::no_guarantee(dp::Unit::kRecord);
  const Window window{kBegin, kBegin + 1000 * kSecond};
  return Vocabulary::learn(field, window, column, {}, ledger).vocabulary;
}

inline SeriesData data_of(const std::vector<Line>& lines) {
  SeriesData data;
  const auto fields = standard_fields(TraceKind::kFlows);
  data.fields.assign(fields.begin(), fields.end());
  data.rows.resize(fields.size());
  for (const Line& line : lines) {
    data.rows[kSrc].push_back(key_of(IpAddress::v4(line.src)));
    data.rows[kDst].push_back(key_of(IpAddress::v4(0x0a000001)));
    data.rows[kSrcPort].push_back(line.srcport);
    data.rows[kDstPort].push_back(443);
    data.rows[kProto].push_back(6);
    data.rows[kTs].push_back(static_cast<std::uint64_t>(kBegin + line.second * kSecond));
    data.rows[kTd].push_back(1000 * line.packets);
    data.rows[kSize].push_back(pair_key(line.packets, line.bytes));
  }
  for (std::size_t f = 0; f < data.fields.size(); ++f) {
    data.vocabularies.push_back(vocabulary_of(data.fields[f], data.rows[f]));
  }
  data.records = data.rows;
  data.time_field = kTs;
  data.flows = flows_of_records(data.rows, kTs);
  return data;
}

/// Flow A (source port 1000) at 0, 100 and 190 s, flow B (2000) at 50 s; file out of order.
inline SeriesData two_flows() {
  return data_of({{0x01020304, 1000, 100, 2, 200},
                  {0x05060708, 2000, 50, 1, 60},
                  {0x01020304, 1000, 0, 10, 15000},
                  {0x01020304, 1000, 190, 1, 40}});
}

}  // namespace tracetwin::series::test
