#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "evaluate/columns.h"

namespace tracetwin::evaluate {

/// The rows of a trace by five-tuple (one direction, no timeout): what NetShare calls a flow.
struct Tuples {
  std::vector<std::uint64_t> keys;    ///< of each tuple; equal in aligned traces for equal tuples
  std::vector<std::uint32_t> of_row;  ///< tuple of each row, numbered by first appearance
  std::vector<std::uint32_t>
      begin;                        ///< where each tuple's rows begin in `rows`; one more than keys
  std::vector<std::uint32_t> rows;  ///< tuple by tuple, in order of time

  std::size_t size() const { return keys.size(); }
  std::span<const std::uint32_t> of(std::size_t tuple) const {
    return std::span(rows).subspan(begin[tuple], begin[tuple + 1] - begin[tuple]);
  }
};

Tuples group_tuples(const Columns& columns);

/// A set of 64-bit keys that are spread well (hashes): open addressing, at most half full. It grows
/// with its keys, so that one of few keys stays in the cache however often they are inserted.
class KeySet {
 public:
  KeySet();
  explicit KeySet(std::span<const std::uint64_t> keys);
  bool contains(std::uint64_t key) const;
  /// False when it was there already.
  bool insert(std::uint64_t key);

 private:
  bool place(std::uint64_t key);
  void grow();

  std::vector<std::uint64_t> slots_;  ///< 0: free
  std::size_t used_ = 0;
  bool has_zero_ = false;
};

/// 64 bits for the five-tuple of a row, and for its reverse. Different tuples share one with
/// probability 2^-64.
std::uint64_t tuple_key(const Columns& columns, std::size_t row);
std::uint64_t reverse_key(const Columns& columns, std::size_t row);

/// A trace and what many metrics ask of it.
struct Sample {
  Columns columns;
  Tuples tuples;
  std::vector<std::vector<double>> sorted;  ///< the values of columns.numbers, each ascending

  std::size_t rows() const { return columns.rows(); }
  /// Of the number of that name, which there is.
  const std::vector<double>& ascending(std::string_view number) const;
};

Sample sample_of(Columns columns);

/// A synthetic trace and the real one that it is held against; aligned, of one kind.
struct Pair {
  const Sample& real;
  const Sample& synthetic;
};

}  // namespace tracetwin::evaluate
