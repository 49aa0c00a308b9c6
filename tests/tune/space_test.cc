#include "tune/space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace tracetwin::tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Space, OptionsAreTypedAsTheyWouldBe) {
  const OptionValues options = {{"method", "autoregressive"},
                                {"network.dropout", 0.3},
                                {"no-calibration", true},
                                {"resume", false},
                                {"iterations", 50}};
  EXPECT_THAT(arguments_of(options),
              ElementsAre("--method", "autoregressive", "--network", "dropout=0.3",
                          "--no-calibration", "--iterations", "50"));
  EXPECT_EQ(describe({{"method", "cliquetree"}, {"packets-per-flow", 3}}),
            "cliquetree, packets-per-flow 3");
}

TEST(Space, ListsAreCombinedAndThePresetComesFirst) {
  const auto candidates =
      parse_space(R"([{"method": "autoregressive", "network.dropout": [0.1, 0.2],
                       "network.hidden": [64, 128]}, {"method": "cliquetree"}])",
                  "space.json", Offer{});
  ASSERT_EQ(candidates.size(), 6U);
  EXPECT_TRUE(candidates[0].preset);
  EXPECT_EQ(candidates[0].options["method"], "autoregressive");
  EXPECT_EQ(candidates[1].options["network.dropout"], 0.1);
  EXPECT_EQ(candidates[1].options["network.hidden"], 64);
  EXPECT_EQ(candidates[5].options["method"], "cliquetree");
  EXPECT_FALSE(candidates[5].preset);
}

TEST(Space, MistakesAreNamed) {
  const auto complaint = [](const char* text) -> std::string {
    try {
      parse_space(text, "space.json", Offer{});
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(complaint("{}"), HasSubstr("space.json is not a list"));
  EXPECT_THAT(complaint("[3]"), HasSubstr("entry 0 is not a set of options"));
  EXPECT_THAT(complaint(R"([{"method": {}}])"), HasSubstr("\"method\" of entry 0"));
}

TEST(Space, WhatIsUsualDependsOnWhatThereIs) {
  EXPECT_EQ(usual_candidates({true, false, false, ""})[0].options["method"], "autoregressive");
  EXPECT_EQ(usual_candidates({false, false, false, ""})[0].options["method"], "cliquetree");
  for (const Candidate& candidate : usual_candidates({true, true, true, ""})) {
    EXPECT_NE(candidate.options["method"], "doppelganger");
  }
  for (const Candidate& candidate : usual_candidates({true, false, false, "autoregressive"})) {
    EXPECT_EQ(candidate.options["method"], "autoregressive");
  }
}

}  // namespace
}  // namespace tracetwin::tune
