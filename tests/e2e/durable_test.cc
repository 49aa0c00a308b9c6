// Runs that are ended on the way and begun again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "e2e/program.h"

namespace tracetwin::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string sample(const std::string& name) {
  return (source_dir() / "examples" / name).string();
}

class Durable : public testing::Test {
 protected:
  Program program_;
};

const std::string kTrain = "train " + sample("sample.flows.csv.zst") +
                           " -o m.twin --epsilon 2 --seed 3 -f --work-folder work";

TEST_F(Durable, NoiseIsDrawnOnce) {
  ASSERT_EQ(program_.run(kTrain).exit, 0);
  const std::string model = program_.read("m.twin");
  const std::string releases = program_.read("work/releases");
  const auto again = program_.run(kTrain);
  ASSERT_EQ(again.exit, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("going on with the work in work"));
  EXPECT_TRUE(program_.read("m.twin") == model) << "with noise of the operating system";
  EXPECT_TRUE(program_.read("work/releases") == releases);
}

TEST_F(Durable, WhatWasReleasedBeforeTheEndIsKept) {
  ASSERT_EQ(program_.run(kTrain + " --insecure-test-seed 5").exit, 0);
  const std::string model = program_.read("m.twin");
  const std::string releases = program_.read("work/releases");
  for (const double share : {0.0, 0.2, 0.5, 0.9, 0.999}) {
    const auto size = static_cast<std::size_t>(share * static_cast<double>(releases.size()));
    program_.write("work/releases", releases.substr(0, size));
    fs::remove(program_ / "m.twin");
    const auto again = program_.run(kTrain + " --insecure-test-seed 5");
    ASSERT_EQ(again.exit, 0) << again.err;
    EXPECT_TRUE(program_.read("m.twin") == model) << share;
    EXPECT_TRUE(program_.read("work/releases") == releases) << share;
  }
}

TEST_F(Durable, OtherWorkIsNotMixedWithNoiseThatWasDrawn) {
  ASSERT_EQ(program_.run(kTrain).exit, 0);
  const auto other = program_.run(kTrain + " --unit host");
  EXPECT_EQ(other.exit, 2);
  EXPECT_THAT(other.err, HasSubstr("work holds noise that was drawn for other work"));
  std::string releases = program_.read("work/releases");
  releases[releases.size() / 3] = static_cast<char>(releases[releases.size() / 3] ^ 1);
  program_.write("work/releases", releases);
  const auto damaged = program_.run(kTrain);
  EXPECT_EQ(damaged.exit, 2);
  EXPECT_THAT(damaged.err, HasSubstr("work/releases is damaged"));
}

/// Noise of training steps is not in the journal: its key is kept in its place.
TEST_F(Durable, NoiseOfNetworksIsDrawnOnce) {
  if (!has_worker()) {
    GTEST_SKIP() << "tracetwin-neural is not here";
  }
  ASSERT_EQ(program_.shell("zstdcat " + sample("sample.flows.csv.zst") + " > f.csv").exit, 0);
  const std::string common =
      "train f.csv -o m.twin --epsilon 4 --seed 3 --work-folder w -f -q --private-iterations 12 ";
  const std::map<std::string, std::string> methods = {
      {"private", "--method autoregressive --max-train-time 2s"},
      {"chunk-0",
       "--method doppelganger --iterations 3 --max-flow-length 8 --network attribute_units=16 "
       "--network critic_units=16 --network attribute_critic_units=16 --network feature_units=8"}};
  for (const auto& [folder, method] : methods) {
    const std::string train = common + method;
    const std::string key = folder == "private" ? "w/keys/network" : "w/keys/critics";
    fs::remove_all(program_ / "w");
    program_.shell("$tracetwin " + train + " & pid=$!; await " + key + "; kill -9 $pid; wait $pid");
    const std::string drawn = program_.read(key);
    ASSERT_EQ(drawn.size(), 64U) << method;
    const auto goes_on = program_.run(train);
    ASSERT_EQ(goes_on.exit, 0) << goes_on.err;
    const std::string model = program_.read("m.twin");
    EXPECT_TRUE(program_.read(key) == drawn) << method;
    fs::remove(program_ / "w" / folder / "checkpoint");
    ASSERT_EQ(program_.run(train).exit, 0) << "from the first step";
    EXPECT_TRUE(program_.read("m.twin") == model) << method;
    program_.write(key, std::string(64, 'x'));
    ASSERT_EQ(program_.run(train).exit, 0) << "of something else";
    EXPECT_FALSE(program_.read(key) == std::string(64, 'x')) << method;
    EXPECT_FALSE(program_.read("m.twin") == model) << method;
  }
}

