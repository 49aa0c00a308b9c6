// Joint histograms are dense arrays of at most a few ten thousand cells that stay in the cache;
// every pair and triple is one pass over two or three byte columns of each trace. Rows go to four
// histograms by turns, which are added up: most rows share few cells, and an increment that waits
// for the one before takes three times as long.
#include "evaluate/joint.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <span>
#include <utility>

#include "base/random.h"
#include "evaluate/bins.h"
#include "evaluate/distances.h"
#include "evaluate/fields.h"
#include "evaluate/sampling.h"
#include "evaluate/scores.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kQueryRows = 20'000;
constexpr std::size_t kQueries = 1000;
constexpr std::size_t kCorrelationRows = 200'000;
constexpr std::uint64_t kQueryStream = 0x7175;

using Codes = std::span<const std::uint8_t>;

/// Shares of the cells of as many columns as there are codes in `columns`.
template <std::size_t Width>
std::vector<double> histogram(const std::array<Codes, Width>& columns,
                              const std::array<std::uint32_t, Width>& bins) {
  constexpr std::size_t kTurns = 4;
  const auto cells = std::accumulate(bins.begin(), bins.end(), std::size_t{1}, std::multiplies());
  std::vector<std::uint32_t> counts(cells * kTurns);
  const auto count = [&](std::size_t row, std::size_t turn) {
    std::uint32_t cell = columns[0][row];
    for (std::size_t i = 1; i < Width; ++i) {
      cell = cell * bins[i] + columns[i][row];
    }
    ++counts[turn * cells + cell];
  };
  const std::size_t rows = columns[0].size();
  std::size_t row = 0;
  for (; row + kTurns <= rows; row += kTurns) {
    for (std::size_t turn = 0; turn < kTurns; ++turn) {
      count(row + turn, turn);
    }
  }
  for (; row < rows; ++row) {
    count(row, 0);
  }
  std::vector<double> shares(cells);
  for (std::size_t cell = 0; cell < cells; ++cell) {
    std::uint64_t sum = 0;
    for (std::size_t turn = 0; turn < kTurns; ++turn) {
      sum += counts[turn * cells + cell];
    }
    shares[cell] = static_cast<double>(sum) / static_cast<double>(rows);
  }
  return shares;
}

struct Histograms {
  std::vector<double> real;
  std::vector<double> synthetic;
};

template <std::size_t Width>
Histograms histograms(const std::array<const BinnedColumn*, Width>& columns) {
  std::array<Codes, Width> real;
  std::array<Codes, Width> synthetic;
  std::array<std::uint32_t, Width> bins{};
  for (std::size_t i = 0; i < Width; ++i) {
    real[i] = columns[i]->real;
    synthetic[i] = columns[i]->synthetic;
    bins[i] = columns[i]->bins;
  }
  return {histogram(real, bins), histogram(synthetic, bins)};
}

template <std::size_t Width>
double distance(const std::array<const BinnedColumn*, Width>& columns) {
  const Histograms both = histograms(columns);
  return total_variation(both.real, both.synthetic);
}

double entropy(std::span<const double> shares) {
  double sum = 0;
  for (const double share : shares) {
    sum -= share > 0 ? share * std::log(share) : 0;
  }
  return sum;
}

/// Mutual information over the geometric mean of the entropies; 0 when either is constant.
double normalised_information(std::span<const double> joint, std::size_t rows,
                              std::size_t columns) {
  constexpr double kConstant = 1e-9;
  std::vector<double> x(rows);
  std::vector<double> y(columns);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      x[i] += joint[i * columns + j];
      y[j] += joint[i * columns + j];
    }
  }
  const double entropy_x = entropy(x);
  const double entropy_y = entropy(y);
  const double shared = entropy_x + entropy_y - entropy(joint);
  return entropy_x > kConstant && entropy_y > kConstant ? shared / std::sqrt(entropy_x * entropy_y)
                                                        : 0;
}

/// What the pairs say.
struct Pairs {
  PairDistances distances;
  std::vector<double> all;
  std::vector<double> core;
  std::vector<double> information_gaps;
};

Pairs compare_pairs(const std::vector<BinnedColumn>& columns) {
  Pairs pairs;
  const std::size_t count = columns.size();
  pairs.distances.tvd.assign(count, std::vector<double>(count));
  for (std::size_t i = 0; i < count; ++i) {
    pairs.distances.columns.push_back(columns[i].name);
    pairs.distances.tvd[i][i] = distance(std::array{&columns[i]});
    for (std::size_t j = i + 1; j < count; ++j) {
      const BinnedColumn& x = columns[i];
      const BinnedColumn& y = columns[j];
      const Histograms both = histograms(std::array{&x, &y});
      const double tvd = total_variation(both.real, both.synthetic);
      pairs.distances.tvd[i][j] = pairs.distances.tvd[j][i] = tvd;
      pairs.all.push_back(tvd);
      if (x.core && y.core) {
        pairs.core.push_back(tvd);
      }
      pairs.information_gaps.push_back(
          std::abs(normalised_information(both.real, x.bins, y.bins) -
                   normalised_information(both.synthetic, x.bins, y.bins)));
    }
  }
  return pairs;
}

/// Mean distances of triples: of those of core columns, and of those with the label.
struct Triples {
  double core;
  double labelled;
};

