#include "evaluate/tuples.h"

#include <bit>
#include <utility>

#include "base/random.h"
#include "evaluate/distances.h"

namespace tracetwin::evaluate {
namespace {

/// Numbers keys by first appearance: open addressing, at most half full.
class KeyNumbers {
 public:
  explicit KeyNumbers(std::size_t most) : slots_(std::bit_ceil(most * 2 + 2)) {}

  std::uint32_t operator()(std::uint64_t key, std::vector<std::uint64_t>& keys) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = static_cast<std::size_t>(key) & mask;
    while (slots_[at] != 0 && keys[slots_[at] - 1] != key) {
      at = (at + 1) & mask;
    }
    if (slots_[at] == 0) {
      keys.push_back(key);
      slots_[at] = static_cast<std::uint32_t>(keys.size());
    }
    return slots_[at] - 1;
  }

 private:
  std::vector<std::uint32_t> slots_;  ///< number + 1; 0: free
};

std::uint64_t key_of(std::uint32_t src, std::uint32_t dst, std::uint16_t srcport,
                     std::uint16_t dstport, std::uint8_t proto) {
  const std::uint64_t rest = std::uint64_t{srcport} << 24 | std::uint64_t{dstport} << 8 | proto;
  return mix(mix(std::uint64_t{src} << 32 | dst, rest), rest);
}

}  // namespace

KeySet::KeySet() : slots_(1024) {}

KeySet::KeySet(std::span<const std::uint64_t> keys) : slots_(std::bit_ceil(keys.size() * 2 + 2)) {
  for (const std::uint64_t key : keys) {
    insert(key);
  }
}

bool KeySet::contains(std::uint64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>(key) & mask;
  while (slots_[at] != 0 && slots_[at] != key) {
    at = (at + 1) & mask;
  }
  return key == 0 ? has_zero_ : slots_[at] == key;
}

bool KeySet::insert(std::uint64_t key) {
  if (key == 0) {
    return !std::exchange(has_zero_, true);
  }
  const bool is_new = place(key);
  used_ += is_new ? 1 : 0;
  if (used_ * 2 > slots_.size()) {
    grow();
  }
  return is_new;
}

bool KeySet::place(std::uint64_t key) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>(key) & mask;
  while (slots_[at] != 0 && slots_[at] != key) {
    at = (at + 1) & mask;
  }
  return std::exchange(slots_[at], key) != key;
}

void KeySet::grow() {
  const auto old = std::exchange(slots_, std::vector<std::uint64_t>(slots_.size() * 4));
  for (const std::uint64_t key : old) {
    if (key != 0) {
      place(key);
    }
  }
}

std::uint64_t tuple_key(const Columns& columns, std::size_t row) {
  return key_of(columns.src[row], columns.dst[row], columns.srcport[row], columns.dstport[row],
                columns.proto[row]);
}

std::uint64_t reverse_key(const Columns& columns, std::size_t row) {
  return key_of(columns.dst[row], columns.src[row], columns.dstport[row], columns.srcport[row],
                columns.proto[row]);
}

Tuples group_tuples(const Columns& columns) {
  const std::size_t rows = columns.rows();
  Tuples tuples;
  tuples.of_row.resize(rows);
  KeyNumbers numbers(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    tuples.of_row[row] = numbers(tuple_key(columns, row), tuples.keys);
  }
  tuples.begin.assign(tuples.size() + 1, 0);
  for (const std::uint32_t tuple : tuples.of_row) {
    ++tuples.begin[tuple + 1];
  }
  for (std::size_t tuple = 0; tuple < tuples.size(); ++tuple) {
    tuples.begin[tuple + 1] += tuples.begin[tuple];
  }
  tuples.rows.resize(rows);
  std::vector<std::uint32_t> next(tuples.begin.begin(), tuples.begin.end() - 1);
  for (std::size_t row = 0; row < rows; ++row) {
    tuples.rows[next[tuples.of_row[row]]++] = static_cast<std::uint32_t>(row);
  }
  return tuples;
}

Sample sample_of(Columns columns) {
  Sample sample{std::move(columns), {}, {}};
  sample.tuples = group_tuples(sample.columns);
  for (const NumberColumn& number : sample.columns.numbers) {
    sort_ascending(sample.sorted.emplace_back(number.values));
  }
  return sample;
}

const std::vector<double>& Sample::ascending(std::string_view number) const {
  return sorted[static_cast<std::size_t>(columns.number(number) - columns.numbers.data())];
}

}  // namespace tracetwin::evaluate