TEST_F(Durable, SeedOfBrokenOffWorkIsRemembered) {
  const std::string train =
      "train " + sample("sample.flows.csv.zst") + " -o m.twin --method cliquetree --work-folder w";
  ASSERT_EQ(program_.run(train).exit, 0);
  const std::string model = program_.read("m.twin");
  ASSERT_EQ(program_.run(train + " -f -q --threads 1").exit, 0);
  EXPECT_TRUE(program_.read("m.twin") == model);
}

TEST_F(Durable, ATwinThatWasBrokenOffGoesOn) {
  ASSERT_EQ(program_.run(kTrain + " --insecure-test-seed 5 -q").exit, 0);
  const std::string generate = "generate m.twin -o t.csv -n 300000 --seed 4 --threads 1 -q";
  ASSERT_EQ(program_.run(generate).exit, 0);
  const std::string twin = program_.read("t.csv");
  fs::remove(program_ / "t.csv");
  fs::remove(program_ / "t.csv.summary.json");
  const auto killed =
      program_.shell("$tracetwin " + generate +
                     " --work-folder g & pid=$!; "
                     "await g/parts/shard-3; $tracetwin status g --json > live.json; "
                     "kill -9 $pid; wait $pid");
  EXPECT_EQ(killed.exit, 137);
  const auto live = nlohmann::json::parse(program_.read("live.json"));
  EXPECT_EQ(live["state"], "running");
  EXPECT_GE(live["parts"], 3);
  EXPECT_THAT(program_.run("status g").out, HasSubstr("\nnot running, seed 4"));
  EXPECT_FALSE(fs::exists(program_ / "t.csv"));
  const auto before = fs::last_write_time(program_ / "g/parts/shard-1");
  // A part that is damaged is named.
  program_.write("kept", program_.read("g/parts/shard-0"));
  program_.write("g/parts/shard-0", "nonsense");
  const auto damaged = program_.run(generate + " --work-folder g");
  EXPECT_EQ(damaged.exit, 2);
  EXPECT_THAT(damaged.err, HasSubstr("g/parts/shard-0 is damaged"));
  EXPECT_THAT(program_.run("status g").out, HasSubstr("\nfailed"));
  EXPECT_EQ(fs::last_write_time(program_ / "g/parts/shard-1"), before) << "not made again";
  fs::remove(program_ / "g/parts/shard-0");
  ASSERT_EQ(program_.run(generate + " --work-folder g").exit, 0);
  EXPECT_TRUE(program_.read("t.csv") == twin);
}

TEST_F(Durable, WhoIsAskedToEndSaysWhatIsKept) {
  ASSERT_EQ(program_.run(kTrain + " --insecure-test-seed 5 -q").exit, 0);
  const auto ended = program_.shell(
      "$tracetwin generate m.twin -o t.csv -n 3000000 --seed 4 --threads 1 -q --work-folder g & "
      "pid=$!; await g/parts/shard-1; kill -TERM $pid; wait $pid");
  EXPECT_EQ(ended.exit, 128 + SIGTERM);
  EXPECT_THAT(ended.err, HasSubstr("tracetwin: ended; what was done is kept in g, where the same "
                                   "command goes on"));
  EXPECT_FALSE(fs::exists(program_ / "t.csv"));
}

