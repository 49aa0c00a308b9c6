#include "pipeline/size_shares.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tracetwin {
namespace {

using tokens::Magnitude;

/// Of one packet a second.
std::vector<Magnitude> heavy_tailed(std::size_t count, double tail, std::uint64_t seed) {
  Random random(seed);
  std::vector<Magnitude> sizes;
  for (std::size_t i = 0; i < count; ++i) {
    const auto size =
        1 + static_cast<std::uint64_t>(std::min(1e5, std::pow(random.uniform(), -tail)));
    sizes.push_back({size, size * 1'000'000});
  }
  return sizes;
}

double sum_of(const std::vector<Magnitude>& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), 0.0, [](double sum, const Magnitude& one) {
    return sum + static_cast<double>(one.packets);
  });
}

std::uint64_t largest(const std::vector<Magnitude>& sizes) {
  return std::ranges::max(sizes, {}, &Magnitude::packets).packets;
}

TEST(SizeShares, ChosenCandidatesAreAsLargeAsTheRealOnes) {
  const auto real = heavy_tailed(4000, 1.0, 1);
  const auto sizes = size_shares(real, heavy_tailed(64'000, 1.3, 2));
  const auto candidates = heavy_tailed(16'000, 1.3, 3);
  Random random(4);
  std::vector<Magnitude> kept;
  for (const std::size_t i : keep_by_size(candidates, 4000, sizes, random)) {
    kept.push_back(candidates[i]);
  }
  ASSERT_EQ(kept.size(), 4000U);
  const auto share_above = [](const std::vector<Magnitude>& all, std::uint64_t size) {
    return static_cast<double>(std::ranges::count_if(
               all, [&](const Magnitude& own) { return own.packets > size; })) /
           static_cast<double>(all.size());
  };
  for (const std::uint64_t size : {2, 5, 20, 100, 1000}) {
    EXPECT_NEAR(share_above(kept, size), share_above(real, size), 0.004) << size;
  }
  EXPECT_GT(share_above(candidates, 20), share_above(real, 20) + 0.02);
  EXPECT_LE(5 * largest(kept), 6 * largest(real));
  EXPECT_NEAR(sum_of(kept) / sum_of(real), 1, 0.25);
}

TEST(SizeShares, KeepsAsManyAsAskedForInTheirOrder) {
  const tokens::SizeShares even{{}, {1}, {}};
  Random random(1);
  const std::vector<Magnitude> candidates(40, Magnitude{7, 7});
  for (const std::size_t count : {0U, 1U, 10U, 40U}) {
    const auto kept = keep_by_size(candidates, count, even, random);
    EXPECT_EQ(kept.size(), count);
    EXPECT_TRUE(std::ranges::is_sorted(kept));
    EXPECT_EQ(std::ranges::adjacent_find(kept), kept.end());
  }
}

TEST(SizeShares, OneConversationIsEnough) {
  const std::vector<Magnitude> real = {{5, 1}};
  const std::vector<Magnitude> made = {{1, 1}, {5, 1}, {9, 1}, {5, 1}};
  Random random(1);
  EXPECT_EQ(keep_by_size(made, 1, size_shares(real, made), random).size(), 1U);
}

/// Real giants hurry; those that the network makes hurry in one of ten.
TEST(SizeShares, GiantsAreAsFastAsTheRealOnes) {
  const std::vector<Magnitude> real(50, Magnitude{1000, 1'000'000});
  std::vector<Magnitude> made;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    made.push_back({1000, i % 10 == 0 ? 1'000'000U : 60'000'000U});
  }
  Random random(1);
  std::size_t fast = 0;
  for (const std::size_t i : keep_by_size(made, 50, size_shares(real, made), random)) {
    fast += made[i].duration_us == 1'000'000 ? 1 : 0;
  }
  EXPECT_GT(fast, 35U);
}

}  // namespace
}  // namespace tracetwin
