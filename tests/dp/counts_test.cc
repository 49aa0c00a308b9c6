#include "dp/counts.h"

#include <gmock/gmock.h>

#include <cmath>
#include <type_traits>

#include "base/error.h"
#include "dp/discrete_gaussian.h"
#include "dp/false_cells.h"
#include "dp/gdp.h"
#include "dp_support.h"

namespace tracetwin::dp {
namespace {

using ::testing::ElementsAre;

static_assert(!std::is_convertible_v<PrivateCounts, NoisyCounts>);
static_assert(!std::is_constructible_v<NoisyCounts, PrivateCounts>);
static_assert(!std::is_constructible_v<NoisyCounts, std::vector<std::int64_t>>);
static_assert(!std::is_constructible_v<NoisyCounts, std::vector<std::int64_t>, double>);
static_assert(!std::is_assignable_v<NoisyCounts&, PrivateCounts>);
static_assert(!std::is_constructible_v<PrivateCounts, NoisyCounts>);
static_assert(!std::is_convertible_v<std::vector<std::int64_t>, PrivateCounts>);

constexpr Budget kBudget{2, 1e-9};

Ledger seeded(std::uint64_t seed) {
  return Ledger(kBudget, Unit::kRecord, seed);
}

ReleaseRequest request(double rho) {
  return {"test", "counts", rho, 1};
}

HeavyRequest heavy(double rho) {
  HeavyRequest result;
  result.stage = "test";
  result.what = "heavy";
  result.rho = rho;
  return result;
}

Stratum addresses(KeyCounts counts) {
  return {std::move(counts), 32, [](NoiseSource& noise) { return Key{noise.bits() & UINT32_MAX}; }};
}

std::vector<std::int64_t> values(const NoisyCounts& counts) {
  return {counts.values().begin(), counts.values().end()};
}

TEST(Release, NoiseHasTheLawThatWasPaidFor) {
  Ledger ledger = seeded(1);
  PrivateCounts counts(200000);
  for (std::size_t cell = 0; cell < counts.size(); ++cell) {
    counts.add(cell, 7);
  }
  const NoisyCounts noisy = release(counts, request(0.02), ledger);
  const Sigma2 sigma2 = ledger.rows().back().sigma2;
  EXPECT_NEAR(sigma2.value(), 25 + rounding_variance(1), 1e-6);
  EXPECT_DOUBLE_EQ(noisy.sigma(), std::sqrt(sigma2.value()));
  EXPECT_GT(test::fit_p(values(noisy), -60, 60,
                        [&](std::int64_t k) { return discrete_gaussian_pmf(sigma2, k - 7); }),
            1e-4);
}

TEST(Release, SensitivityScalesTheNoise) {
  Ledger ledger = seeded(2);
  const NoisyCounts noisy = release(PrivateCounts(4), {"test", "flows", 0.02, 10}, ledger);
  EXPECT_NEAR(noisy.sigma(), std::sqrt(2500 + rounding_variance(10)), 1e-5);
  EXPECT_NEAR(ledger.rows().back().rho, 0.02, 1e-9);
}

TEST(Release, WithoutBudgetCountsAreExact) {
  Ledger ledger = Ledger::no_guarantee(Unit::kRecord);
  const NoisyCounts exact = release(PrivateCounts({3, 0, 9}), request(1), ledger);
  EXPECT_THAT(exact.values(), ElementsAre(3, 0, 9));
  EXPECT_EQ(exact.sigma(), 0);
  ASSERT_EQ(ledger.rows().size(), 1U);
  EXPECT_EQ(ledger.rows()[0].cells, 3U);
}

TEST(Release, RefusalReleasesNothing) {
  Ledger ledger = seeded(3);
  EXPECT_THROW(release(PrivateCounts(2), request(1), ledger), Error);
  EXPECT_TRUE(ledger.rows().empty());
}

TEST(Release, SecureLedgersDisagree) {
  Ledger a(kBudget, Unit::kRecord);
  Ledger b(kBudget, Unit::kRecord);
  const PrivateCounts counts(100);
  EXPECT_NE(values(release(counts, request(0.01), a)), values(release(counts, request(0.01), b)));
}

TEST(PrivateCounts, MergingAdds) {
  PrivateCounts counts({1, 2});
  counts.merge(PrivateCounts({10, 20}));
  EXPECT_THAT(std::as_const(counts).exact(), ElementsAre(11, 22));
  EXPECT_THROW(counts.merge(PrivateCounts(3)), Error);
}

TEST(NoisyCounts, JoiningAndSelectingKeepValuesAndTheLargestSigma) {
  Ledger ledger = seeded(4);
  const NoisyCounts parts[] = {
      release(PrivateCounts({1, 2}), request(0.02), ledger),
      release(PrivateCounts(std::vector<std::int64_t>{3}), request(0.005), ledger)};
  const NoisyCounts joined = NoisyCounts::joined(parts);
  EXPECT_THAT(joined.values(),
              ElementsAre(parts[0].values()[0], parts[0].values()[1], parts[1].values()[0]));
  EXPECT_EQ(joined.sigma(), parts[1].sigma());
  const std::size_t picked[] = {2, 0};
  EXPECT_THAT(joined.selected(picked).values(),
              ElementsAre(parts[1].values()[0], parts[0].values()[0]));
  const std::size_t outside[] = {3};
  EXPECT_THROW(joined.selected(outside), Error);
}

TEST(ReleaseHeavy, ThresholdDependsOnNothingPrivate) {
  Ledger a = seeded(5);
  Ledger b = seeded(6);
  const Stratum empty[] = {addresses({})};
  const Stratum full[] = {addresses({{1, 500}, {2, 900}, {3, 1}})};
  const auto first = release_heavy(empty, heavy(0.02), a);
  const auto second = release_heavy(full, heavy(0.02), b);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].threshold, second[0].threshold);
  EXPECT_EQ(first[0].threshold, discrete_gaussian_threshold(a.rows()[0].sigma2, 0.05 * 0x1p-32));
  EXPECT_EQ(a.rows()[0].cells, std::uint64_t{1} << 32);
}

