#include "where/key_set.h"

#include <gtest/gtest.h>

namespace tracetwin {
namespace {

constexpr Key kMost = ~Key{0};

/// Keys below 20 that are in a set, as text.
std::string shown(const KeySet& set) {
  std::string text;
  for (Key key = 0; key < 20; ++key) {
    text += set.contains(key) ? '#' : '.';
  }
  return text;
}

KeySet odd_one() {
  return KeySet::range(2, 5).united(KeySet::range(12, 14)).united(KeySet::range(9, 9));
}

TEST(KeySet, HoldsItsIntervals) {
  EXPECT_EQ(shown(odd_one()), "..####...#..###.....");
  EXPECT_EQ(odd_one().intervals().size(), 3U);
  EXPECT_EQ(odd_one().size(), 8);
  EXPECT_TRUE(KeySet::range(5, 4).empty());
  EXPECT_FALSE(KeySet().contains(0));
  EXPECT_TRUE(KeySet::all().contains(kMost));
}

TEST(KeySet, UnitesWhatOverlapsOrTouches) {
  EXPECT_EQ(odd_one().united(KeySet::range(6, 8)).intervals().size(), 2U);
  EXPECT_EQ(shown(odd_one().united(KeySet::range(4, 12))), "..#############.....");
  const KeySet top = KeySet::range(kMost, kMost).united(KeySet::range(3, kMost));
  EXPECT_EQ(top.intervals().size(), 1U);
}

TEST(KeySet, IntersectsAndComplements) {
  EXPECT_EQ(shown(odd_one().intersected(KeySet::range(4, 12))), "....##...#..#.......");
  EXPECT_EQ(shown(odd_one().complement()), "##....###.##...#####");
  EXPECT_TRUE(KeySet::all().complement().empty());
  EXPECT_EQ(KeySet().complement().size(), KeySet::all().size());
  EXPECT_FALSE(KeySet::range(4, kMost).complement().contains(kMost));
  EXPECT_TRUE(odd_one().intersected(odd_one().complement()).empty());
}

TEST(KeySet, DrawsAllItsKeysAlike) {
  Random random(1);
  std::vector<int> counts(20);
  for (int i = 0; i < 8000; ++i) {
    ++counts[static_cast<std::size_t>(odd_one().draw(random))];
  }
  for (Key key = 0; key < 20; ++key) {
    EXPECT_NEAR(counts[static_cast<std::size_t>(key)], odd_one().contains(key) ? 1000 : 0, 150);
  }
  const KeySet wide = KeySet::range(Key{1} << 100, (Key{1} << 100) + (Key{3} << 70));
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(wide.contains(wide.draw(random)));
  }
}

}  // namespace
}  // namespace tracetwin
