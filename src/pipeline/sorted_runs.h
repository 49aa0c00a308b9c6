#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/spill.h"

namespace tracetwin {

/// A record on its way: when it begins and its codes, one a field.
struct CodedRow {
  std::int64_t time_ns = 0;
  std::vector<std::uint16_t> codes;
};

/// External merge sort: rows come in runs, each in order of time, and leave in one order of time
/// (rows of one time by run, then as they came). What does not fit a few MiB lies in a Spill;
/// memory grows with the number of runs, by some KiB each.
class SortedRuns {
 public:
  /// Rows have `codes` codes each.
  explicit SortedRuns(std::size_t codes);

  /// A run: `rows` in order of time. Its bytes may come from another process.
  static std::string pack(std::span<const CodedRow> rows);
  void add(std::span<const CodedRow> rows) { add_packed(pack(rows)); }
  void add_packed(std::string_view run);
  /// Hands the codes of each row of a packed run to `visit`.
  void look(std::string_view run,
            const std::function<void(std::span<const std::uint16_t>)>& visit) const;
  void merge(const std::function<void(const CodedRow&)>& visit) const;

 private:
  struct Run {
    std::uint64_t place = 0;  // in packed_
    std::size_t rows = 0;
  };
  class Reader;

  std::size_t bytes_;  // of a packed row
  Spill packed_;
  std::vector<Run> runs_;
};

}  // namespace tracetwin