TEST(ReleaseHeavy, KeepsWhatStandsOutInKeyOrder) {
  Ledger ledger = seeded(7);
  const Stratum strata[] = {addresses({{900, 5000}, {20, 400}, {30, 1}, {40, 0}}),
                            addresses({{7, 10000}})};
  const auto results = release_heavy(strata, heavy(0.02), ledger);
  ASSERT_EQ(results.size(), 2U);
  EXPECT_THAT(results[0].keys, ElementsAre(20, 900));
  EXPECT_THAT(results[1].keys, ElementsAre(7));
  EXPECT_NEAR(static_cast<double>(results[0].counts.values()[1]), 5000, 40);
  EXPECT_EQ(ledger.rows().size(), 1U);
}

TEST(ReleaseHeavy, SameTestSeedSameReleaseWhateverTheMapsOrder) {
  KeyCounts forward;
  KeyCounts backward;
  backward.reserve(4096);
  for (std::uint64_t key = 0; key < 300; ++key) {
    forward[key * 7919] = 30;
    backward[(299 - key) * 7919] = 30;
  }
  Ledger a = seeded(8);
  Ledger b = seeded(8);
  const Stratum one[] = {addresses(forward)};
  const Stratum other[] = {addresses(backward)};
  const auto first = release_heavy(one, heavy(0.02), a);
  const auto second = release_heavy(other, heavy(0.02), b);
  EXPECT_FALSE(first[0].keys.empty());
  EXPECT_EQ(first[0].keys, second[0].keys);
  EXPECT_EQ(values(first[0].counts), values(second[0].counts));
}

TEST(ReleaseHeavy, MostAppliesToNoisyCounts) {
  KeyCounts counts;
  for (std::uint64_t key = 0; key < 200; ++key) {
    counts[key] = 1000;
  }
  Ledger all = seeded(9);
  Ledger few = seeded(9);
  const Stratum strata[] = {addresses(counts)};
  HeavyRequest limited = heavy(0.02);
  limited.most = 10;
  const auto whole = release_heavy(strata, heavy(0.02), all)[0];
  const auto part = release_heavy(strata, limited, few)[0];
  ASSERT_EQ(part.keys.size(), 10U);
  std::vector<std::int64_t> sorted = values(whole.counts);
  std::sort(sorted.rbegin(), sorted.rend());
  std::vector<std::int64_t> kept = values(part.counts);
  std::sort(kept.rbegin(), kept.rend());
  EXPECT_EQ(kept, std::vector<std::int64_t>(sorted.begin(), sorted.begin() + 10));
  EXPECT_GT(part.keys.back(), 10U) << "the first keys were taken, not the largest";
}

