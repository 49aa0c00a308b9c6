#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "trace/packet.h"

namespace tracetwin {

/// One record of a flow log. Counters are totals of what the log's row counts: one direction in
/// NetFlow-like logs, both directions in Zeek's (originator + responder).
struct FlowRecord {
  FiveTuple tuple;
  std::int64_t start_ns = 0;     ///< `ts`, since the Unix epoch
  std::int64_t duration_ns = 0;  ///< `td`, >= 0
  std::uint64_t packets = 0;     ///< `pkt`
  std::uint64_t bytes = 0;       ///< `byt`, IP bytes
};

/// A column of texts, stored back to back. Values are whatever the file holds.
class TextColumn {
 public:
  void append(std::string_view value) {
    text_.append(value);
    ends_.push_back(text_.size());
  }
  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(begin, ends_[i] - begin);
  }
  void clear() {
    text_.clear();
    ends_.clear();
  }

 private:
  std::string text_;
  std::vector<std::size_t> ends_;
};

/// A run of flow records with the values of the further columns of their file. `extras` is
/// parallel to the reader's extra_columns(); each column has records.size() values.
struct FlowBatch {
  std::vector<FlowRecord> records;
  std::vector<std::uint64_t> lines;  ///< of each record in its file, from 1; empty: from no file
  std::vector<TextColumn> extras;

  void clear() {
    records.clear();
    lines.clear();
    for (auto& column : extras) {
      column.clear();
    }
  }
};

}  // namespace tracetwin
