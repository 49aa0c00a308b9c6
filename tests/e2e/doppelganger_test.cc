#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "e2e/captures.h"
#include "e2e/program.h"

namespace tracetwin::test {
namespace {

using testing::HasSubstr;

std::string sample(const std::string& name) {
  return (source_dir() / "examples" / name).string();
}

/// Small enough to be trained under sanitizers.
const std::string kSmall =
    " --method doppelganger --iterations 6 --max-flow-length 8 --network batch_size=16"
    " --network attribute_units=16 --network critic_units=16 --network attribute_critic_units=16"
    " --network feature_units=8 --network sample_len=4 --candidates 1 ";

class Doppelganger : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_worker()) {
      GTEST_SKIP() << "tracetwin-neural is not here";
    }
  }

  void train(const std::string& input, const std::string& options) {
    const auto trained = program_.run("train " + input + " -o m.twin --seed 3 -f" + options);
    ASSERT_EQ(trained.exit, 0) << trained.err;
  }

  std::size_t lines(const std::string& name) {
    const std::string text = program_.read(name);
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  Program program_;
};

TEST_F(Doppelganger, MakesAsManyFlowRecordsAsWereLearnedOrAskedFor) {
  for (const std::string coding : {"vocabulary", "published"}) {
    train(sample("sample.flows.csv.zst"), kSmall + "--chunks 3 --coding " + coding);
    ASSERT_EQ(program_.run("generate m.twin -o a.csv -f --seed 5 --threads 1").exit, 0);
    ASSERT_EQ(program_.run("generate m.twin -o b.csv -f --seed 5 --threads 3").exit, 0);
    EXPECT_EQ(program_.read("a.csv"), program_.read("b.csv"));
    const auto real = program_.shell("zstd -dcq " + sample("sample.flows.csv.zst") + " | wc -l");
    EXPECT_EQ(std::to_string(lines("a.csv")) + "\n", real.out);
    ASSERT_EQ(program_.run("generate m.twin -o c.csv -f --count 77").exit, 0);
    EXPECT_EQ(lines("c.csv"), 78U);
  }
  EXPECT_THAT(program_.files(), testing::Not(testing::Contains("m.twin.work")));
}

TEST_F(Doppelganger, CheckpointsAreComparedOnEveryChunk) {
  std::string longer = kSmall;
  longer.replace(longer.find("--iterations 6"), 14, "--iterations 24");
  longer.replace(longer.find("--candidates 1"), 14, "--candidates 2");
  train(sample("sample.flows.csv.zst"), longer + "--chunks 2");
  const auto looked = program_.run("inspect m.twin");
  EXPECT_THAT(looked.out, HasSubstr("in chunk 2 alone: iteration"));
  EXPECT_THAT(looked.out, HasSubstr("the best of each chunk: mean rank"));
}

TEST_F(Doppelganger, TheSameSeedGivesTheSameModel) {
  train(sample("sample.flows.csv.zst"), kSmall);
  const std::string first = program_.read("m.twin");
  train(sample("sample.flows.csv.zst"), kSmall);
  EXPECT_EQ(program_.read("m.twin"), first);
}

/// Six steps teach a network nothing, so what is right afterwards was solved for.
TEST_F(Doppelganger, ProtocolsAreAsCommonAsInTheTrace) {
  const std::string share =
      "awk -F, 'NR > 1 { if ($5 == \"UDP\") ++udp } END { printf \"%.4f\", udp / (NR - 1) }'";
  const double real =
      std::stod(program_.shell("zstd -dcq " + sample("sample.flows.csv.zst") + " | " + share).out);
  const auto made = [&](const std::string& options) {
    train(sample("sample.flows.csv.zst"), kSmall + options);
    EXPECT_EQ(program_.run("generate m.twin -o a.csv -f --seed 5").exit, 0);
    return std::stod(program_.shell(share + " a.csv").out);
  };
  EXPECT_NEAR(made(""), real, 0.07);
  EXPECT_GT(std::abs(made("--no-calibration") - real), 0.1);
}

TEST_F(Doppelganger, KeepsTheSharesOfItsFlowsUnlessToldNotTo) {
  const std::string all = "unzip -p m.twin manifest.json";
  train(sample("sample.flows.csv.zst"), kSmall);
  EXPECT_THAT(program_.shell(all).out, HasSubstr("\"mix\""));
  train(sample("sample.flows.csv.zst"), kSmall + "--no-calibration");
  EXPECT_THAT(program_.shell(all).out, testing::Not(HasSubstr("\"mix\"")));
}

TEST_F(Doppelganger, KeepsItsConditions) {
  train(sample("sample.flows.csv.zst"), kSmall);
  const auto made = program_.run("generate m.twin -o a.csv --count 40 --where 'proto = UDP'");
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_EQ(lines("a.csv"), 41U);
  EXPECT_EQ(program_.shell("grep -c ,UDP, a.csv").out, "40\n");
}