TEST_F(Durable, AnEvaluationGoesOn) {
  ASSERT_EQ(program_
                .run("synthesize " + sample("sample.flows.csv.zst") +
                     " -o t.csv --method cliquetree --seed 1 -q")
                .exit,
            0);
  const std::string evaluate =
      "evaluate " + sample("sample.flows.csv.zst") + " t.csv --quick --json s.json -f -q";
  ASSERT_EQ(program_.run(evaluate).exit, 0);
  const std::string scores = program_.read("s.json");
  const auto killed = program_.shell("$tracetwin " + evaluate +
                                     " --threads 1 --work-folder e & pid=$!; await "
                                     "e/parts/piece-2; kill -9 $pid; wait $pid");
  EXPECT_EQ(killed.exit, 137);
  ASSERT_EQ(program_.run(evaluate + " --work-folder e").exit, 0);
  EXPECT_TRUE(program_.read("s.json") == scores);
}

TEST_F(Durable, ProgressGoesToAFile) {
  ASSERT_EQ(program_.run(kTrain + " --progress-file p.jsonl -q").exit, 0);
  const std::string text = program_.read("p.jsonl");
  std::size_t lines = 0;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line); ++lines) {
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json["rank"], 0);
    EXPECT_EQ(json["event"], lines == 0 ? "begin" : json["event"].get<std::string>());
  }
  EXPECT_GT(lines, 3U);
  EXPECT_THAT(text, HasSubstr("\"stage\":\"publishing\""));
  EXPECT_THAT(text,
              testing::ContainsRegex("\"event\":\"end\",\"sent_bytes\":0,\"peak_mb\":[0-9.]+,"));
  const auto failed = program_.run("train nowhere.csv -o x.twin --progress-file p.jsonl");
  EXPECT_EQ(failed.exit, 2);
  EXPECT_THAT(program_.read("p.jsonl"), HasSubstr("\"event\":\"error\",\"what\":"));
  EXPECT_EQ(program_.run("train nowhere.csv -o x.twin --progress-file no/p").exit, 2);
}

TEST_F(Durable, FoldersThatCannotBeWorkedIn) {
  const auto none = program_.run("status .");
  EXPECT_EQ(none.exit, 2);
  EXPECT_THAT(none.err, HasSubstr(". is no work folder"));
  program_.write("file", "");
  const auto file = program_.run(kTrain + "/../file/w");
  EXPECT_EQ(file.exit, 2);
  EXPECT_THAT(file.err, HasSubstr("cannot make the work folder"));
  const auto stream = program_.run("generate - -o t.csv --work-folder w");
  EXPECT_EQ(stream.exit, 2);
}

TEST_F(Durable, AFullDiskIsSaid) {
  const auto mounted = program_.shell("mkdir small && unshare -m true");
  if (mounted.exit != 0) {
    GTEST_SKIP() << "file systems cannot be mounted here";
  }
  ASSERT_EQ(program_.run(kTrain + " --insecure-test-seed 5 -q").exit, 0);
  const auto full = program_.shell(
      "unshare -m sh -c 'mount -t tmpfs -o size=1m none small && "
      "$tracetwin generate m.twin -o t.csv -n 300000 --seed 4 --work-folder small/w -q; code=$?; "
      "mount -o remount,ro small; "
      "$tracetwin generate m.twin -o t.csv -n 300000 --seed 4 --work-folder small/x -q; "
      "echo $code $?'");
  EXPECT_EQ(full.out, "2 2\n") << full.err;
  EXPECT_THAT(full.err, HasSubstr("No space left on device"));
  EXPECT_THAT(full.err, HasSubstr("Read-only file system"));
  EXPECT_FALSE(fs::exists(program_ / "t.csv"));
}

}  // namespace
}  // namespace tracetwin::test
