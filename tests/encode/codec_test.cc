#include "encode/codec.h"

#include <gtest/gtest.h>

#include <cmath>

#include "encode/log_grid.h"

namespace tracetwin {
namespace {

constexpr Window kHour = {1'700'000'000'000'000'000, 1'700'003'600'000'000'000};

Field field_of(FieldKind kind) {
  Field field;
  field.name = std::string(kind_name(kind));
  field.kind = kind;
  field.cells = 13;
  field.low = -5;
  field.high = 1e6;
  return field;
}

class CodecOfKind : public testing::TestWithParam<FieldKind> {
 protected:
  std::unique_ptr<const Codec> codec_ = make_codec(field_of(GetParam()), kHour, 7);
};

TEST_P(CodecOfKind, ADrawnValueLiesInItsCellOnEveryLevel) {
  Random random(11);
  const auto below = [&](std::uint64_t bound) { return random.below(bound); };
  for (std::size_t level = 0; level + 1 < codec_->levels(); ++level) {
    for (std::size_t stratum = 0; stratum < codec_->strata(); ++stratum) {
      for (int i = 0; i < 500; ++i) {
        const Key cell = codec_->random_cell(level, stratum, below);
        const Key value = codec_->draw(level, cell, random);
        ASSERT_TRUE(codec_->cell(level, value) == cell)
            << "level " << level << ", " << codec_->describe(level, cell);
      }
    }
  }
}

TEST_P(CodecOfKind, EveryCellOfTheLastLevelCanBeDrawnAndFoundAgain) {
  Random random(12);
  const std::size_t last = codec_->levels() - 1;
  for (Key cell = 0; cell < codec_->last_cells(); ++cell) {
    for (int i = 0; i < 20; ++i) {
      const Key value = codec_->draw(last, cell, random);
      ASSERT_TRUE(codec_->cell(last, value) == cell) << codec_->describe(last, cell);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllKinds, CodecOfKind,
                         testing::Values(FieldKind::kAddress, FieldKind::kPort,
                                         FieldKind::kProtocol, FieldKind::kTime,
                                         FieldKind::kDuration, FieldKind::kSize, FieldKind::kShape,
                                         FieldKind::kLength, FieldKind::kByte, FieldKind::kCode,
                                         FieldKind::kCategory, FieldKind::kNumber),
                         [](const auto& kind) { return std::string(kind_name(kind.param)); });

TEST(LogGrid, CellsTileTheWholeNumbers) {
  for (const unsigned bits : {0U, 1U, 3U}) {
    const LogGrid grid(bits, 5000);
    std::uint32_t cell = 0;
    for (std::uint64_t value = 0; value <= 5000; ++value) {
      const std::uint32_t found = grid.cell(value);
      ASSERT_TRUE(found == cell || found == cell + 1) << value;
      cell = found;
      ASSERT_LE(grid.low(cell), value);
      ASSERT_GE(grid.high(cell), value);
    }
    EXPECT_EQ(cell + 1, grid.cells());
    EXPECT_EQ(grid.cell(1'000'000'000), grid.cells() - 1);
  }
}

TEST(LogGrid, ZeroHasACellOfItsOwn) {
  const LogGrid grid(0, 1 << 20);
  EXPECT_EQ(grid.cell(0), 0U);
  EXPECT_EQ(grid.cell(1), 1U);
  EXPECT_EQ(grid.cell(2), 2U);
  EXPECT_EQ(grid.cell(3), 2U);
  EXPECT_EQ(grid.cell(4), 3U);
}

TEST(Keys, NumbersKeepTheirOrderAndComeBack) {
  const double values[] = {-1e15, -2.5, -1e-9, 0.0, 1e-9, 1.0, 3.25, 1e15};
  for (std::size_t i = 0; i < std::size(values); ++i) {
    EXPECT_EQ(number_of(number_key(values[i])), values[i]);
    if (i > 0) {
      EXPECT_TRUE(number_key(values[i - 1]) < number_key(values[i]));
    }
  }
}

TEST(Keys, PairsComeBack) {
  const Key key = pair_key(123, 456);
  EXPECT_EQ(first_of(key), 123U);
  EXPECT_EQ(second_of(key), 456U);
}

// What is simulated of empty cells is the law of noising every cell only if these agree.
TEST(PortCodec, StrataDivideThePorts) {
  const auto codec = make_codec(field_of(FieldKind::kPort), kHour, 0);
  ASSERT_EQ(codec->strata(), 2U);
  double cells = 0;
  Random random(6);
  for (std::size_t stratum = 0; stratum < 2; ++stratum) {
    std::size_t members = 0;
    for (Key port = 0; port < 65536; ++port) {
      members += codec->stratum(port) == stratum ? 1 : 0;
    }
    EXPECT_NEAR(std::exp2(codec->log2_cells(0, stratum)), static_cast<double>(members), 1e-6);
    cells += static_cast<double>(members);
    for (int i = 0; i < 2000; ++i) {
      const Key cell =
          codec->random_cell(0, stratum, [&](std::uint64_t bound) { return random.below(bound); });
      EXPECT_EQ(codec->stratum(cell), stratum);
    }
  }
  EXPECT_EQ(cells, 65536);
}

TEST(SizeCodec, SmallPairsAreExactAndLargeOnesKeepTheirMean) {
  const auto codec = make_codec(field_of(FieldKind::kSize), kHour, 0);
  Random random(5);
  const Key small = pair_key(3, 152);
  EXPECT_TRUE(codec->draw(0, codec->cell(0, small), random) == small);
  const Key large = pair_key(1000, 1'448'000);
  EXPECT_TRUE(codec->cell(0, large) == kNoCell);
  const Key middling = pair_key(30, 30 * 700);
  const Key same_packets = codec->draw(1, codec->cell(1, middling), random);
  EXPECT_EQ(first_of(same_packets), 30U);
  EXPECT_TRUE(codec->cell(1, large) == kNoCell);
  const Key drawn = codec->draw(2, codec->cell(2, large), random);
  const double mean = static_cast<double>(second_of(drawn)) / static_cast<double>(first_of(drawn));
  EXPECT_NEAR(mean, 1448, 1448 / 3.0);
}

}  // namespace
}  // namespace tracetwin
