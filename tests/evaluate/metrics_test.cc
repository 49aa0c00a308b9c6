// Metrics on cases worked by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "base/random.h"
#include "evaluate/anomaly.h"
#include "evaluate/arrivals.h"
#include "evaluate/distances.h"
#include "evaluate/learn/boosting.h"
#include "evaluate/learn/cart.h"
#include "evaluate/learn/network.h"
#include "evaluate/learn/one_class.h"
#include "evaluate/page.h"
#include "evaluate/prediction.h"
#include "evaluate/ranking.h"
#include "evaluate/safety.h"
#include "evaluate/sketches.h"
#include "evaluate/two_sample.h"

namespace tracetwin::evaluate {
namespace {

using Values = std::vector<double>;

TEST(Jsd, IsZeroForEqualAndLn2ForDisjoint) {
  EXPECT_EQ(jsd(Values{2, 4}, Values{1, 2}), 0);
  EXPECT_NEAR(jsd(Values{1, 0}, Values{0, 5}), std::numbers::ln2, 1e-15);
}

TEST(Jsd, OfAHandWorkedPair) {
  // p = (1/2, 1/2), q = (1, 0), m = (3/4, 1/4).
  const double by_hand =
      0.5 * (0.5 * std::log(2.0 / 3) + 0.5 * std::log(2.0)) + 0.5 * std::log(4.0 / 3);
  EXPECT_NEAR(jsd(Values{1, 1}, Values{7, 0}), by_hand, 1e-15);
}

TEST(RankJsd, IgnoresWhichValueHasWhichCount) {
  EXPECT_EQ(rank_jsd({5, 1, 3}, {1, 3, 5, 0}), 0);
  EXPECT_NEAR(rank_jsd({1}, {1, 1}), jsd(Values{1, 0}, Values{1, 1}), 1e-15);
}

TEST(TotalVariation, IsHalfTheSumOfDifferences) {
  EXPECT_DOUBLE_EQ(total_variation(Values{1, 1, 2}, Values{2, 2, 0}), 0.5);
}

TEST(CompareSorted, OfShiftedValues) {
  const NumberDistances found = compare_sorted(Values{0, 1, 2, 3}, Values{1, 2, 3, 4});
  EXPECT_DOUBLE_EQ(found.emd, 1);
  EXPECT_DOUBLE_EQ(found.emd_range, 1.0 / 3);
  EXPECT_DOUBLE_EQ(found.ks, 0.25);
  EXPECT_DOUBLE_EQ(found.outside, 0.25);
  EXPECT_NEAR(found.emd_log, std::log(5.0) / 4 / std::log(4.0), 1e-12);
}

TEST(CompareNumbers, OfSamplesOfDifferentSizes) {
  // F - G is 1/2 - 0 between 0 and 2, 1/2 - 1 between 2 and 4.
  const NumberDistances found = compare_numbers({4, 0}, {2});
  EXPECT_DOUBLE_EQ(found.emd, 2);
  EXPECT_DOUBLE_EQ(found.ks, 0.5);
}

TEST(CompareNumbers, OfNothingIsNotANumber) {
  EXPECT_TRUE(std::isnan(compare_numbers({}, {1}).ks));
}

TEST(SortAscending, OrdersManyNumbersOfEitherSign) {
  Random random(7);
  Values values;
  for (int i = 0; i < 10'000; ++i) {
    values.push_back(random.normal() * std::pow(10, static_cast<double>(random.below(20)) - 10));
  }
  values.push_back(0);
  Values wanted = values;
  std::ranges::sort(wanted);
  sort_ascending(values);
  EXPECT_EQ(values, wanted);
}

TEST(Ranks, ShareTheirMeanInTies) {
  EXPECT_EQ(ranks(Values{10, 20, 10, 5}), (Values{2.5, 4, 2.5, 1}));
}

TEST(Spearman, OfReversedIsMinusOne) {
  EXPECT_DOUBLE_EQ(spearman(Values{1, 2, 9}, Values{5, 4, 1}), -1);
  EXPECT_TRUE(std::isnan(spearman(Values{1, 1}, Values{1, 2})));
}

TEST(Quantile, InterpolatesBetweenNeighbours) {
  EXPECT_DOUBLE_EQ(quantile(Values{0, 10, 20, 30}, 0.5), 15);
  EXPECT_DOUBLE_EQ(quantile(Values{0, 10, 20, 30}, 1), 30);
}

TEST(AreaUnderCurve, CountsTiesAsHalf) {
  EXPECT_DOUBLE_EQ(area_under_curve({3, 2}, {1, 2}), 0.875);
  EXPECT_DOUBLE_EQ(area_under_curve({1}, {2}), 0);
}

TEST(Grade, MeansF1OverClassesThatOccurOrAreAnswered) {
  const Answers found = grade({0, 0, 1, 1}, {0, 1, 1, 2});
  EXPECT_DOUBLE_EQ(found.accuracy, 0.5);
  EXPECT_DOUBLE_EQ(found.macro_f1, (2.0 / 3 + 0.5 + 0) / 3);
}

TEST(NormalisedAcross, PutsTheBestAtATenth) {
  EXPECT_EQ(normalised_across({3, 1, 2}), (Values{0.9, 0.1, 0.5}));
  EXPECT_EQ(normalised_across({4, 4}), (Values{0.1, 0.1}));
}

/// The counts 2, 0, 1, 1 in windows of 10 ns, and one at the end of the last.
const std::vector<std::int64_t> kTimes = {0, 5, 20, 30, 40};

TEST(WindowCounts, OfAHandWorkedTrace) {
  const WindowCounts counts(kTimes, 10);  // 2, 0, 1, 2: the last time closes the last window
  EXPECT_EQ(counts.windows(), 4U);
  EXPECT_DOUBLE_EQ(counts.mean(), 1.25);
  const Values c = {2, 0, 1, 2};
  double squares = 0;
  double products = 0;
  for (std::size_t i = 0; i < c.size(); ++i) {
    squares += (c[i] - 1.25) * (c[i] - 1.25);
    products += i + 1 < c.size() ? (c[i] - 1.25) * (c[i + 1] - 1.25) : 0;
  }
  EXPECT_NEAR(counts.dispersion(), squares / 4 / 1.25, 1e-12);
  const auto found = counts.autocorrelations(9);
  EXPECT_NEAR(found[0], products / squares, 1e-12);
  EXPECT_EQ(found[8], 0);
}

KeyCounts some_stream() {
  KeyCounts stream;
  for (std::uint64_t key = 0; key < 500; ++key) {
    stream.keys.push_back(key * 77);
    stream.counts.push_back(1 + 10'000 / (key + 1));
  }
  return stream;
}

TEST(Sketches, AreExactWhereNothingCollides) {
  const KeyCounts stream{{11}, {42}};
  const std::vector<std::uint32_t> asked = {0};
  for (const auto sketch : {count_min, count_sketch, univmon}) {
    EXPECT_EQ(sketch(stream, asked, {5, 64}, 1, nullptr), Estimates{42});
  }
}

TEST(Sketches, CountMinNeverUnderestimates) {
  const KeyCounts stream = some_stream();
  std::vector<std::uint32_t> all(stream.keys.size());
  std::iota(all.begin(), all.end(), 0U);
  const Estimates found = count_min(stream, all, {5, 64}, 3);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_GE(found[i], static_cast<double>(stream.counts[i]));
  }
}

TEST(Sketches, CountSketchAndNitroAreUnbiased) {
  const KeyCounts stream = some_stream();
  const std::vector<std::uint32_t> asked = {9};
  for (const auto sketch : {count_sketch, nitro_sketch}) {
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
      sum += sketch(stream, asked, {1, 64}, seed,
                    nullptr)[0];  // one row: the median of more is biased
    }
    // The deviation of one estimate is about that of the other counts over the root of the width.
    EXPECT_NEAR(sum / 400, 1001, 300);
  }
}

TEST(OneInTen, HasTheRightMeanAndVariance) {
  Random random(5);
  for (const std::uint64_t trials : {1U, 64U, 1000U, 200'000U}) {
    double sum = 0;
    double squares = 0;
    constexpr int kDraws = 4000;
    const double mean = static_cast<double>(trials) / 10;
    for (int i = 0; i < kDraws; ++i) {
      const auto drawn = static_cast<double>(one_in_ten(trials, random));
      sum += drawn;
      squares += (drawn - mean) * (drawn - mean);
    }
    const double variance = mean * 9 / 10;
    EXPECT_NEAR(sum / kDraws, mean, 5 * std::sqrt(variance / kDraws));
    EXPECT_NEAR(squares / kDraws / variance, 1, 0.25);
  }
}

PacketTrain train() {
  return {{0, 1, 3}, {100, 40, 60}};
}

std::vector<float> features(TrainView view, const TrainShape& shape) {
  return train_features({train()}, view, shape).values;
}

TEST(TrainFeatures, AreThoseOfNetml) {
  using Floats = std::vector<float>;
  EXPECT_EQ(features(TrainView::kGaps, {4, 1}), (Floats{1, 2, 0}));
  EXPECT_EQ(features(TrainView::kSizes, {2, 1}), (Floats{100, 40}));
  EXPECT_EQ(features(TrainView::kGapsSizes, {3, 1}), (Floats{1, 100, 2, 40, 60}));
  EXPECT_EQ(features(TrainView::kCounts, {4, 2}), (Floats{2, 1, 0}));
  EXPECT_EQ(features(TrainView::kBytes, {3, 2}), (Floats{140, 60}));
  const Floats statistics = features(TrainView::kStatistics, {2, 1});
  ASSERT_EQ(statistics.size(), 12U);
  EXPECT_FLOAT_EQ(statistics[0], 3);           // duration
  EXPECT_FLOAT_EQ(statistics[1], 1);           // packets a second
  EXPECT_FLOAT_EQ(statistics[2], 200.0F / 3);  // bytes a second
  EXPECT_FLOAT_EQ(statistics[6], 60);          // median
  EXPECT_FLOAT_EQ(statistics[11], 200);
}

/// Two classes that no line parts: 1 where both coordinates have the same sign.
Labelled checkers(std::size_t rows, std::uint64_t seed) {
  Random random(seed);
  Labelled data{{2, {}}, {}, 2};
  for (std::size_t i = 0; i < rows; ++i) {
    const double x = random.normal();
    const double y = random.normal();
    data.features.values.push_back(static_cast<float>(x));
    data.features.values.push_back(static_cast<float>(y));
    data.labels.push_back(x * y > 0 ? 1 : 0);
  }
  return data;
}

double accuracy(const std::vector<std::uint32_t>& answers, const Labelled& asked) {
  return grade(asked.labels, answers).accuracy;
}

TEST(Learners, FindWhatTheyCan) {
  const Labelled learned = checkers(2500, 1);
  const Labelled asked = checkers(1000, 2);
  EXPECT_GT(accuracy(classify_by_tree(learned, asked.features, 0), asked), 0.95);
  EXPECT_GT(accuracy(Forest(learned, 30, 0).classes(asked.features), asked), 0.95);
  EXPECT_GT(accuracy(Boosting(learned, {}).classes(asked.features), asked), 0.95);
  EXPECT_GT(accuracy(classify_by_network(learned, asked.features, {}), asked), 0.9);
  EXPECT_LT(accuracy(classify_by_regression(learned, asked.features), asked), 0.6);
}

TEST(Learners, RegressionFindsALine) {
  Labelled data = checkers(1000, 3);
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    const auto row = data.features.row(i);
    data.labels[i] = row[0] + 2 * row[1] > 0.5F ? 1 : 0;
  }
  EXPECT_GT(accuracy(classify_by_regression(data, data.features), data), 0.98);
}

TEST(OneClass, CallsTheShareItWasToldAnomalous) {
  const Matrix features = checkers(600, 4).features;
  EXPECT_NEAR(OneClass(features, 0.2).outlier_share(features), 0.2, 0.05);
  EXPECT_EQ(OneClass(features, 0.1).outlier_share({2, {50, 50}}), 1);
}

TEST(SeparationAuc, IsAHalfForEqualAndOneForDifferentSamples) {
  const Matrix a = checkers(500, 5).features;
  const Matrix b = checkers(500, 6).features;
  Matrix moved = b;
  for (float& value : moved.values) {
    value += 6;
  }
  EXPECT_NEAR(separation_auc(a, b, a, b, 0).auc, 0.5, 0.08);
  EXPECT_GT(separation_auc(a, moved, a, moved, 0).auc, 0.99);
  // Copies share a fold, so they teach nothing wrong about each other.
  EXPECT_GT(separation_auc(a, a, a, a, 0).auc, 0.4);
}

TEST(Page, HoldsTheScoresWhereNothingCanEscape) {
  const std::string place = "<script type=\"application/json\" id=\"scores\"></script>";
  const std::string page = page_of("{\"a\":\"</script>\"}", "<p>" + place + "</p>");
  EXPECT_EQ(page,
            "<p><script type=\"application/json\" id=\"scores\">{\"a\":\"\\u003c/script>\"}"
            "</script></p>");
  EXPECT_NE(page_of("{}").find("id=\"scores\">{}</script>"), std::string::npos);
}

}  // namespace
}  // namespace tracetwin::evaluate
