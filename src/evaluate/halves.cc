#include "evaluate/halves.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/random.h"
#include "evaluate/sampling.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::uint64_t kStream = 0x4a1f;
constexpr std::uint64_t kRowStream = 0x4a20;

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

/// What is divided: records, or the conversations of a capture.
struct Units {
  std::vector<std::uint32_t> of_row;
  std::size_t count = 0;
};

Units units_of(const Columns& columns) {
  Units units;
  if (columns.kind == TraceKind::kPackets) {
    units.of_row = conversation_of_each_row(columns, units.count);
    return units;
  }
  units.count = columns.rows();
  units.of_row.resize(units.count);
  std::iota(units.of_row.begin(), units.of_row.end(), 0U);
  return units;
}

/// Which rows whole units of about `wanted` rows in all have, drawn at random.
std::vector<bool> drawn_units(const Units& units, std::size_t wanted, Random& random) {
  std::vector<std::size_t> sizes(units.count);
  for (const std::uint32_t unit : units.of_row) {
    ++sizes[unit];
  }
  std::vector<std::uint32_t> order(units.count);
  std::iota(order.begin(), order.end(), 0U);
  random.shuffle(std::span(order));
  std::vector<bool> chosen(units.count);
  std::size_t rows = 0;
  for (const std::uint32_t unit : order) {
    // A unit that is too large for what is left stays out.
    if (rows + sizes[unit] <= wanted) {
      chosen[unit] = true;
      rows += sizes[unit];
    }
  }
  std::vector<bool> drawn;
  drawn.reserve(units.of_row.size());
  for (const std::uint32_t unit : units.of_row) {
    drawn.push_back(chosen[unit]);
  }
  return drawn;
}

/// Whether whole units gave at least half of what was wanted.
bool is_enough(const std::vector<bool>& drawn, std::size_t wanted) {
  return 2 * static_cast<std::size_t>(std::ranges::count(drawn, true)) >= wanted;
}

}  // namespace

Halves halves(const Columns& all, std::size_t most, std::uint64_t seed) {
  Random random(seed, kStream);
  const bool flows = all.kind == TraceKind::kFlows;
  const std::size_t half = all.rows() / 2;
  std::vector<bool> second = drawn_units(units_of(all), half, random);
  const bool whole = is_enough(second, half);
  if (!whole) {
    std::fill(second.begin(), second.end(), false);
    std::fill(second.end() - static_cast<std::ptrdiff_t>(half), second.end(), true);
  }
  std::vector<std::uint32_t> a;
  std::vector<std::uint32_t> b;
  for (std::uint32_t row = 0; row < all.rows(); ++row) {
    (second[row] ? b : a).push_back(row);
  }
  if (flows && b.size() > most) {
    random.shuffle(std::span(b));
    b.resize(most);
    std::ranges::sort(b);
  }
  return {subset(all, a), subset(all, b), flows ? "records" : whole ? "conversations" : "time"};
}

std::vector<std::uint32_t> drawn_rows(const Columns& all, std::size_t count, std::uint64_t seed) {
  Random random(seed, kRowStream);
  if (all.kind == TraceKind::kFlows || count >= all.rows()) {
    return some_of(all.rows(), count, random);
  }
  const std::vector<bool> drawn = drawn_units(units_of(all), count, random);
  std::vector<std::uint32_t> rows;
  if (!is_enough(drawn, count)) {
    rows.resize(count);
    std::iota(rows.begin(), rows.end(),
              static_cast<std::uint32_t>(random.below(all.rows() - count + 1)));
    return rows;
  }
  for (std::uint32_t row = 0; row < all.rows(); ++row) {
    if (drawn[row]) {
      rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace tracetwin::evaluate
