#include "dp/noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "dp_support.h"

namespace tracetwin::dp {
namespace {

static_assert(!std::is_copy_constructible_v<NoiseSource>);
static_assert(!std::is_copy_assignable_v<NoiseSource>);
static_assert(!std::is_constructible_v<NoiseSource, std::uint64_t>, "seeds only by name");
static_assert(!std::is_constructible_v<NoiseSource, Random>);
static_assert(!std::is_constructible_v<Random, NoiseSource>);

TEST(NoiseSource, TwoSourcesShareNothing) {
  NoiseSource a;
  NoiseSource b;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 5000; ++i) {
    seen.insert(a.bits());
    seen.insert(b.bits());
  }
  EXPECT_EQ(seen.size(), 10000U);
  EXPECT_FALSE(a.is_insecure());
}

TEST(NoiseSource, InsecureSeedRepeatsAndSaysSo) {
  NoiseSource a = NoiseSource::insecure(7);
  NoiseSource b = NoiseSource::insecure(7);
  NoiseSource c = NoiseSource::insecure(8);
  EXPECT_TRUE(a.is_insecure());
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t bits = a.bits();
    EXPECT_EQ(bits, b.bits());
    EXPECT_NE(bits, c.bits());
  }
}

// ChaCha20 with an all-zero key and nonce starts 76 b8 e0 ad a0 f1 3d 90 (RFC 7539, A.1, vector 1).
TEST(NoiseSource, IsChaCha20) {
  NoiseSource zero_key = NoiseSource::insecure(0);
  EXPECT_EQ(zero_key.bits(), 0x903df1a0ade0b876ULL);
}

TEST(NoiseSource, NeverRepeatsAcrossRefills) {
  NoiseSource source = NoiseSource::insecure(3);
  std::set<std::uint64_t> seen;
  constexpr std::size_t kWords = 512 * 20;
  for (std::size_t i = 0; i < kWords; ++i) {
    seen.insert(source.bits());
  }
  EXPECT_EQ(seen.size(), kWords);
}

TEST(NoiseSource, MovingContinuesTheStreamAndEndsTheOld) {
  NoiseSource reference = NoiseSource::insecure(5);
  NoiseSource old = NoiseSource::insecure(5);
  EXPECT_EQ(old.bits(), reference.bits());
  NoiseSource moved(std::move(old));
  EXPECT_EQ(moved.bits(), reference.bits());
  EXPECT_TRUE(moved.is_insecure());
  EXPECT_THROW(old.bits(), Error);  // NOLINT(bugprone-use-after-move)
  NoiseSource assigned;
  assigned = std::move(moved);
  EXPECT_EQ(assigned.bits(), reference.bits());
  EXPECT_TRUE(assigned.is_insecure());
  EXPECT_THROW(moved.below(std::uint64_t{10}), Error);  // NOLINT(bugprone-use-after-move)
}

TEST(NoiseSource, BelowIsUniform) {
  NoiseSource source = NoiseSource::insecure(11);
  for (const std::uint64_t bound : {1ULL, 2ULL, 7ULL, 100ULL}) {
    std::vector<std::int64_t> draws;
    for (int i = 0; i < 50000; ++i) {
      draws.push_back(static_cast<std::int64_t>(source.below(bound)));
      ASSERT_LT(draws.back(), static_cast<std::int64_t>(bound));
    }
    if (bound > 1) {
      EXPECT_GT(test::fit_p(draws, 0, static_cast<std::int64_t>(bound) - 2,
                            [&](std::int64_t) { return 1.0 / static_cast<double>(bound); }),
                1e-4);
    }
  }
}

// 3 * 2^62: a modulo of 64 bits would give the lowest third twice the weight of the others.
TEST(NoiseSource, BelowIsUniformForHugeBounds) {
  NoiseSource source = NoiseSource::insecure(12);
  const std::uint64_t third = std::uint64_t{1} << 62;
  const Wide wide_third = Wide{1} << 100;
  std::vector<std::int64_t> narrow;
  std::vector<std::int64_t> wide;
  for (int i = 0; i < 30000; ++i) {
    narrow.push_back(static_cast<std::int64_t>(source.below(3 * third) / third));
    wide.push_back(static_cast<std::int64_t>(source.below(3 * wide_third) / wide_third));
  }
  const auto even = [](std::int64_t) { return 1.0 / 3; };
  EXPECT_GT(test::fit_p(narrow, 0, 1, even), 1e-4);
  EXPECT_GT(test::fit_p(wide, 0, 1, even), 1e-4);
}

TEST(NoiseSource, WideBoundsAtTheEdgesOf64Bits) {
  NoiseSource source = NoiseSource::insecure(13);
  EXPECT_EQ(source.below(Wide{1}), Wide{0});
  EXPECT_LT(source.below(Wide{5}), Wide{5});
  const Wide edge = Wide{1} << 64;
  bool above_32_bits = false;
  for (int i = 0; i < 100; ++i) {
    ASSERT_LT(source.below(edge), edge);
    ASSERT_LT(source.below(edge + 1), edge + 1);
    above_32_bits |= source.below(edge) > UINT32_MAX;
  }
  EXPECT_TRUE(above_32_bits);
}

}  // namespace
}  // namespace tracetwin::dp