TEST_F(Doppelganger, ACaptureComesOutAsALegalCapture) {
  train(sample("sample.pcap.zst"), kSmall);
  const auto made = program_.run("generate m.twin -o twin.pcap --seed 1");
  ASSERT_EQ(made.exit, 0) << made.err;
  const auto looked = program_.run("inspect twin.pcap --json");
  ASSERT_EQ(looked.exit, 0) << looked.err;
  EXPECT_EQ(nlohmann::json::parse(looked.out)["skipped"]["total"], 0);
  if (program_.shell("command -v tshark").exit == 0) {
    const auto bad = program_.shell(
        "tshark -n -r twin.pcap -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -Y "
        "'_ws.malformed || ip.checksum.status==0 || tcp.checksum.status==0' 2>/dev/null");
    EXPECT_EQ(bad.out.substr(0, 2000), "");
  }
}

TEST_F(Doppelganger, SeveralFilesAreOneTrace) {
  const std::string header = "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt\n";
  for (const std::string name : {"1", "2"}) {
    std::string rows = header;
    for (int i = 0; i < 50; ++i) {
      rows += "10.0.0." + name + ",10.0.1.1," + std::to_string(2000 + i) + ",443,TCP," + name +
              "70000000000000,0.5,3,300\n";
    }
    program_.write(name + ".csv", rows);
  }
  train("1.csv 2.csv", kSmall);
  ASSERT_EQ(program_.run("generate m.twin -o a.csv").exit, 0);
  EXPECT_EQ(lines("a.csv"), 101U);
}

TEST_F(Doppelganger, ConversationsOfACaptureKeepConditions) {
  train(sample("sample.pcap.zst"), kSmall);
  const auto made =
      program_.run("generate m.twin -o a.pcap --count 30 --seed 2 --where 'proto = TCP'");
  ASSERT_EQ(made.exit, 0) << made.err;
  const auto looked = program_.run("inspect a.pcap --json");
  ASSERT_EQ(looked.exit, 0) << looked.err;
  EXPECT_EQ(nlohmann::json::parse(looked.out)["flows"], 30);
  ASSERT_EQ(program_.run("convert a.pcap a.csv").exit, 0);
  EXPECT_EQ(program_.shell("tail -n +2 a.csv | cut -d, -f5 | grep -vcw TCP").out, "0\n");
}

const std::string kPrivate = kSmall + "--private-iterations 2 --epsilon 4 --insecure-test-seed 1 ";

TEST_F(Doppelganger, TrainsPrivatelyOnATwinOfTheDefaultMethod) {
  for (const std::string name : {"sample.flows.csv.zst", "sample.pcap.zst"}) {
    train(sample(name), kPrivate);
    const std::string first = program_.read("m.twin");
    train(sample(name), kPrivate);
    EXPECT_EQ(program_.read("m.twin"), first) << "noise of a test seed is the same every time";
    const auto looked = program_.run("inspect m.twin");
    EXPECT_THAT(looked.out, HasSubstr("clipped slopes by real flows"));
    EXPECT_THAT(looked.out, HasSubstr("4 x 0.02"));
    EXPECT_THAT(looked.out, HasSubstr("number of flows"));
    EXPECT_THAT(looked.out, HasSubstr("joint table of"));
    const auto made = program_.run("generate m.twin -o twin.csv -f --seed 1");
    EXPECT_EQ(made.exit, 0) << made.err;
    EXPECT_GT(lines("twin.csv"), 100U);
  }
}

TEST_F(Doppelganger, APublicTraceLeavesMoreForTheCritics) {
  const std::string flows = sample("sample.flows.csv.zst");
  train(flows, kPrivate + "--pretrain " + flows);
  const auto looked = program_.run("inspect m.twin");
  EXPECT_THAT(looked.out, HasSubstr("60.00%"));
  EXPECT_THAT(looked.out, testing::Not(HasSubstr("joint table of")));
  EXPECT_THAT(program_.shell("unzip -p m.twin manifest.json").out,
              testing::Not(HasSubstr("\"mix\"")));
}

TEST_F(Doppelganger, RefusesWhatHasNoGuarantee) {
  const std::string begin = "train " + sample("sample.flows.csv.zst") + " -o m.twin" + kPrivate;
  for (const std::string option : {"--unit record", "--unit host", "--chunks 2",
                                   "--coding published", "--unit-bound 65", "--device cuda"}) {
    const auto ran = program_.run(begin + option);
    EXPECT_EQ(ran.exit, 2) << option;
    EXPECT_THAT(ran.err, HasSubstr("private training of method doppelganger")) << option;
  }
  const auto capture = program_.run(begin + "--pretrain " + sample("sample.pcap.zst"));
  EXPECT_EQ(capture.exit, 2);
  EXPECT_THAT(capture.err, HasSubstr("same fields"));
  const auto dear = program_.run("train " + sample("sample.flows.csv.zst") + " -o m.twin" + kSmall +
                                 "--epsilon 0.0002 --private-iterations 100000 --sampling-rate 1");
  EXPECT_EQ(dear.exit, 3) << dear.err;
  EXPECT_THAT(program_.files(), testing::Not(testing::Contains("m.twin")));
}

