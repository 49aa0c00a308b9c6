#include "evaluate/halves.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/random.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::uint64_t kStream = 0x4a1f;

/// Numbers conversations by first appearance: rows of either direction share one.
std::vector<std::uint32_t> conversation_of_each_row(const Columns& columns, std::size_t& count) {
  std::unordered_map<std::uint64_t, std::uint32_t> numbers;
  std::vector<std::uint32_t> of_row;
  of_row.reserve(columns.rows());
  for (std::size_t row = 0; row < columns.rows(); ++row) {
    const std::uint64_t key = std::min(tuple_key(columns, row), reverse_key(columns, row));
    const auto next = static_cast<std::uint32_t>(numbers.size());
    of_row.push_back(numbers.try_emplace(key, next).first->second);
  }
  count = numbers.size();
  return of_row;
}

/// Which rows are in the second part: whole units, drawn at random until it is large enough.
std::vector<bool> second_part(const std::vector<std::uint32_t>& unit_of_row, std::size_t units,
                              std::size_t wanted, Random& random) {
  std::vector<std::size_t> sizes(units);
  for (const std::uint32_t unit : unit_of_row) {
    ++sizes[unit];
  }
  std::vector<std::uint32_t> order(units);
  std::iota(order.begin(), order.end(), 0U);
  random.shuffle(std::span(order));
  std::vector<bool> chosen(units);
  std::size_t rows = 0;
  for (const std::uint32_t unit : order) {
    // A unit that is too large for what is left stays in the first part.
    if (rows + sizes[unit] <= wanted) {
      chosen[unit] = true;
      rows += sizes[unit];
    }
  }
  std::vector<bool> second;
  second.reserve(unit_of_row.size());
  for (const std::uint32_t unit : unit_of_row) {
    second.push_back(chosen[unit]);
  }
  return second;
}

}  // namespace

std::pair<Columns, Columns> halves(const Columns& all, std::size_t most, std::uint64_t seed) {
  Random random(seed, kStream);
  std::size_t units = all.rows();
  std::vector<std::uint32_t> unit_of_row(units);
  std::iota(unit_of_row.begin(), unit_of_row.end(), 0U);
  if (all.kind == TraceKind::kPackets) {
    unit_of_row = conversation_of_each_row(all, units);
  }
  const std::size_t half = all.rows() / 2;
  const auto second = second_part(unit_of_row, units, half, random);
  std::vector<std::uint32_t> a;
  std::vector<std::uint32_t> b;
  for (std::uint32_t row = 0; row < all.rows(); ++row) {
    (second[row] ? b : a).push_back(row);
  }
  std::pair<Columns, Columns> parts{subset(all, a), subset(all, b)};
  if (parts.second.rows() > most && all.kind == TraceKind::kFlows) {
    random.shuffle(std::span(b));
    b.resize(most);
    std::ranges::sort(b);
    parts.second = subset(all, b);
  }
  return parts;
}

}  // namespace tracetwin::evaluate
