#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// How many records of either trace each cell of up to three binned columns has.
struct JointTable {
  std::array<std::size_t, 3> columns = {};  ///< the first `width` count, ascending
  std::size_t width = 1;
  std::vector<std::uint64_t> real;  ///< by cell, the last column's bins running fastest
  std::vector<std::uint64_t> synthetic;
};

/// Tables of all single columns, all pairs, the triples of core columns and those with the label,
/// in order of their columns. They are sums over records: those of some add up to those of all.
struct JointCounts {
  struct Column {
    std::string name;
    bool core = true;
    std::uint32_t bins = 0;
  };
  std::vector<Column> columns;
  std::vector<JointTable> tables;
};

/// Into how many shares the records of two traces are cut for counting.
std::size_t joint_shares(const Pair& pair);
/// What a share counts, as bytes; `label` may be empty.
std::string count_joint(const Pair& pair, const std::string& label, std::size_t share);
/// Adds what a share counted, of the same traces; to `counts` without columns, the first one.
void add_counts(std::string_view bytes, JointCounts& counts);

}  // namespace tracetwin::evaluate
