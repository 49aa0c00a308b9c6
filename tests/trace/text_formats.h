#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "support/text_sink.h"
#include "trace/format/rows.h"
#include "trace/time_range.h"

namespace tracetwin {

/// Found by the algorithms through its arguments, hence not in `test`.
inline bool operator==(const FlowRecord& a, const FlowRecord& b) {
  return a.tuple == b.tuple && a.start_ns == b.start_ns && a.duration_ns == b.duration_ns &&
         a.packets == b.packets && a.bytes == b.bytes;
}

namespace test {

/// All that a flow reader gives.
struct Flows {
  std::vector<FlowRecord> records;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> extras;  // by column, then row
  std::vector<Skips::Row> skips;
};

inline Flows read_all(FlowReader& reader) {
  Flows flows;
  FlowBatch batch;
  while (reader.next(batch)) {
    flows.records.insert(flows.records.end(), batch.records.begin(), batch.records.end());
    flows.extras.resize(batch.extras.size());
    for (std::size_t i = 0; i < batch.extras.size(); ++i) {
      for (std::size_t row = 0; row < batch.extras[i].size(); ++row) {
        flows.extras[i].emplace_back(batch.extras[i][row]);
      }
    }
  }
  flows.columns = reader.extra_columns();
  flows.extras.resize(flows.columns.size());
  flows.skips = reader.skips().rows();
  return flows;
}

inline Flows read_all(AnyReader reader) {
  return read_all(*std::get<std::unique_ptr<FlowReader>>(reader));
}

using OpenReader = AnyReader (*)(Buffered, SourceInfo);
using OpenWriter = AnyWriter (*)(ByteSink&, const WriterOptions&);

/// `capacity` is that of the buffer, small to make records straddle its end.
inline AnyReader open_text(OpenReader open, std::string_view text, std::size_t capacity = 1 << 20) {
  SourceInfo info;
  info.name = "test input";
  return open(Buffered(memory_source(std::as_bytes(std::span(text))), capacity), info);
}

inline Flows read_flows(OpenReader open, std::string_view text, std::size_t capacity = 1 << 20) {
  return read_all(open_text(open, text, capacity));
}

inline FlowBatch batch_of(const Flows& flows) {
  FlowBatch batch;
  batch.records = flows.records;
  for (const auto& column : flows.extras) {
    auto& texts = batch.extras.emplace_back();
    for (const auto& text : column) {
      texts.append(text);
    }
  }
  return batch;
}

inline std::string written(OpenWriter open, const Flows& flows) {
  TextSink sink;
  WriterOptions options;
  options.extra_columns = flows.columns;
  const AnyWriter any = open(sink, options);
  auto& writer = *std::get<std::unique_ptr<FlowWriter>>(any);
  writer.write(batch_of(flows));
  writer.finish();
  return sink.text;
}

inline std::vector<std::pair<std::string, std::uint64_t>> reasons(
    const std::vector<Skips::Row>& rows) {
  std::vector<std::pair<std::string, std::uint64_t>> list;
  for (const auto& row : rows) {
    list.emplace_back(row.reason, row.first);
  }
  return list;
}

inline IpAddress random_address(Random& random) {
  return random.chance(0.7) ? IpAddress::v4(static_cast<std::uint32_t>(random.bits()))
                            : IpAddress{random.bits(), random.bits()};
}

inline FiveTuple random_tuple(Random& random) {
  return {random_address(random), random_address(random), static_cast<std::uint16_t>(random.bits()),
          static_cast<std::uint16_t>(random.bits()), static_cast<std::uint8_t>(random.bits())};
}

/// Any value that a FlowRecord of a file can hold, small and large.
inline FlowRecord random_record(Random& random) {
  const auto number = [&] { return random.bits() >> random.below(64); };
  FlowRecord record;
  record.tuple = random_tuple(random);
  record.start_ns = static_cast<std::int64_t>(
      random.below(static_cast<std::uint64_t>(kEndOfTimeNs)) >> random.below(63));
  record.duration_ns = static_cast<std::int64_t>(
      random.below(static_cast<std::uint64_t>(kEndOfTimeNs - record.start_ns)) >> random.below(63));
  record.packets = number() | 1;
  record.bytes = number();
  return record;
}

/// Texts that try a delimited format: quotes, delimiters, line ends, nothing at all.
inline std::string random_text(Random& random) {
  constexpr std::string_view kLetters = "ab\",;\t\r\n -\\#\xc3\xa9";
  std::string text;
  for (auto length = random.below(6); length > 0; --length) {
    text += kLetters[random.below(kLetters.size())];
  }
  return text;
}

inline Flows random_flows(std::uint64_t seed, std::size_t rows, std::size_t columns) {
  Random random(seed);
  Flows flows;
  for (std::size_t i = 0; i < columns; ++i) {
    flows.columns.push_back("extra" + std::to_string(i));
  }
  flows.extras.resize(columns);
  for (std::size_t row = 0; row < rows; ++row) {
    flows.records.push_back(random_record(random));
    for (auto& column : flows.extras) {
      column.push_back(random_text(random));
    }
  }
  return flows;
}

}  // namespace test
}  // namespace tracetwin
