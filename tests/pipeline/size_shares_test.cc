#include "pipeline/size_shares.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tracetwin {
namespace {

std::vector<std::uint64_t> heavy_tailed(std::size_t count, double tail, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::uint64_t> sizes;
  for (std::size_t i = 0; i < count; ++i) {
    sizes.push_back(1 +
                    static_cast<std::uint64_t>(std::min(1e5, std::pow(random.uniform(), -tail))));
  }
  return sizes;
}

std::uint64_t sum_of(const std::vector<std::uint64_t>& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
}

TEST(SizeShares, ChosenCandidatesAreAsLargeAsTheRealOnes) {
  const auto real = heavy_tailed(4000, 1.0, 1);
  const auto sizes = size_shares(real, heavy_tailed(64'000, 1.3, 2));
  const auto candidates = heavy_tailed(16'000, 1.3, 3);
  Random random(4);
  std::vector<std::uint64_t> kept;
  for (const std::size_t i : keep_by_size(candidates, 4000, sizes, random)) {
    kept.push_back(candidates[i]);
  }
  ASSERT_EQ(kept.size(), 4000U);
  const auto share_above = [](const std::vector<std::uint64_t>& all, std::uint64_t size) {
    return static_cast<double>(
               std::ranges::count_if(all, [&](std::uint64_t own) { return own > size; })) /
           static_cast<double>(all.size());
  };
  for (const std::uint64_t size : {2, 5, 20, 100, 1000}) {
    EXPECT_NEAR(share_above(kept, size), share_above(real, size), 0.004) << size;
  }
  EXPECT_GT(share_above(candidates, 20), share_above(real, 20) + 0.02);
  EXPECT_LE(5 * *std::ranges::max_element(kept), 6 * *std::ranges::max_element(real));
  EXPECT_NEAR(static_cast<double>(sum_of(kept)) / static_cast<double>(sum_of(real)), 1, 0.25);
}

TEST(SizeShares, KeepsAsManyAsAskedForInTheirOrder) {
  const tokens::SizeShares even{{}, {1}};
  Random random(1);
  const std::vector<std::uint64_t> candidates(40, 7);
  for (const std::size_t count : {0U, 1U, 10U, 40U}) {
    const auto kept = keep_by_size(candidates, count, even, random);
    EXPECT_EQ(kept.size(), count);
    EXPECT_TRUE(std::ranges::is_sorted(kept));
    EXPECT_EQ(std::ranges::adjacent_find(kept), kept.end());
  }
}

TEST(SizeShares, OneConversationIsEnough) {
  const auto sizes = size_shares({5}, {1, 5, 9, 5});
  Random random(1);
  EXPECT_EQ(keep_by_size(std::vector<std::uint64_t>{5, 5, 5, 5}, 1, sizes, random).size(), 1U);
}

}  // namespace
}  // namespace tracetwin
