#include "evaluate/queries.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "base/random.h"
#include "evaluate/sampling.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kQueryRows = 20'000;
constexpr std::size_t kQueries = 1000;
constexpr std::uint64_t kQueryStream = 0x7175;

/// A column as queries see it; values of categories are asked for one by one, of numbers and ports
/// by interval.
struct Askable {
  bool interval = false;
  std::vector<float> real;
  std::vector<float> synthetic;
  /// What a condition is drawn from: all real values of an interval's column, each category once.
  std::vector<float> candidates = {};
};

template <class Values>
std::vector<float> picked(const Values& values, const std::vector<std::uint32_t>& rows) {
  std::vector<float> some;
  some.reserve(rows.size());
  for (const std::uint32_t row : rows) {
    some.push_back(static_cast<float>(values[row]));
  }
  return some;
}

std::vector<Askable> askable_columns(const Pair& pair, Random& random) {
  const Columns& real = pair.real.columns;
  const Columns& synthetic = pair.synthetic.columns;
  const auto a = some_of(real.rows(), kQueryRows, random);
  const auto b = some_of(synthetic.rows(), kQueryRows, random);
  std::vector<Askable> all = {{true, picked(real.srcport, a), picked(synthetic.srcport, b)},
                              {true, picked(real.dstport, a), picked(synthetic.dstport, b)},
                              {false, picked(real.proto, a), picked(synthetic.proto, b)}};
  for (const CategoryColumn& category : real.categories) {
    if (const CategoryColumn* other = synthetic.category(category.name)) {
      all.push_back({false, picked(category.codes, a), picked(other->codes, b)});
    }
  }
  for (const NumberColumn& number : real.numbers) {
    all.push_back(
        {true, picked(number.values, a), picked(synthetic.number(number.name)->values, b)});
  }
  for (Askable& column : all) {
    column.candidates = column.real;
    if (!column.interval) {
      std::ranges::sort(column.candidates);
      column.candidates.erase(std::unique(column.candidates.begin(), column.candidates.end()),
                              column.candidates.end());
    }
  }
  return all;
}

/// One condition on one column: low <= value <= high.
struct Condition {
  const Askable* column;
  float low;
  float high;
};

double share_that_fits(std::span<const Condition> conditions, std::size_t rows,
                       std::vector<float> Askable::*side, std::vector<std::int32_t>& fits) {
  fits.assign(rows, 1);
  for (const Condition& condition : conditions) {
    const float* values = (condition.column->*side).data();
    for (std::size_t row = 0; row < rows; ++row) {
      fits[row] &= static_cast<std::int32_t>(values[row] >= condition.low) &
                   static_cast<std::int32_t>(values[row] <= condition.high);
    }
  }
  return static_cast<double>(std::accumulate(fits.begin(), fits.end(), std::int64_t{0})) /
         static_cast<double>(rows);
}

}  // namespace

double query_error(const Pair& pair, std::uint64_t seed) {
  Random random(seed, kQueryStream);
  const std::vector<Askable> columns = askable_columns(pair, random);
  std::vector<const Askable*> order;
  order.reserve(columns.size());
  for (const Askable& column : columns) {
    order.push_back(&column);
  }
  std::vector<std::int32_t> fits;
  double sum = 0;
  for (std::size_t query = 0; query < kQueries; ++query) {
    random.shuffle(std::span(order));
    std::vector<Condition> conditions;
    for (std::size_t i = 0; i < 3; ++i) {
      const auto& values = order[i]->candidates;
      const float one = values[random.below(values.size())];
      const float two = order[i]->interval ? values[random.below(values.size())] : one;
      conditions.push_back({order[i], std::min(one, two), std::max(one, two)});
    }
    sum += std::abs(
        share_that_fits(conditions, columns[0].real.size(), &Askable::real, fits) -
        share_that_fits(conditions, columns[0].synthetic.size(), &Askable::synthetic, fits));
  }
  return sum / kQueries;
}

}  // namespace tracetwin::evaluate
