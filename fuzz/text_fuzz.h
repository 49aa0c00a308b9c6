#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "fuzz_support.h"
#include "support/text_sink.h"
#include "trace/format/rows.h"

/// Reads `bytes` with a text format's reader, writes what came and reads that: the same records
/// have to come again. An Error is an answer; everything else that goes wrong is a find.
namespace tracetwin::fuzz {

using OpenReader = AnyReader (*)(Buffered input, SourceInfo info);
using OpenWriter = AnyWriter (*)(ByteSink& sink, const WriterOptions& options);

inline Buffered buffered(std::span<const std::byte> bytes) {
  constexpr std::size_t kSmall = 64;  // so that refilling is met too
  return Buffered(memory_source(bytes), kSmall);
}

inline bool same(const FlowRecord& a, const FlowRecord& b) {
  return a.tuple == b.tuple && a.start_ns == b.start_ns && a.duration_ns == b.duration_ns &&
         a.packets == b.packets && a.bytes == b.bytes;
}

/// Reads to the end. Writes everything to `writer` if there is one.
inline std::vector<FlowRecord> read_flows(FlowReader& reader, FlowWriter* writer) {
  std::vector<FlowRecord> records;
  for (FlowBatch batch; reader.next(batch);) {
    expect(batch.extras.size() == reader.extra_columns().size());
    for (const auto& column : batch.extras) {
      expect(column.size() == batch.records.size());
    }
    for (const auto& record : batch.records) {
      expect(record.duration_ns >= 0);
      records.push_back(record);
    }
    if (writer != nullptr) {
      writer->write(batch);
    }
  }
  expect(reader.skips().rows().size() <= Skips::kMaxReasons);
  return records;
}

inline void check_flows(std::span<const std::byte> bytes, OpenReader open, OpenWriter open_writer,
                        OpenReader reopen) {
  try {
    const auto reader = std::get<2>(open(buffered(bytes), {}));
    test::TextSink sink;
    WriterOptions options;
    options.extra_columns = reader->extra_columns();
    const auto writer = std::get<2>(open_writer(sink, options));
    const auto records = read_flows(*reader, writer.get());
    writer->finish();
    const auto again = std::get<2>(reopen(buffered(std::as_bytes(std::span(sink.text))), {}));
    const auto back = read_flows(*again, nullptr);
    expect(again->skips().rows().empty());
    expect(back.size() == records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      expect(same(back[i], records[i]));
    }
  } catch (const Error&) {
  }
}

}  // namespace tracetwin::fuzz