TEST_F(Doppelganger, SaysWhatItCannotDo) {
  const auto unknown = program_.run("train " + sample("sample.flows.csv.zst") +
                                    " -o m.twin --method doppelganger --network layers=3");
  EXPECT_EQ(unknown.exit, 2);
  EXPECT_THAT(unknown.err, HasSubstr("attribute_layers"));
  const auto lost = program_.shell("TRACETWIN_NEURAL=/nowhere/worker $tracetwin train " +
                                   sample("sample.flows.csv.zst") + " -o m.twin" + kSmall);
  EXPECT_EQ(lost.exit, 2) << lost.err;
  EXPECT_THAT(lost.err, HasSubstr("/nowhere/worker"));
}

TEST_F(Doppelganger, RunsNetSharesConfigurations) {
  for (const std::string name : {"netflow", "pcap"}) {
    const std::string config = sample("netshare_" + name + ".json");
    const std::string data = name == "pcap" ? "sample.pcap.zst" : "sample.flows.csv.zst";
    // A model of the size that a test can train; all else as it stands.
    program_.write(name + ".json", R"({"default": ")" + config + R"(",
      "input_adapters": {"data_source": {"original_data_file": ")" +
                                       sample(data) + R"("}},
      "model": {"config": {
      "iteration": 4, "extra_checkpoint_freq": 2, "sample_len": [4], "batch_size": 16,
      "gen_attribute_num_units": 16, "disc_num_units": 16, "attr_disc_num_units": 16,
      "gen_feature_num_units": 8}}})");
    const auto ran = program_.run("run " + name + ".json --work-folder " + name);
    ASSERT_EQ(ran.exit, 0) << ran.err;
    EXPECT_TRUE(std::filesystem::exists(program_ / (name + "/output_data/twin.csv")));
    EXPECT_TRUE(std::filesystem::exists(program_ / (name + "/config.json")));
  }
  const auto looked = program_.run("inspect pcap/output_data/twin.pcap");
  EXPECT_EQ(looked.exit, 0) << looked.err;
}

TEST_F(Doppelganger, APrivateConfigurationSpendsWhatItIsGiven) {
  program_.write("run.json", R"({"default": ")" + sample("netshare_netflow.json") + R"(",
      "input_adapters": {"data_source": {"original_data_file": ")" +
                                 sample("sample.flows.csv.zst") + R"("}},
      "model": {"config": {"iteration": 2, "sample_len": [4], "batch_size": 16,
      "dp_noise_multiplier": 1.0, "dp_l2_norm_clip": 0.5,
      "gen_attribute_num_units": 16, "disc_num_units": 16, "attr_disc_num_units": 16,
      "gen_feature_num_units": 8}},
      "model_manager": {"config": {"pretrain_non_dp": false,
                                   "pretrain_non_dp_reduce_time": null}}})");
  const auto without = program_.run("run run.json --work-folder work");
  EXPECT_EQ(without.exit, 2);
  EXPECT_THAT(without.err, HasSubstr("--epsilon"));
  const auto ran = program_.run("run run.json --work-folder work --epsilon 4");
  ASSERT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(program_.shell("cat work/best_generated/*.summary.json").out,
              HasSubstr("(4, 1e-09)-differential privacy per flow"));
}

TEST_F(Doppelganger, ARunThatOverwritesLeavesNoOldResult) {
  program_.write("run.json", R"({"default": ")" + sample("netshare_netflow.json") + R"(",
      "global_config": {"overwrite": true},
      "input_adapters": {"data_source": {"original_data_file": ")" +
                                 sample("sample.flows.csv.zst") + R"("}},
      "model": {"config": {"iteration": 2, "sample_len": [4], "batch_size": 16,
      "gen_attribute_num_units": 16, "disc_num_units": 16, "attr_disc_num_units": 16,
      "gen_feature_num_units": 8}}})");
  ASSERT_EQ(program_.run("run run.json --work-folder work").exit, 0);
  program_.write("work/best_generated/old.csv", "");
  std::filesystem::create_directories(program_ / "work/models/old");
  program_.write("work/mine.txt", "");
  const auto again = program_.run("run run.json --work-folder work");
  ASSERT_EQ(again.exit, 0) << again.err;
  EXPECT_FALSE(std::filesystem::exists(program_ / "work/best_generated/old.csv"));
  EXPECT_FALSE(std::filesystem::exists(program_ / "work/models/old"));
  EXPECT_TRUE(std::filesystem::exists(program_ / "work/mine.txt"));
}

}  // namespace
}  // namespace tracetwin::test