Triples compare_triples(const std::vector<BinnedColumn>& columns, const std::string& label) {
  std::vector<double> core;
  std::vector<double> labelled;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (std::size_t j = i + 1; j < columns.size(); ++j) {
      for (std::size_t k = j + 1; k < columns.size(); ++k) {
        const std::array triple = {&columns[i], &columns[j], &columns[k]};
        const bool all_core = std::ranges::all_of(triple, &BinnedColumn::core);
        const bool has_label =
            std::ranges::find(triple, label, &BinnedColumn::name) != triple.end();
        if (!all_core && !has_label) {
          continue;
        }
        const double found = distance(triple);
        if (all_core) {
          core.push_back(found);
        }
        if (has_label) {
          labelled.push_back(found);
        }
      }
    }
  }
  return {mean(core), mean(labelled)};
}

/// The numbers and ports whose rank correlations are compared.
std::vector<std::vector<double>> ordered_columns(const Columns& columns) {
  const std::size_t rows = std::min(columns.rows(), kCorrelationRows);
  const auto rows_of = static_cast<std::ptrdiff_t>(rows);
  std::vector<std::vector<double>> all;
  all.emplace_back(columns.srcport.begin(), columns.srcport.begin() + rows_of);
  all.emplace_back(columns.dstport.begin(), columns.dstport.begin() + rows_of);
  for (const NumberColumn& number : columns.numbers) {
    all.emplace_back(number.values.begin(), number.values.begin() + rows_of);
  }
  auto& times = all.emplace_back(relative_seconds(columns));
  times.resize(rows);
  return all;
}

std::vector<double> rank_correlations(const Columns& columns) {
  std::vector<std::vector<double>> ranked;
  for (const auto& values : ordered_columns(columns)) {
    ranked.push_back(ranks(values));
  }
  std::vector<double> correlations;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    for (std::size_t j = i + 1; j < ranked.size(); ++j) {
      const double found = pearson(ranked[i], ranked[j]);
      correlations.push_back(std::isfinite(found) ? found : 0);
    }
  }
  return correlations;
}

double correlation_gap(const Pair& pair) {
  const auto real = rank_correlations(pair.real.columns);
  const auto synthetic = rank_correlations(pair.synthetic.columns);
  double sum = 0;
  for (std::size_t i = 0; i < real.size(); ++i) {
    sum += std::abs(real[i] - synthetic[i]);
  }
  return sum / static_cast<double>(real.size());
}

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

Metric tvd_metric(std::string id, std::string name, std::string explain) {
  return {.id = std::move(id),
          .name = std::move(name),
          .explain = std::move(explain),
          .high = 1,
          .marks = kDistanceMarks};
}

void add_distances(GroupBuilder& group, const std::vector<BinnedColumn>& columns,
                   const Pairs& pairs, const std::string& label, bool lacks_label) {
  std::vector<double> single;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    single.push_back(pairs.distances.tvd[i][i]);
  }
  const Triples triples = compare_triples(columns, label);
  group.add(tvd_metric("tvd1", "TVD of single fields, mean",
                       "Share of the records that would have to change a field, in bins."),
            mean(single));
  group.add(tvd_metric("tvd2", "TVD of pairs of fields, mean",
                       "Share of the records that would have to change for two fields to go "
                       "together as they do in the real trace."),
            mean(pairs.all));
  group.add(tvd_metric("tvd2.core", "TVD of pairs, without addresses and time",
                       "The same over the fields that describe what traffic does."),
            mean(pairs.core));
  group.add(tvd_metric("tvd3.core", "TVD of triples, without addresses and time",
                       "The same for three fields at once."),
            triples.core);
  group.add(tvd_metric("tvd3.label", "TVD of two fields and the label, mean",
                       "How well each pair of fields goes together with the label."),
            lacks_label ? 1 : triples.labelled, "no label column was given");
}

}  // namespace

JointScores joint_scores(const Pair& pair, const std::string& label, std::uint64_t seed) {
  const std::vector<BinnedColumn> columns = bin_columns(pair);
  Pairs pairs = compare_pairs(columns);
  GroupBuilder group("joint", "How fields belong together",
                     "Joint distributions of two and three fields: what columns that were "
                     "shuffled independently get wrong while each column alone is perfect.");
  const bool lacks_label = pair.real.columns.category(label) != nullptr &&
                           pair.synthetic.columns.category(label) == nullptr;
  add_distances(group, columns, pairs, label, lacks_label);
  group.add({.id = "information",
             .name = "Gap of mutual information, mean over pairs",
             .explain = "How differently one field tells another, from 0 (not at all) to 1.",
             .high = 1,
             .marks = Marks{0.03, 0.1}},
            mean(pairs.information_gaps));
  group.add({.id = "correlation",
             .name = "Gap of rank correlation, mean over pairs",
             .explain = "How differently numbers and ports rise and fall together.",
             .high = 2,
             .marks = kDistanceMarks},
            correlation_gap(pair));
  group.add({.id = "queries",
             .name = "Error of random three-field queries",
             .explain = "Mean error of the share of records with a random condition on each of "
                        "three fields.",
             .high = 1,
             .marks = Marks{0.01, 0.04}},
            query_error(pair, seed));
  return {group.take(), std::move(pairs.distances)};
}

}  // namespace tracetwin::evaluate
