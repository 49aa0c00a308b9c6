// Several processes over real MPI, on one machine. Sanitizers' leak checks are left out there: MPI
// keeps some memory to the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "e2e/program.h"

namespace tracetwin::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kMpirun =
    "ASAN_OPTIONS=detect_leaks=0 mpirun --allow-run-as-root --oversubscribe --bind-to none -n ";

class RanksOverMpi : public testing::Test {
 protected:
  void SetUp() override {
#ifndef TRACETWIN_HAS_MPI
    GTEST_SKIP() << "built without MPI";
#endif
    if (program_.shell("command -v mpirun").exit != 0) {
      GTEST_SKIP() << "there is no mpirun";
    }
    const std::string sample = (source_dir() / "examples" / "sample.flows.csv.zst").string();
    ASSERT_EQ(program_.shell("zstd -dcq " + sample + " > flows.csv").exit, 0);
  }

  Outcome on(int ranks, const std::string& arguments) {
    return program_.shell(kMpirun + std::to_string(ranks) + " $tracetwin " + arguments);
  }

  /// The same arguments alone and on 1, 2 and 4 ranks, which must leave the same bytes in `file`.
  void same_on_any_number(const std::string& arguments, const std::string& file) {
    const auto alone = program_.run(arguments);
    ASSERT_EQ(alone.exit, 0) << alone.err;
    const std::string expected = program_.read(file);
    for (const int ranks : {1, 2, 4}) {
      const auto ran = on(ranks, arguments);
      ASSERT_EQ(ran.exit, 0) << ran.err;
      EXPECT_TRUE(program_.read(file) == expected) << arguments << " on " << ranks;
    }
  }

  Program program_;
};

const std::string kPrivate = " --epsilon 2 --insecure-test-seed 5 --seed 3 --threads 1 -f -q";

TEST_F(RanksOverMpi, TrainTheSameModelOfFlows) {
  same_on_any_number("train flows.csv -o m.twin" + kPrivate, "m.twin");
  same_on_any_number("train flows.csv -o m.twin --method cliquetree --seed 3 -f -q", "m.twin");
  same_on_any_number("train flows.csv -o m.twin --unit flow" + kPrivate, "m.twin");
}

TEST_F(RanksOverMpi, ReadSeveralFilesAndPartsOfFiles) {
  ASSERT_EQ(program_
                .shell("head -1000 flows.csv > a.csv; (head -1 flows.csv; sed -n '1001,$p' "
                       "flows.csv) > b.csv; (cat a.csv; echo nonsense) > c.csv; "
                       "zstd -q b.csv; sed 's/TCP/\"TCP\"/' b.csv > q.csv; "
                       "$tracetwin convert flows.csv flows.log -q")
                .exit,
            0);
  for (const std::string files : {"a.csv b.csv", "a.csv b.csv.zst", "c.csv b.csv", "a.csv q.csv",
                                  "flows.log", "a.csv a.csv"}) {
    same_on_any_number("train " + files + " -o m.twin" + kPrivate, "m.twin");
  }
  const auto ran = on(3, "train c.csv b.csv -o m.twin -f --method cliquetree --seed 1");
  EXPECT_EQ(ran.err.find("line 1001"),
            program_.run("train c.csv b.csv -o m.twin -f --method cliquetree --seed 1")
                .err.find("line 1001"));
}

TEST_F(RanksOverMpi, GenerateTheSameTwin) {
  ASSERT_EQ(program_.run("train flows.csv -o m.twin" + kPrivate).exit, 0);
  same_on_any_number("generate m.twin -o t.csv -n 150000 --seed 4 --threads 2 -f -q", "t.csv");
  same_on_any_number("generate m.twin -o t.log -n 20000 --seed 4 -f -q", "t.log");
  same_on_any_number("generate m.twin -o t.csv --where 'proto = UDP' --seed 4 -f -q", "t.csv");
}

TEST_F(RanksOverMpi, LearnAndMakeCaptures) {
  const std::string sample = (source_dir() / "examples" / "sample.pcap.zst").string();
  same_on_any_number("synthesize " + sample + " -o t.pcap --model m.twin" + kPrivate, "t.pcap");
  same_on_any_number("generate m.twin -o t.pcap -n 20000 --seed 4 -f -q", "t.pcap");
}

TEST_F(RanksOverMpi, ReadFoldersOfCapturesInPieces) {
  const std::string sample = (source_dir() / "examples" / "sample.pcap.zst").string();
  const auto made = program_.shell(
      "mkdir caps; $tracetwin train " + sample + " -o m.twin" + kPrivate +
      " && $tracetwin generate m.twin -o caps/a.pcap -n 9000 --seed 4 -q && zstd -dcq " + sample +
      " > caps/b.pcap && $tracetwin convert caps/b.pcap caps/c.pcapng -q && rm caps/*.json");
  ASSERT_EQ(made.exit, 0) << made.err;
  same_on_any_number("train caps -o m.twin" + kPrivate, "m.twin");
  const auto ran =
      on(2, "train caps -o m.twin --method cliquetree --seed 1 --progress-file p -f -q");
  ASSERT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(program_.read("p"), testing::ContainsRegex("\"sent_bytes\":[0-9]{6}"));
}

