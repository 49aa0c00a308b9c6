#include "pipeline/copy_check.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/random.h"
#include "pipeline/rows.h"

namespace tracetwin {
namespace {

constexpr std::size_t kTime = 5;

struct Side {
  std::vector<Row> rows;
  std::vector<std::vector<std::uint16_t>> tokens;
  std::vector<std::uint32_t> groups;

  operator CopySide() const { return {rows, tokens, groups}; }
};

/// Flows of three records each; a fifth of the flows are of a few that everybody has.
Side side(std::size_t flows, std::uint64_t seed) {
  Random random(seed);
  Side side;
  for (std::uint32_t flow = 0; flow < flows; ++flow) {
    const bool common = random.chance(0.2);
    const Key source = common ? random.below(5) : 1000 + random.below(1U << 30);
    for (int i = 0; i < 3; ++i) {
      const Key size = common ? 40 : random.below(50);
      side.rows.push_back({source, 1, source % 7, 80, 6, random.below(1'000'000), size});
      side.tokens.push_back({static_cast<std::uint16_t>(source % 1024),
                             static_cast<std::uint16_t>(source >> 10 & 1023),
                             static_cast<std::uint16_t>(source >> 20 & 1023),
                             static_cast<std::uint16_t>(size)});
      side.groups.push_back(flow);
    }
  }
  return side;
}

CopyCheck check(const Side& learned, const Side& held_out, const Side& twin) {
  return check_copies({learned, twin, learned, held_out}, kTime);
}

TEST(CopyCheck, AFreshTraceOfTheSameLawIsNoAlarm) {
  const CopyCheck found = check(side(900, 1), side(100, 2), side(1000, 3));
  EXPECT_EQ(found.learned, 2700U);
  EXPECT_EQ(found.held_out, 300U);
  EXPECT_NEAR(found.records.twin, 0.2, 0.05);
  EXPECT_NEAR(found.records.unseen, 0.2, 0.05);
  EXPECT_NEAR(found.tuples.twin, 0.2, 0.05);
  EXPECT_NEAR(found.membership.twin, 0.5, 0.06);
  EXPECT_FALSE(found.exceeds());
}

TEST(CopyCheck, AMemoriserIsCaught) {
  const Side learned = side(900, 1);
  const CopyCheck found = check(learned, side(100, 2), learned);
  EXPECT_EQ(found.records.twin, 1);
  EXPECT_LT(found.records.unseen, 0.4);
  EXPECT_GT(found.membership.twin, 0.8);
  EXPECT_TRUE(found.exceeds());
}

TEST(CopyCheck, AFifthOfTheRecordsIsEnoughToBeCaught) {
  const Side learned = side(900, 1);
  Side twin = side(1000, 3);
  for (std::size_t i = 0; i < twin.rows.size(); i += 5) {
    twin.rows[i] = learned.rows[i % learned.rows.size()];
  }
  EXPECT_TRUE(check(learned, side(100, 2), twin).exceeds());
}

TEST(CopyCheck, TimeIsNoPartOfACopy) {
  const Side learned = side(50, 1);
  Side twin = learned;
  for (Row& row : twin.rows) {
    row[kTime] += 1'000'000;
  }
  EXPECT_EQ(check(learned, side(20, 2), twin).records.twin, 1);
}

TEST(CopyCheck, NothingHeldOutIsNoAlarmByItself) {
  const Side none;
  EXPECT_FALSE(check(side(90, 1), none, side(100, 3)).exceeds());
  EXPECT_EQ(check(side(90, 1), none, side(100, 3)).membership.twin, 0.5);
}

TEST(CopyCheck, JsonIsReadBackAndDamageRefused) {
  const CopyCheck found = check(side(90, 1), side(30, 2), side(100, 3));
  const nlohmann::json json = to_json(found);
  EXPECT_EQ(nlohmann::json(to_json(copy_check_from(json))), json);
  for (const char* what : {"records", "five_tuples", "membership_auc"}) {
    nlohmann::json damaged = json;
    damaged[what]["twin"] = 1.5;
    EXPECT_THROW(copy_check_from(damaged), Error) << what;
    damaged.erase(what);
    EXPECT_ANY_THROW(copy_check_from(damaged)) << what;
  }
}

}  // namespace
}  // namespace tracetwin