TEST(ReleaseHeavy, WithoutBudgetKeepsTheLargestWithTiesByKey) {
  Ledger ledger = Ledger::no_guarantee(Unit::kRecord);
  const Stratum strata[] = {addresses({{9, 2}, {1, 2}, {5, 7}, {4, 1}, {6, 2}, {2, 0}})};
  HeavyRequest limited = heavy(0);
  limited.most = 3;
  const auto result = release_heavy(strata, limited, ledger)[0];
  EXPECT_THAT(result.keys, ElementsAre(1, 5, 6));
  EXPECT_THAT(result.counts.values(), ElementsAre(2, 7, 2));
  EXPECT_EQ(result.threshold, 1);
  limited.floor = 3;
  EXPECT_THAT(release_heavy(strata, limited, ledger)[0].keys, ElementsAre(5));
}

// 2^10 cells, 20 false cells expected: the result must look like noise on every cell.
TEST(ReleaseHeavy, LooksLikeNoiseOnEveryCell) {
  constexpr std::uint64_t kCells = 1024;
  const Stratum strata[] = {
      {{{3, 4}, {5, 8}}, 10, [](NoiseSource& noise) { return Key{noise.below(kCells)}; }}};
  Ledger ledger({50, 1e-3}, Unit::kRecord, std::uint64_t{10});
  HeavyRequest loose = heavy(0.02);
  loose.false_cells = 20;
  constexpr int kRuns = 400;
  std::vector<std::int64_t> passed_at;
  std::vector<std::int64_t> counts;
  std::int64_t threshold = 0;
  for (int run = 0; run < kRuns; ++run) {
    const auto result = release_heavy(strata, loose, ledger)[0];
    threshold = result.threshold;
    for (std::size_t i = 0; i < result.keys.size(); ++i) {
      const auto key = static_cast<std::int64_t>(result.keys[i]);
      ASSERT_LT(key, static_cast<std::int64_t>(kCells));
      if (key != 3 && key != 5) {
        passed_at.push_back(key / 64);
        counts.push_back(result.counts.values()[i]);
      }
    }
  }
  const Sigma2 sigma2 = ledger.rows()[0].sigma2;
  const double tail = discrete_gaussian_upper_tail(sigma2, threshold);
  const double expected = kRuns * (kCells - 2) * tail;
  EXPECT_NEAR(static_cast<double>(counts.size()), expected, 4.5 * std::sqrt(expected));
  EXPECT_GT(test::fit_p(counts, threshold, threshold + 50,
                        [&](std::int64_t k) { return discrete_gaussian_pmf(sigma2, k) / tail; }),
            1e-4);
  EXPECT_GT(test::fit_p(passed_at, 1, 14, [](std::int64_t) { return 64.0 / (kCells - 2); }), 1e-4);
}

TEST(ReleaseHeavy, FullDomainHasNoFalseCells) {
  const Stratum strata[] = {
      {{{0, 1}, {1, 1}}, 1, [](NoiseSource& noise) { return Key{noise.below(std::uint64_t{2})}; }}};
  Ledger ledger = seeded(11);
  HeavyRequest loose = heavy(0.02);
  loose.false_cells = 2;
  EXPECT_LE(release_heavy(strata, loose, ledger)[0].keys.size(), 2U);
}

TEST(ReleaseHeavy, ImpossibleRequestsAreRefusedBeforePaying) {
  Ledger ledger = seeded(12);
  HeavyRequest wrong = heavy(0.01);
  wrong.false_cells = 0;
  const Stratum good[] = {addresses({{1, 5}})};
  EXPECT_THROW(release_heavy(good, wrong, ledger), Error);
  const Stratum negative[] = {addresses({{1, -5}})};
  EXPECT_THROW(release_heavy(negative, heavy(0.01), ledger), Error);
  Stratum crowded[] = {addresses({{1, 5}, {2, 5}, {3, 5}})};
  crowded[0].log2_cells = 1;
  EXPECT_THROW(release_heavy(crowded, heavy(0.01), ledger), Error);
  crowded[0].log2_cells = 129;
  EXPECT_THROW(release_heavy(crowded, heavy(0.01), ledger), Error);
  EXPECT_TRUE(ledger.rows().empty());
}

