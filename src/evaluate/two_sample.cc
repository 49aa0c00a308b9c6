#include "evaluate/two_sample.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "evaluate/constants.h"
#include "evaluate/distances.h"
#include "evaluate/features.h"
#include "evaluate/learn/boosting.h"
#include "evaluate/safety.h"
#include "evaluate/sampling.h"
#include "evaluate/scores.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kMostRows = 20'000;
constexpr std::size_t kFewestRows = 20;
constexpr std::size_t kFolds = 5;
constexpr int kRounds = 120;
constexpr std::uint64_t kStream = 0xc257;

void append(Matrix& all, const Matrix& more) {
  all.values.insert(all.values.end(), more.values.begin(), more.values.end());
}

std::vector<std::size_t> folds_of(const Matrix& keys, std::uint64_t seed) {
  std::vector<std::size_t> folds;
  for (std::size_t row = 0; row < keys.rows(); ++row) {
    std::uint64_t key = seed;
    for (const float value : keys.row(row)) {
      key = mix(key, std::bit_cast<std::uint32_t>(value));
    }
    folds.push_back(static_cast<std::size_t>((key >> 20) % kFolds));
  }
  return folds;
}

/// AUC over the rows of one fold of trees that were grown on the others; NaN when either side of
/// either part is empty.
double fold_auc(const Matrix& features, const std::vector<std::size_t>& folds, std::size_t fold,
                const BoostingSettings& settings) {
  const std::size_t half = folds.size() / 2;
  Labelled learned{{features.columns, {}}, {}, 2};
  Matrix asked{features.columns, {}};
  std::vector<bool> asked_synthetic;
  for (std::size_t row = 0; row < folds.size(); ++row) {
    if (folds[row] == fold) {
      asked.add(features.row(row));
      asked_synthetic.push_back(row >= half);
    } else {
      learned.features.add(features.row(row));
      learned.labels.push_back(row >= half ? 1 : 0);
    }
  }
  const auto synthetic = std::ranges::count(learned.labels, 1U);
  if (synthetic == 0 || synthetic == std::ssize(learned.labels)) {
    return kNan;
  }
  const auto found = Boosting(learned, settings).probabilities(asked);
  std::vector<double> of_synthetic;
  std::vector<double> of_real;
  for (std::size_t i = 0; i < found.size(); ++i) {
    (asked_synthetic[i] ? of_synthetic : of_real).push_back(found[i]);
  }
  return area_under_curve(of_synthetic, of_real);
}

std::vector<std::uint32_t> drawn(std::size_t rows, std::uint64_t seed, std::uint64_t which) {
  Random random(seed, mix(kStream, which));
  return some_of(rows, kMostRows, random);
}

SeparationAuc by_record(const Pair& pair, bool full, std::uint64_t seed) {
  const auto a = drawn(pair.real.rows(), seed, 0);
  const auto b = drawn(pair.synthetic.rows(), seed, 1);
  const Matrix real = row_features(pair.real.columns, a, false);
  const Matrix synthetic = row_features(pair.synthetic.columns, b, false);
  if (!full) {
    return separation_auc(real, synthetic, real, synthetic, seed);
  }
  return separation_auc(row_features(pair.real.columns, a, true),
                        row_features(pair.synthetic.columns, b, true), real, synthetic, seed);
}

SeparationAuc by_self(const Matrix& real, const Matrix& synthetic, std::uint64_t seed) {
  return separation_auc(real, synthetic, real, synthetic, seed);
}

void add_auc(GroupBuilder& group, const std::string& id, const std::string& name,
             const std::string& explain, const SeparationAuc& found) {
  Metric& metric = group.add({.id = id,
                              .name = name,
                              .explain = explain,
                              .low = 0.5,
                              .high = 1,
                              .marks = Marks{0.1, 0.25}},
                             found.auc, "fewer than 20 rows on one side");
  if (metric.value) {
    metric.spread = found.spread;
  }
}

}  // namespace

SeparationAuc separation_auc(const Matrix& real, const Matrix& synthetic, const Matrix& real_key,
                             const Matrix& synthetic_key, std::uint64_t seed) {
  const std::size_t rows = std::min({real.rows(), synthetic.rows(), kMostRows});
  if (rows < kFewestRows) {
    return {kNan, kNan};
  }
  Random random(seed, kStream);
  const auto a = some_of(real.rows(), rows, random);
  const auto b = some_of(synthetic.rows(), rows, random);
  Matrix features = rows_of(real, a);
  append(features, rows_of(synthetic, b));
  Matrix keys = rows_of(real_key, a);
  append(keys, rows_of(synthetic_key, b));
  const auto folds = folds_of(keys, seed);
  BoostingSettings settings;
  settings.rounds = kRounds;
  settings.seed = seed;
  settings.leaf_rows =
      static_cast<int>(std::min<std::size_t>(20, std::max<std::size_t>(2, rows / 50)));
  std::vector<double> aucs;
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    const double auc = fold_auc(features, folds, fold, settings);
    if (std::isfinite(auc)) {
      aucs.push_back(auc);
    }
  }
  return {mean(aucs), deviation(aucs)};
}

std::size_t two_sample_tests(const Columns& columns) {
  return columns.kind == TraceKind::kPackets ? 4 : 3;
}

Group two_sample_group(const Pair& pair, std::uint64_t seed, std::size_t test) {
  GroupBuilder group("two_sample", "Can a classifier tell them apart?",
                     "AUC of boosted trees that were taught which records are synthetic, on "
                     "records they had not seen: 0.5 cannot tell, 1 always can.");
  if (test == 0) {
    add_auc(group, "records", "AUC by record",
            "From ports, protocol, sizes and header fields of one record.",
            by_record(pair, false, seed));
  } else if (test == 1) {
    add_auc(group, "records_full", "AUC by record, with addresses and time",
            "A twin that keeps no real address is told apart by that alone.",
            by_record(pair, true, seed));
  } else if (pair.real.columns.events) {
    add_auc(group, "keys", "AUC by key",
            "From what the records of one key are like, one after the other: gaps, numbers and "
            "their steps.",
            by_self(key_features(pair.real), key_features(pair.synthetic), seed));
  } else if (test == 2) {
    add_auc(group, "hosts", "AUC by host",
            "From what one source address does in all: records, peers, ports, sizes.",
            by_self(host_features(pair.real), host_features(pair.synthetic), seed));
  } else {
    add_auc(group, "flows", "AUC by flow",
            "From one five-tuple's packets: number, duration, sizes, gaps, ports.",
            by_self(flow_features(pair.real), flow_features(pair.synthetic), seed));
  }
  return group.take();
}

}  // namespace tracetwin::evaluate
