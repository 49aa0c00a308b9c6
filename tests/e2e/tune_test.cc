#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "e2e/program.h"

namespace tracetwin::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

std::string sample(const std::string& name) {
  return (source_dir() / "examples" / name).string();
}

const std::string kFlows = sample("sample.flows.csv.zst");

/// Methods without networks: quick under sanitizers.
constexpr const char* kSpace =
    R"([{"method": "cliquetree"}, {"method": "netdpsyn"}, {"method": "netdpsyn", "unit": "flow"}])";
constexpr const char* kSpec =
    R"({"metrics": [{"metric": "joint.tvd2.core", "weight": 2, "at_most": 0.9},
                    {"metric": "netshare.jsd.mean"}]})";

class Tune : public testing::Test {
 protected:
  void SetUp() override {
    program_.write("space.json", kSpace);
    program_.write("spec.json", kSpec);
  }
  json tuned(const std::string& name = "tuned.json") { return json::parse(program_.read(name)); }

  Program program_;
};

const std::string kTune = "tune " + kFlows + " --space space.json --fidelity spec.json --seed 3 ";

TEST_F(Tune, EndsWithALeaderboardWhoseConfigurationTrains) {
  const auto found = program_.run(kTune + "-o tuned.json --report report.html");
  ASSERT_EQ(found.exit, 0) << found.err;
  EXPECT_THAT(found.out, HasSubstr("rank   score  rung  passes"));
  EXPECT_THAT(found.out, HasSubstr("(preset)"));
  EXPECT_THAT(found.err, HasSubstr("the trace itself, without a budget"));
  const json document = tuned();
  EXPECT_EQ(document["schema"], "tracetwin-tuned");
  ASSERT_GE(document["leaderboard"].size(), 3U);
  double preset = 0;
  for (const json& entry : document["leaderboard"]) {
    preset = entry["preset"] ? entry["score"].get<double>() : preset;
  }
  EXPECT_GE(document["score"], preset) << "no worse than what is taken without it";
  EXPECT_THAT(program_.read("report.html"), HasSubstr("\"leaderboard\""));
  EXPECT_THAT(program_.files(), Not(testing::Contains("tuned.json.work")));
  const std::string method = document["options"]["method"];
  const auto trained = program_.run("train " + kFlows + " --config tuned.json -o m.twin --seed 1");
  ASSERT_EQ(trained.exit, 0) << trained.err;
  EXPECT_THAT(trained.err, HasSubstr("method: " + method));
  const auto typed =
      program_.run("train " + kFlows + " --config tuned.json --method netdpsyn -o n.twin --seed 1");
  ASSERT_EQ(typed.exit, 0) << typed.err;
  EXPECT_THAT(typed.err, HasSubstr("method: netdpsyn")) << "what is typed goes first";
}

TEST_F(Tune, TheSameSeedFindsTheSame) {
  ASSERT_EQ(program_.run(kTune + "-o a.json --threads 1 -q").exit, 0);
  ASSERT_EQ(program_.run(kTune + "-o b.json --threads 2 -q").exit, 0);
  json a = tuned("a.json");
  json b = tuned("b.json");
  EXPECT_EQ(a["options"], b["options"]);
  EXPECT_EQ(a["score"], b["score"]);
}

TEST_F(Tune, GoesOnAfterAKill) {
  const std::string tune = kTune + "-o tuned.json --work-folder work --threads 1";
  const auto killed = program_.shell(
      "$tracetwin " + tune + " & pid=$!; await work/parts/trial-1-1; kill -9 $pid; wait $pid");
  EXPECT_EQ(killed.exit, 137);
  EXPECT_FALSE(std::filesystem::exists(program_ / "tuned.json"));
  const auto again = program_.run(tune);
  ASSERT_EQ(again.exit, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("(kept from before)"));
  EXPECT_EQ(tuned()["complete"], true);
}

TEST_F(Tune, ASpecificationThatIsNotReachedIsSaid) {
  program_.write("strict.json", R"({"metrics": [{"metric": "joint.tvd2.core", "at_most": 1e-6}]})");
  const auto found = program_.run("tune " + kFlows +
                                  " --space space.json --fidelity strict.json -o tuned.json -s 1");
  EXPECT_EQ(found.exit, 1);
  EXPECT_THAT(found.err, HasSubstr("No configuration reaches the specification"));
  EXPECT_EQ(tuned()["passes"], false);
}

TEST_F(Tune, MistakesAreSaidBeforeTheSearch) {
  program_.write("typo.json", R"({"metrics": [{"metric": "joint.tvd2.cor"}]})");
  const auto typo = program_.run("tune " + kFlows + " --fidelity typo.json -o t.json");
  EXPECT_EQ(typo.exit, 2);
  EXPECT_THAT(typo.err, HasSubstr("no metric joint.tvd2.cor, did you mean joint.tvd2.core?"));
  program_.write("there.json", "");
  EXPECT_EQ(program_.run("tune " + kFlows + " -o there.json").exit, 2);
  const auto wrong = program_.run("train " + kFlows + " --config typo.json -o m.twin");
  EXPECT_EQ(wrong.exit, 2);
  EXPECT_THAT(wrong.err, HasSubstr("typo.json is no configuration of tracetwin tune"));
  EXPECT_THAT(program_.files(), Not(testing::Contains("t.json")));
}

TEST_F(Tune, APrivateSearchTakesItsPartOfTheBudget) {
  const auto found = program_.run(kTune + "-o tuned.json --epsilon 4 --tune-share 0.25");
  ASSERT_EQ(found.exit, 0) << found.err;
  EXPECT_THAT(found.err, HasSubstr("spent 25 % of the budget"));
  EXPECT_EQ(tuned()["privacy"]["pilot_share"], 0.25);
  ASSERT_EQ(program_.run("train " + kFlows + " --config tuned.json -o m.twin -q").exit, 0);
  const auto looked = program_.run("inspect m.twin --json");
  ASSERT_EQ(looked.exit, 0);
  EXPECT_THAT(looked.out, HasSubstr("pilot model of tuned.json"));
  EXPECT_THAT(looked.out, HasSubstr("(4, 1e-09)-differential privacy"));
  const auto more = program_.run("train " + kFlows + " --config tuned.json --epsilon 5 -o n.twin");
  EXPECT_EQ(more.exit, 2);
  EXPECT_THAT(more.err, HasSubstr("was found with a part of the budget epsilon 4"));
}

TEST_F(Tune, APublicTraceCostsNothing) {
  const auto found = program_.run(kTune + "-o tuned.json --epsilon 4 --public " + kFlows);
  ASSERT_EQ(found.exit, 0) << found.err;
  EXPECT_THAT(found.err, HasSubstr("the search spent no budget"));
  EXPECT_TRUE(tuned()["privacy"].is_null());
  EXPECT_EQ(tuned()["options"]["epsilon"], 4);
}

}  // namespace
}  // namespace tracetwin::test
