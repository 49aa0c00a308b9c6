#include "evaluate/joint.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "evaluate/distances.h"
#include "evaluate/fields.h"
#include "evaluate/queries.h"
#include "evaluate/scores.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kCorrelationRows = 200'000;

std::vector<double> shares(std::span<const std::uint64_t> counts) {
  const auto rows = static_cast<double>(std::reduce(counts.begin(), counts.end()));
  std::vector<double> shares;
  shares.reserve(counts.size());
  for (const std::uint64_t count : counts) {
    shares.push_back(static_cast<double>(count) / rows);
  }
  return shares;
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

/// Distances of all tables, by what they are about.
struct Distances {
  PairDistances map;
  std::vector<double> single;
  std::vector<double> pairs;
  std::vector<double> core_pairs;
  std::vector<double> core_triples;
  std::vector<double> labelled_triples;
  std::vector<double> information_gaps;
};

class Comparison {
 public:
  Comparison(const JointCounts& counts, const std::string& label) : counts_(counts), label_(label) {
    found_.map.tvd.assign(counts.columns.size(), std::vector<double>(counts.columns.size()));
    for (const JointCounts::Column& column : counts.columns) {
      found_.map.columns.push_back(column.name);
    }
  }

  Distances compare() {
    for (const JointTable& table : counts_.tables) {
      const auto real = shares(table.real);
      const auto synthetic = shares(table.synthetic);
      const double tvd = total_variation(real, synthetic);
      if (table.width == 1) {
        found_.single.push_back(tvd);
        found_.map.tvd[table.columns[0]][table.columns[0]] = tvd;
      } else if (table.width == 2) {
        add_pair(table, real, synthetic, tvd);
      } else {
        add_triple(table, tvd);
      }
    }
    return std::move(found_);
  }

 private:
  bool all_core(const JointTable& table) const {
    return std::ranges::all_of(std::span(table.columns).first(table.width),
                               [&](std::size_t at) { return counts_.columns[at].core; });
  }

  void add_pair(const JointTable& table, std::span<const double> real,
                std::span<const double> synthetic, double tvd) {
    const auto [x, y, none] = table.columns;
    found_.map.tvd[x][y] = found_.map.tvd[y][x] = tvd;
    found_.pairs.push_back(tvd);
    if (all_core(table)) {
      found_.core_pairs.push_back(tvd);
    }
    const std::size_t rows = counts_.columns[x].bins;
    const std::size_t columns = counts_.columns[y].bins;
    found_.information_gaps.push_back(std::abs(normalised_information(real, rows, columns) -
                                               normalised_information(synthetic, rows, columns)));
  }

  void add_triple(const JointTable& table, double tvd) {
    if (all_core(table)) {
      found_.core_triples.push_back(tvd);
    }
    if (std::ranges::any_of(table.columns,
                            [&](std::size_t at) { return counts_.columns[at].name == label_; })) {
      found_.labelled_triples.push_back(tvd);
    }
  }

  const JointCounts& counts_;
  const std::string& label_;
  Distances found_;
};

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

GroupBuilder joint_group() {
  return {"joint", "How fields belong together",
          "Joint distributions of two and three fields: what columns that were shuffled "
          "independently get wrong while each column alone is perfect."};
}

Metric tvd_metric(std::string id, std::string name, std::string explain) {
  return {.id = std::move(id),
          .name = std::move(name),
          .explain = std::move(explain),
          .high = 1,
          .marks = kDistanceMarks};
}

void add_distances(GroupBuilder& group, const Distances& found, bool lacks_label) {
  group.add(tvd_metric("tvd1", "TVD of single fields, mean",
                       "Share of the records that would have to change a field, in bins."),
            mean(found.single));
  group.add(tvd_metric("tvd2", "TVD of pairs of fields, mean",
                       "Share of the records that would have to change for two fields to go "
                       "together as they do in the real trace."),
            mean(found.pairs));
  group.add(tvd_metric("tvd2.core", "TVD of pairs, without addresses and time",
                       "The same over the fields that describe what traffic does."),
            mean(found.core_pairs));
  group.add(tvd_metric("tvd3.core", "TVD of triples, without addresses and time",
                       "The same for three fields at once."),
            mean(found.core_triples));
  group.add(tvd_metric("tvd3.label", "TVD of two fields and the label, mean",
                       "How well each pair of fields goes together with the label."),
            lacks_label ? 1 : mean(found.labelled_triples), "no label column was given");
}

}  // namespace

JointScores joint_scores(const JointCounts& counts, const std::string& label, bool lacks_label) {
  Distances found = Comparison(counts, label).compare();
  GroupBuilder group = joint_group();
  add_distances(group, found, lacks_label);
  group.add({.id = "information",
             .name = "Gap of mutual information, mean over pairs",
             .explain = "How differently one field tells another, from 0 (not at all) to 1.",
             .high = 1,
             .marks = Marks{0.03, 0.1}},
            mean(found.information_gaps));
  return {group.take(), std::move(found.map)};
}

Group correlation_group(const Pair& pair) {
  GroupBuilder group = joint_group();
  group.add({.id = "correlation",
             .name = "Gap of rank correlation, mean over pairs",
             .explain = "How differently numbers and ports rise and fall together.",
             .high = 2,
             .marks = kDistanceMarks},
            correlation_gap(pair));
  return group.take();
}

Group query_group(const Pair& pair, std::uint64_t seed) {
  GroupBuilder group = joint_group();
  group.add({.id = "queries",
             .name = "Error of random three-field queries",
             .explain = "Mean error of the share of records with a random condition on each of "
                        "three fields.",
             .high = 1,
             .marks = Marks{0.01, 0.04}},
            query_error(pair, seed));
  return group.take();
}

}  // namespace tracetwin::evaluate
