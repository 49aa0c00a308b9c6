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
    if (!has_worker()) {
      GTEST_SKIP() << "tracetwin-neural is not here";
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

TEST_F(Autoregressive, SaysWhatItCopies) {
  const auto made = program_.run("synthesize " + sample("sample.flows.csv.zst") +
                                 " -o twin.csv --model m.twin --seed 3" + kSmall);
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("AUC of membership inference"));
  const auto summary = nlohmann::json::parse(program_.read("twin.csv.summary.json"));
  const auto& copies = summary.at("copies");
  EXPECT_GT(copies.at("held_out").get<int>(), 0);
  EXPECT_GT(copies.at("records").at("unseen").get<double>(), 0);
  EXPECT_THAT(program_.run("inspect m.twin").out, HasSubstr("copies: "));
}

TEST_F(Autoregressive, MakesUpWhatFewRecordsHaveUnlessToldNotTo) {
  std::string table = "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt\n";
  for (int i = 0; i < 600; ++i) {
    table += "10.0.0." + std::to_string(i % 20) + ",192.0.2.7," + std::to_string(20000 + 61 * i) +
             ",443,TCP," + std::to_string(1700000000000000 + 100000 * i) + ",0.5,10,4000\n";
  }
  for (int i = 0; i < 3; ++i) {
    table += "203.0.113.77,192.0.2.7,4444,8443,TCP," +
             std::to_string(1700000000000000 + 7000000 * i) + ",0.5,10,4000\n";
  }
  program_.write("rare.csv", table);
  ASSERT_EQ(program_.run("train rare.csv -o m.twin --seed 1" + kSmall).exit, 0);
  ASSERT_EQ(program_.run("generate m.twin -o a.csv -n 20000 --seed 1").exit, 0);
  const auto with_rare_port = [&] {
    return std::stoi(program_.shell("grep -c ',8443,' a.csv").out);
  };
  EXPECT_LE(with_rare_port(), 3) << "a port that was made up may be this one";
  ASSERT_EQ(program_.run("train rare.csv -o m.twin -f --seed 1 --rare keep" + kSmall).exit, 0);
  ASSERT_EQ(program_.run("generate m.twin -o a.csv -n 20000 --seed 1 -f").exit, 0);
  EXPECT_GE(with_rare_port(), 50);
  const auto both = program_.run("train rare.csv -o n.twin --rare keep --epsilon 2" + kSmall);
  EXPECT_EQ(both.exit, 2);
  EXPECT_THAT(both.err, HasSubstr("--rare"));
}

TEST_F(Autoregressive, IsTheMethodWhereThereIsNoEpsilon) {
  const std::string small = " --network hidden=16 --network embedding=4 --network most_passes=1 ";
  const std::string train = "train " + sample("sample.flows.csv.zst") + " -f -o m.twin";
  EXPECT_THAT(program_.run(train + small).err, HasSubstr("method: autoregressive"));
  EXPECT_THAT(program_.run(train + " --epsilon 2").err, HasSubstr("method: cliquetree"));
}

TEST_F(Autoregressive, KeepsABudget) {
  const auto made = program_.run("synthesize " + sample("sample.flows.csv.zst") +
                                 " -o twin.csv --model m.twin --epsilon 2 --private-iterations 5 "
                                 "--insecure-test-seed 4 --seed 3" +
                                 kSmall);
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_THAT(made.err, Not(HasSubstr("copies:"))) << "not paid for";
  const auto model = nlohmann::json::parse(program_.run("inspect m.twin --json").out);
  EXPECT_FALSE(model.contains("copies"));
  EXPECT_TRUE(model.contains("network"));
  EXPECT_THAT(model.at("privacy").dump(), HasSubstr("clipped slopes by records"));
  ASSERT_EQ(program_.run("generate m.twin -o a.csv --seed 5 --threads 1").exit, 0);
  ASSERT_EQ(program_.run("generate m.twin -o b.csv --seed 5 --threads 3").exit, 0);
  EXPECT_EQ(program_.read("a.csv"), program_.read("b.csv"));
  EXPECT_EQ(program_.run("generate m.twin -o c.csv -n 20 --where 'proto = UDP'").exit, 0);
  EXPECT_EQ(lines("c.csv"), 21U);
}

TEST_F(Autoregressive, LosesNoModelToItsTwin) {
  ASSERT_EQ(program_
                .run("train " + sample("sample.flows.csv.zst") +
                     " -o m.twin --method cliquetree --seed 1")
                .exit,
            0);
  const std::string before = program_.read("m.twin");
  const auto wrong = program_.run("generate m.twin -o m.twin --format flow-csv --force");
  EXPECT_EQ(wrong.exit, 2);
  EXPECT_THAT(wrong.err, HasSubstr("is the model itself"));
  EXPECT_EQ(program_.read("m.twin"), before);
}

}  // namespace
}  // namespace tracetwin::test
