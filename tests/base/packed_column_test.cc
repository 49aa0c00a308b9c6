#include "base/packed_column.h"

#include <gtest/gtest.h>

#include <atomic>
#include <utility>

#include "base/parallel.h"
#include "base/random.h"

namespace tracetwin {
namespace {

constexpr Wide kHuge = ~Wide{0};

// Every width, and blocks of one number alone.
std::vector<Wide> numbers() {
  Random random(1);
  std::vector<Wide> values;
  for (const int bits : {0, 7, 8, 13, 16, 31, 32, 50, 64, 100, 128}) {
    for (std::size_t i = 0; i < PackedColumn::kBlock; ++i) {
      const Wide any = Wide{random.bits()} << 64 | random.bits();
      values.push_back(bits == 0 ? kHuge : any >> (128 - bits));
    }
  }
  values.push_back(3);
  values.push_back(kHuge);
  return values;
}

TEST(PackedColumn, GivesBackNumbersOfAnyWidth) {
  const std::vector<Wide> values = numbers();
  const PackedColumn column(values);
  ASSERT_EQ(column.size(), values.size());
  EXPECT_EQ(column.blocks(), 12U);
  EXPECT_TRUE(column.all<Wide>() == values);
  for (std::size_t i = 0; i < values.size(); i += 997) {
    EXPECT_TRUE(column[i] == values[i]) << i;
  }
  EXPECT_TRUE(column.back() == kHuge);
}

TEST(PackedColumn, ReadsBlocksAsNarrowNumbers) {
  PackedColumn column;
  for (std::size_t i = 0; i < PackedColumn::kBlock + 5; ++i) {
    column.push_back(60'000 + i % 100);
  }
  std::vector<std::uint16_t> values;
  column.read(0, values);
  ASSERT_EQ(values.size(), PackedColumn::kBlock);
  EXPECT_EQ(values[7], 60'007);
  column.read(1, values);
  ASSERT_EQ(values.size(), 5U);
  EXPECT_EQ(values[0], 60'000 + PackedColumn::kBlock % 100);
}

TEST(PackedColumn, CopiesAreTheirOwn) {
  PackedColumn column(numbers());
  PackedColumn copy = column;
  copy.push_back(1);
  EXPECT_EQ(copy.size(), column.size() + 1);
  column = PackedColumn{1, 2};
  EXPECT_EQ(column.size(), 2U);
  EXPECT_EQ(copy.size(), numbers().size() + 1);
}

TEST(PackedColumn, MayBeEmpty) {
  const PackedColumn column;
  EXPECT_TRUE(column.empty());
  EXPECT_EQ(column.blocks(), 0U);
  EXPECT_TRUE(column.all<Wide>().empty());
}

// Wider than what stays in memory: 6 MiB.
TEST(PackedColumn, IsTheSameWhenItHasLeftMemory) {
  Random random(2);
  std::vector<Wide> values;
  for (std::size_t i = 0; i < 400'000; ++i) {
    values.push_back(Wide{random.bits()} << 64 | random.bits());
  }
  ASSERT_GT(values.size() * sizeof(Wide), Spill::kInMemory);
  const PackedColumn column(values);
  PackedColumn copy = column;
  copy.push_back(5);
  const PackedColumn moved = std::move(copy);
  EXPECT_TRUE(column.all<Wide>() == values);
  EXPECT_TRUE(moved.back() == 5);
  std::atomic<int> differ = 0;
  parallel_blocks(column.blocks(), 4, [&](std::size_t block) {
    std::vector<Wide> read;
    moved.read(block, read);
    differ += read.front() != values[block * PackedColumn::kBlock] ? 1 : 0;
    differ += column[block * PackedColumn::kBlock] != read.front() ? 1 : 0;
  });
  EXPECT_EQ(differ, 0);
}

}  // namespace
}  // namespace tracetwin