TEST(FalseCells, ConstantKeysAreFoundOut) {
  NoiseSource noise = NoiseSource::insecure(13);
  const auto constant = [](NoiseSource&) { return Key{4}; };
  const auto draw = [&] {
    for (int i = 0; i < 100; ++i) {
      draw_false_cells({}, 4, constant, Sigma2{4, 1}, 2, noise);
    }
  };
  EXPECT_THROW(draw(), Error);
}

TEST(FalseCells, BinomialFollowsItsLaw) {
  NoiseSource noise = NoiseSource::insecure(14);
  std::vector<std::int64_t> draws;
  for (int i = 0; i < 50000; ++i) {
    draws.push_back(static_cast<std::int64_t>(draw_binomial(noise, 40, 0.1)));
  }
  const auto pmf = [](std::int64_t k) {
    const auto x = static_cast<double>(k);
    return std::exp(std::lgamma(41.0) - std::lgamma(x + 1) - std::lgamma(41 - x)) *
           std::pow(0.1, x) * std::pow(0.9, 40 - x);
  };
  EXPECT_GT(test::fit_p(draws, 0, 40, pmf), 1e-4);
  EXPECT_EQ(draw_binomial(noise, 0, 0.5), 0U);
  EXPECT_EQ(draw_binomial(noise, 1e38, 0), 0U);
}

TEST(ReleaseCategories, RareOnesDoNotShowAndDeltaIsPaid) {
  Ledger ledger = seeded(15);
  const double before = ledger.threshold_delta_left();
  const auto result = release_categories({{"http", 5000}, {"dns", 900}, {"secret", 1}, {"none", 0}},
                                         request(0.02), 2, ledger);
  EXPECT_THAT(result.names, ElementsAre("dns", "http"));
  EXPECT_NEAR(static_cast<double>(result.counts.values()[0]), 900, 40);
  const LedgerRow& row = ledger.rows()[0];
  EXPECT_NEAR(row.delta, before / 2, before * 1e-9);
  EXPECT_NEAR(ledger.threshold_delta_left(), before / 2, before * 1e-9);
  EXPECT_EQ(row.cells, 0U) << "how many categories there are is private";
  EXPECT_LE(discrete_gaussian_upper_tail(row.sigma2, result.threshold - 1), row.delta);
  EXPECT_GT(discrete_gaussian_upper_tail(row.sigma2, result.threshold - 2), row.delta);
  release_categories({}, request(0.02), 1, ledger);
  EXPECT_NEAR(ledger.threshold_delta_left(), 0, before * 1e-9);
}

// A unit of up to 32 records: neither all 32 in one category nor one in each of 32 may show.
TEST(ReleaseCategories, ThresholdCoversUnitsOfManyRecords) {
  Ledger ledger = seeded(17);
  const auto result =
      release_categories({{"http", 500000}, {"mine", 32}}, {"test", "x", 0.02, 32}, 1, ledger);
  EXPECT_THAT(result.names, ElementsAre("http"));
  const LedgerRow& row = ledger.rows().back();
  EXPECT_EQ(row.l2_sensitivity, 32);
  EXPECT_LE(32 * discrete_gaussian_upper_tail(row.sigma2, result.threshold - 32), row.delta);
}

TEST(ReleaseCategories, WithoutBudgetEveryPresentOneIsReleased) {
  Ledger ledger = Ledger::no_guarantee(Unit::kRecord);
  const auto result = release_categories({{"b", 1}, {"a", 2}, {"c", 0}}, request(0), 1, ledger);
  EXPECT_THAT(result.names, ElementsAre("a", "b"));
  EXPECT_THAT(result.counts.values(), ElementsAre(2, 1));
}

TEST(ReleaseCategories, RefusesWhatItsProofDoesNotCover) {
  Ledger ledger = seeded(16);
  EXPECT_THROW(release_categories({}, {"test", "x", 0.01, 1.5}, 1, ledger), Error);
  EXPECT_THROW(release_categories({}, request(0.01), 0, ledger), Error);
  Ledger without_share(kBudget, Unit::kRecord, 0.0);
  try {
    release_categories({{"a", 100}}, request(0.01), 1, without_share);
    FAIL() << "released without a delta";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kBudgetExceeded);
  }
  EXPECT_EQ(without_share.rho_spent(), 0);
}

}  // namespace
}  // namespace tracetwin::dp
