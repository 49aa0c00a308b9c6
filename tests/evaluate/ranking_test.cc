// Rankings worked by hand.
#include "evaluate/ranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace tracetwin::evaluate {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

Metric valued(const char* id, double value) {
  return {.id = id, .value = value};
}

Result result_of(const std::string& name, double bytes, double packets, double divergence,
                 Verdict safety = Verdict::kGood) {
  Result result;
  result.name = name;
  result.sections = {{"fidelity",
                      "",
                      "",
                      Verdict::kInfo,
                      {{"netshare",
                        "",
                        "",
                        {valued("netshare.emd.byt", bytes), valued("netshare.emd.pkt", packets),
                         valued("netshare.jsd.mean", divergence)}}}},
                     {"safety", "", "", safety, {}}};
  return result;
}

TEST(Ranking, IsByTheMeanRankAndKeepsEachNormalisedField) {
  const auto ranking = rank_results(
      {result_of("far", 9, 3, 0.3), result_of("near", 1, 2, 0.1), result_of("mid", 5, 1, 0.2)});
  ASSERT_EQ(ranking.size(), 3U);
  EXPECT_EQ(ranking[0].name, "near");
  EXPECT_EQ(ranking[1].name, "mid");
  EXPECT_EQ(ranking[2].name, "far");
  EXPECT_THAT(ranking[2].normalised, ElementsAre(Pair("byt", 0.9), Pair("pkt", 0.9)));
  EXPECT_THAT(ranking[0].normalised, ElementsAre(Pair("byt", 0.1), Pair("pkt", 0.5)));
  // Means of the fields .3, .3 and .9: the first two share ranks 1 and 2.
  EXPECT_EQ(ranking[0].score, (1.5 + 1) / 2);
  EXPECT_EQ(ranking[1].score, (1.5 + 2) / 2);
  EXPECT_EQ(ranking[2].score, 3);
}

TEST(Ranking, OfEquallyGoodTracesIsShared) {
  const auto ranking =
      rank_results({result_of("a", 1, 1, 0.2), result_of("b", 2, 2, 0.1), result_of("c", 3, 3, 1)});
  EXPECT_EQ(ranking[0].score, 1.5);
  EXPECT_EQ(ranking[1].score, 1.5);
  EXPECT_EQ(ranking[0].rank, 1U);
  EXPECT_EQ(ranking[1].rank, 1U);
  EXPECT_EQ(ranking[2].rank, 3U);
}

TEST(Ranking, PutsAnAlarmBehindAllOthers) {
  const auto ranking =
      rank_results({result_of("copy", 0, 0, 0, Verdict::kPoor), result_of("fresh", 2, 2, 1)});
  EXPECT_EQ(ranking[0].name, "fresh");
  EXPECT_EQ(ranking[1].rank, 2U);
  EXPECT_TRUE(rank_results({result_of("alone", 1, 1, 1)}).empty());
}

}  // namespace
}  // namespace tracetwin::evaluate
