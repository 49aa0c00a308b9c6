#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "e2e/program.h"

namespace tracetwin::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::string sample(const std::string& name) {
  return (source_dir() / "examples" / name).string();
}

/// Small enough to be trained under sanitizers.
const std::string kSmall =
    " --method autoregressive --network hidden=16 --network embedding=4 --network most_passes=1 ";

class Autoregressive : public testing::Test {
 protected:
  void SetUp() override {
    const auto worker = std::filesystem::path(program_path()).parent_path() / "tracetwin-neural";
    if (!std::filesystem::exists(worker)) {
      GTEST_SKIP() << "tracetwin-neural was not built";
    }
  }

  std::size_t lines(const std::string& name) {
    const std::string text = program_.read(name);
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  Program program_;
};

TEST_F(Autoregressive, MakesATwinOfAFlowLog) {
  const auto made = program_.run("synthesize " + sample("sample.flows.csv.zst") +
                                 " -o twin.csv --seed 3" + kSmall);
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("no privacy guarantee"));
  const auto real = program_.shell("zstd -dcq " + sample("sample.flows.csv.zst") + " | wc -l");
  EXPECT_EQ(std::to_string(lines("twin.csv")) + "\n", real.out);
  EXPECT_THAT(program_.files(), Not(Contains("twin.csv.work")));
}

TEST_F(Autoregressive, TheSameSeedGivesTheSameTwinOnAnyNumberOfThreads) {
  const std::string train = "train " + sample("sample.flows.csv.zst") + " --seed 3 -o ";
  ASSERT_EQ(program_.run(train + "a.twin" + kSmall).exit, 0);
  ASSERT_EQ(program_.run(train + "b.twin" + kSmall).exit, 0);
  EXPECT_EQ(program_.read("a.twin"), program_.read("b.twin"));
  ASSERT_EQ(program_.run("generate a.twin -o a.csv --seed 5 --threads 1").exit, 0);
  ASSERT_EQ(program_.run("generate b.twin -o b.csv --seed 5 --threads 3").exit, 0);
  EXPECT_EQ(program_.read("a.csv"), program_.read("b.csv"));
  EXPECT_EQ(program_.run("inspect a.twin").exit, 0);
}

TEST_F(Autoregressive, KeepsConditionsAndCounts) {
  ASSERT_EQ(program_.run("train " + sample("sample.flows.csv.zst") + " -o m.twin" + kSmall).exit,
            0);
  const auto made = program_.run("generate m.twin -o a.csv --count 40 --where 'proto = UDP'");
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_EQ(program_.shell("grep -c ,UDP, a.csv").out, "40\n");
  EXPECT_EQ(lines("a.csv"), 41U);
}

TEST_F(Autoregressive, MakesALegalCapture) {
  const auto made =
      program_.run("synthesize " + sample("sample.pcap.zst") + " -o twin.pcap --seed 3" + kSmall);
  ASSERT_EQ(made.exit, 0) << made.err;
  const auto looked = program_.run("inspect twin.pcap --json");
  ASSERT_EQ(looked.exit, 0) << looked.err;
  EXPECT_THAT(looked.out, HasSubstr("\"total\": 0"));
  const auto packets = [&](const std::string& trace) {
    const std::string text = program_.run("inspect " + trace + " --json").out;
    return static_cast<double>(nlohmann::json::parse(text).at("packets").get<std::uint64_t>());
  };
  EXPECT_NEAR(packets("twin.pcap") / packets(sample("sample.pcap.zst")), 1, 0.02);
}

TEST_F(Autoregressive, OnePacketIsATrace) {
  program_.write("one.csv",
                 "srcip,dstip,srcport,dstport,proto,time,pkt_len\n"
                 "10.0.0.1,10.0.0.2,5000,53,UDP,1700000000000000,60\n");
  const auto made =
      program_.run("synthesize one.csv -o twin.pcap --model m.twin --seed 3" + kSmall);
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_EQ(program_.run("generate m.twin -o more.pcap -n 20").exit, 0);
}

TEST_F(Autoregressive, GoesOnOnlyWithTheSameTrace) {
  program_.shell("zstd -dcq " + sample("sample.flows.csv.zst") + " > all.csv");
  program_.shell("head -600 all.csv > a.csv; (head -1 all.csv; tail -600 all.csv) > b.csv");
  const std::string options = " -o m.twin -f --work-folder work" + kSmall;
  ASSERT_EQ(program_.run("train a.csv" + options).exit, 0);
  const std::string first = program_.read("m.twin");
  ASSERT_EQ(program_.run("train a.csv --resume" + options).exit, 0) << "with its seed";
  EXPECT_EQ(program_.read("m.twin"), first);
  const auto other = program_.run("train b.csv --resume" + options);
  EXPECT_EQ(other.exit, 2);
  EXPECT_THAT(other.err, HasSubstr("another trace"));
  EXPECT_EQ(program_.read("m.twin"), first);
}

TEST_F(Autoregressive, GivesNoGuarantee) {
  const auto budget = program_.run("synthesize " + sample("sample.flows.csv.zst") +
                                   " -o twin.csv --epsilon 2" + kSmall);
  EXPECT_EQ(budget.exit, 2) << budget.err;
}

}  // namespace
}  // namespace tracetwin::test