TEST_F(RanksOverMpi, EvaluateAlike) {
  ASSERT_EQ(program_.run("synthesize flows.csv -o t.csv" + kPrivate).exit, 0);
  same_on_any_number("evaluate flows.csv t.csv --quick --json s.json -f -q", "s.json");
}

TEST_F(RanksOverMpi, ShareTheChunksOfNetworks) {
  if (!has_worker()) {
    GTEST_SKIP() << "tracetwin-neural is not here";
  }
  same_on_any_number(
      "train flows.csv -o m.twin --method doppelganger --iterations 6 --max-flow-length 8 "
      "--network batch_size=16 --network attribute_units=16 --network critic_units=16 "
      "--network attribute_critic_units=16 --network feature_units=8 --network sample_len=4 "
      "--candidates 1 --chunks 3 --seed 3 -f -q",
      "m.twin");
}

TEST_F(RanksOverMpi, OneOfThemSaysWhatIsWrong) {
  const auto missing = on(2, "train nowhere.csv -o m.twin");
  EXPECT_EQ(missing.exit, 2);
  EXPECT_THAT(missing.err, HasSubstr("rank 0: "));
  EXPECT_THAT(missing.err, HasSubstr("nowhere.csv"));
  EXPECT_THAT(missing.err, Not(HasSubstr("rank 1: ")));
  const auto stream = on(2, "train - -o m.twin --seed 1 < flows.csv");
  EXPECT_EQ(stream.exit, 2);
  EXPECT_THAT(stream.err, HasSubstr("standard input cannot be read by 2 processes"));
  EXPECT_THAT(program_.files(), Not(testing::Contains("m.twin")));
}

TEST_F(RanksOverMpi, TheFirstAloneSpeaks) {
  const auto ran = on(3, "train flows.csv -o m.twin --method cliquetree --seed 1 --json -f");
  ASSERT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.out.find("\"model\""), ran.out.rfind("\"model\""));
  EXPECT_EQ(ran.err.find("learned "), ran.err.rfind("learned "));
  EXPECT_EQ(on(3, "list formats").out, program_.run("list formats").out);
}

TEST_F(RanksOverMpi, MeetOverNetworksOfTheirOwn) {
  const std::string script = (source_dir() / "tests" / "e2e" / "two_networks.sh").string();
  const std::string train = "train flows.csv -o m.twin --progress-file p" + kPrivate;
  ASSERT_EQ(program_.run(train).exit, 0);
  const std::string expected = program_.read("m.twin");
  const auto ran = program_.shell("ASAN_OPTIONS=detect_leaks=0 " + script + " $tracetwin " + train);
  if (ran.exit == 77) {
    GTEST_SKIP() << "network namespaces cannot be made here";
  }
  ASSERT_EQ(ran.exit, 0) << ran.err;
  EXPECT_TRUE(program_.read("m.twin") == expected);
  EXPECT_THAT(program_.read("p.rank-1"), HasSubstr("\"host\":\"rank-b\""));
  EXPECT_THAT(ran.err, testing::ContainsRegex("[0-9]{5,} bytes crossed"));
}

TEST_F(RanksOverMpi, ARankThatDiesEndsAllAndTheSameCommandGoesOn) {
  ASSERT_EQ(program_.run("train flows.csv -o m.twin" + kPrivate).exit, 0);
  const std::string generate =
      "generate m.twin -o t.csv -n 400000 --seed 4 --threads 1 --work-folder work -q";
  ASSERT_EQ(program_.run("generate m.twin -o expected.csv -n 400000 --seed 4 -q").exit, 0);
  const auto killed = program_.shell(
      kMpirun + "2 sh -c 'if [ $OMPI_COMM_WORLD_RANK = 1 ]; then " + "$tracetwin " + generate +
      " & pid=$!; while [ ! -e work/parts/shard-2 ] && kill -0 $pid; do sleep .01; "
      "done; kill -9 $pid; wait $pid; kill -9 $$; else exec $tracetwin " +
      generate + "; fi'");
  EXPECT_NE(killed.exit, 0);
  EXPECT_FALSE(std::filesystem::exists(program_ / "t.csv"));
  EXPECT_THAT(program_.run("status work").out, HasSubstr("parts are done and kept"));
  const auto again = on(2, generate);
  ASSERT_EQ(again.exit, 0) << again.err;
  EXPECT_TRUE(program_.read("t.csv") == program_.read("expected.csv"));
  EXPECT_THAT(program_.run("status work").out, HasSubstr("\ndone, seed 4"));
}

}  // namespace
}  // namespace tracetwin::test
