#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "e2e/captures.h"
#include "e2e/program.h"

namespace tracetwin::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string sample(const std::string& name) {
  return (source_dir() / "examples" / name).string();
}

class SynthesizeCommand : public testing::Test {
 protected:
  bool has(const std::string& tool) { return program_.shell("command -v " + tool).exit == 0; }
  Program program_;
};

TEST_F(SynthesizeCommand, TheTwinOfTheSampleIsSoundToTshark) {
  const auto made = program_.run("synthesize " + sample("sample.pcap.zst") +
                                 " -o twin.pcap --epsilon 2 --seed 7");
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("seed: 7"));
  EXPECT_THAT(made.err, HasSubstr("(2, 1e-09)-differential privacy per flow"));
  const auto summary = nlohmann::json::parse(program_.read("twin.pcap.summary.json"));
  EXPECT_EQ(summary["privacy"]["guarantee"], true);
  EXPECT_GT(summary["packets"], 20000);
  if (!has("tshark")) {
    GTEST_SKIP() << "tshark is not there";
  }
  const std::string checks =
      " -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE";
  const auto malformed = program_.shell("tshark -n -r twin.pcap -Y _ws.malformed 2>/dev/null");
  EXPECT_EQ(malformed.out.substr(0, 2000), "");
  const auto bad = program_.shell("tshark -n -r twin.pcap" + checks +
                                  " -Y 'ip.checksum.status==0 || tcp.checksum.status==0 || "
                                  "udp.checksum.status==0' 2>/dev/null");
  EXPECT_EQ(bad.out.substr(0, 2000), "");
}

TEST_F(SynthesizeCommand, ATwinCanBeReadByTheProgramItself) {
  ASSERT_EQ(program_
                .run("synthesize " + sample("sample.pcap.zst") +
                     " -o twin.pcapng.zst --epsilon 4 --seed 1 -q")
                .exit,
            0);
  const auto looked = program_.run("inspect twin.pcapng.zst --json");
  ASSERT_EQ(looked.exit, 0) << looked.err;
  const auto summary = nlohmann::json::parse(looked.out);
  EXPECT_EQ(summary["skipped"]["total"], 0) << looked.out.substr(0, 2000);
}

TEST_F(SynthesizeCommand, TrainThenGenerate) {
  ASSERT_EQ(
      program_.run("train " + sample("sample.flows.csv.zst") + " -o flows.twin --epsilon 2 -s 3")
          .exit,
      0);
  const auto shown = program_.run("inspect flows.twin");
  EXPECT_EQ(shown.exit, 0);
  EXPECT_THAT(shown.out, HasSubstr("dstport"));
  EXPECT_THAT(shown.out, HasSubstr("publishing"));
  const auto manifest = nlohmann::json::parse(program_.run("inspect flows.twin --json").out);
  EXPECT_EQ(manifest["format"], "tracetwin-model");
  for (const char* name : {"a.csv", "b.csv"}) {
    const auto made = program_.run(std::string("generate flows.twin -n 5000 --seed 7 -o ") + name);
    ASSERT_EQ(made.exit, 0) << made.err;
    EXPECT_THAT(made.err, HasSubstr("wrote 5,000 flow records"));
  }
  EXPECT_EQ(program_.read("a.csv"), program_.read("b.csv"));
  EXPECT_THAT(program_.read("a.csv"),
              testing::StartsWith("srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt,label\n"));
  ASSERT_EQ(program_.run("generate flows.twin -n 100 -o conn.log --format zeek").exit, 0);
  EXPECT_THAT(program_.read("conn.log"), testing::StartsWith("#separator"));
}

TEST_F(SynthesizeCommand, StandardOutputCarriesDataOnly) {
  const auto made = program_.run("synthesize " + sample("sample.flows.csv.zst") +
                                 " -o - --format flow-csv --method cliquetree --seed 1 -n 10");
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_THAT(made.out, testing::StartsWith("srcip,"));
  EXPECT_EQ(std::count(made.out.begin(), made.out.end(), '\n'), 11);
  EXPECT_THAT(made.err, HasSubstr("no privacy guarantee"));
}

TEST_F(SynthesizeCommand, NothingIsReplacedUnlessForced) {
  program_.write("twin.csv", "mine");
  const std::string command =
      "synthesize " + sample("sample.flows.csv.zst") + " -o twin.csv --method cliquetree -s 1";
  const auto refused = program_.run(command);
  EXPECT_EQ(refused.exit, 2);
  EXPECT_THAT(refused.err, HasSubstr("--force"));
  EXPECT_EQ(program_.read("twin.csv"), "mine");
  EXPECT_EQ(program_.run(command + " --force").exit, 0);
  EXPECT_THAT(program_.read("twin.csv"), Not(HasSubstr("mine")));
}

struct Mistake {
  const char* arguments;
  const char* complaint;
};

TEST_F(SynthesizeCommand, MistakesAreOneClearSentenceAndLeaveNothing) {
  program_.write("bad.json", R"({"columns": {"label": {"kind": "categroy"}}})");
  program_.write("empty.csv", "");
  program_.write("header.csv", "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt\n");
  program_.write("not.twin", "PK\x03\x04 but no archive");
  const auto before = program_.files();
  const std::string flows = sample("sample.flows.csv.zst");
  const Mistake mistakes[] = {
      {"synthesize FLOWS -o t.csv --epsilon 0", "--epsilon"},
      {"synthesize FLOWS -o t.csv --epsilon -1", "--epsilon"},
      {"synthesize FLOWS -o t.csv --delta 1e-6", "--epsilon"},
      {"synthesize FLOWS -o t.csv --epsilon 1 --delta 2", "--delta"},
      {"synthesize FLOWS -o t.csv --epslion 1", "--epsilon"},
      {"synthesize FLOWS -o t.csv --engine netdpsin", "netdpsyn"},
      {"synthesize FLOWS -o t.csv --method netdpsin", "netdpsyn"},
      {"synthesize FLOWS -o t.csv --unit packet", "'record', 'flow' or 'host'"},
      {"synthesize FLOWS -o t.csv --epsilon 2 --unit-bound 4", "--unit host"},
      {"synthesize FLOWS -o t.csv --epsilon 2 --unit host --unit-bound 0", "--unit-bound"},
      {"synthesize CAPTURE -o t.pcap --epsilon 2 --unit record", "--unit flow"},
      {"synthesize FLOWS -o t.csv --window yesterday", "RFC 3339"},
      {"synthesize FLOWS -o t.csv --schema bad.json", "categroy"},
      {"synthesize FLOWS -o t.csv --schema missing.json", "missing.json"},
      {"synthesize FLOWS -o t.pcap", "packets"},
      {"synthesize FLOWS -o t.xyz", ".xyz"},
      {"synthesize FLOWS -o no/such/folder/t.csv", "folder"},
      {"synthesize missing.pcap -o t.pcap", "missing.pcap"},
      {"synthesize empty.csv -o t.csv", "empty"},
      {"synthesize header.csv -o t.csv", "header.csv"},
      {"generate not.twin -o t.csv", "not.twin"},
      {"generate FLOWS -o t.csv", "model"},
      {"train FLOWS", "--output"},
      {"synthesise FLOWS -o t.csv", "synthesize"},
  };
  for (const Mistake& mistake : mistakes) {
    std::string arguments = mistake.arguments;
    if (const auto at = arguments.find("FLOWS"); at != std::string::npos) {
      arguments.replace(at, 5, flows);
    }
    if (const auto at = arguments.find("CAPTURE"); at != std::string::npos) {
      arguments.replace(at, 7, sample("sample.pcap.zst"));
    }
    const auto outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit, 2) << arguments << "\n" << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(mistake.complaint)) << arguments;
    EXPECT_EQ(program_.files(), before) << arguments;
  }
}

TEST_F(SynthesizeCommand, TheUnitOfPrivacyIsSaid) {
  const auto made = program_.run("synthesize " + sample("sample.flows.csv.zst") +
                                 " -o t.csv --epsilon 50 --seed 1 --unit host --unit-bound 5");
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("row beyond the 5 that a host may contribute"));
  const auto summary = nlohmann::json::parse(program_.read("t.csv.summary.json"));
  EXPECT_EQ(summary["privacy"]["unit"], "host");
  for (const auto& row : summary["privacy"]["rows"]) {
    EXPECT_GE(row["l2_sensitivity"].get<double>(), 5) << row;
  }
  const auto capture = program_.run("synthesize " + sample("sample.pcap.zst") +
                                    " -o t.pcap --epsilon 50 --seed 1 --unit host");
  ASSERT_EQ(capture.exit, 0) << capture.err;
  EXPECT_THAT(capture.err, HasSubstr("differential privacy per host"));
}

TEST_F(SynthesizeCommand, JsonSaysWhatWasDone) {
  const std::string flows = sample("sample.flows.csv.zst");
  const auto made = program_.run("synthesize " + flows +
                                 " -o t.csv --model m.twin -s 5 -n 50 --epsilon 2 --json");
  ASSERT_EQ(made.exit, 0) << made.err;
  const auto facts = nlohmann::json::parse(made.out);
  EXPECT_EQ(facts["input"], flows);
  EXPECT_GT(facts["records"], 1000);
  EXPECT_EQ(facts["skipped"]["total"], 0);
  EXPECT_EQ(facts["output"]["path"], "t.csv");
  EXPECT_EQ(facts["output"]["records"], 50);
  EXPECT_EQ(facts["output"]["summary"], "t.csv.summary.json");
  EXPECT_EQ(facts["model"], "m.twin");
  EXPECT_EQ(facts["seed"], 5);
  EXPECT_EQ(facts["privacy"]["guarantee"], true);
  EXPECT_EQ(facts["privacy"]["epsilon"], 2);
  const auto trained =
      program_.run("train " + flows + " -o n.twin -s 5 --method cliquetree --json");
  EXPECT_EQ(nlohmann::json::parse(trained.out)["privacy"]["guarantee"], false);
  const auto generated = program_.run("generate m.twin -o u.csv -n 7 -s 9 --json");
  EXPECT_EQ(nlohmann::json::parse(generated.out)["output"]["records"], 7);
  const auto converted = program_.run("convert t.csv t.log --json");
  const auto conversion = nlohmann::json::parse(converted.out);
  EXPECT_EQ(conversion["read"], 50);
  EXPECT_EQ(conversion["written_unit"], "flows");
  for (const std::string command :
       {"generate m.twin -o - --format flow-csv --json", "convert t.csv - --format zeek --json"}) {
    const auto refused = program_.run(command);
    EXPECT_EQ(refused.exit, 2) << command;
    EXPECT_EQ(refused.out, "") << command;
    EXPECT_THAT(refused.err, HasSubstr("standard output")) << command;
  }
}

TEST_F(SynthesizeCommand, TooLittleBudgetHasAnExitCodeOfItsOwn) {
  const std::string flows = sample("sample.flows.csv.zst");
  program_.write("few.csv",
                 "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt\n"
                 "10.0.0.1,10.0.0.2,1,2,TCP,1713484784962686,0,1,40\n");
  for (const std::string& arguments : {"synthesize " + flows + " -o t.csv --epsilon 1e-9",
                                       "train " + flows + " -o t.twin --epsilon 1e-200",
                                       std::string("synthesize few.csv -o t.csv --epsilon 1")}) {
    const auto outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit, 3) << arguments << "\n" << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("budget")) << arguments;
    EXPECT_THAT(outcome.err, HasSubstr("larger --epsilon")) << arguments;
  }
  EXPECT_EQ(program_.files(), std::vector<std::string>{"few.csv"});
}

TEST_F(SynthesizeCommand, ASchemaFileAndAWindowAreObeyedAndSaid) {
  program_.write("real.csv", sample_flow_csv(40));
  program_.write("facts.json",
                 R"({"columns": {"label": {"kind": "category", "values": ["good"]}}})");
  const auto made = program_.run("synthesize real.csv -o t.csv -s 1 --schema facts.json");
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("label is not a declared value (\"other\" was taken)"));
  EXPECT_THAT(program_.read("t.csv"), HasSubstr(",other\n"));
  EXPECT_THAT(program_.read("t.csv"), Not(HasSubstr(",bad\n")));
  const std::string outside = "2001-01-01T00:00:00Z..2001-01-02T00:00:00Z";
  const auto nothing = program_.run("synthesize real.csv -o u.csv --window " + outside);
  EXPECT_EQ(nothing.exit, 2);
  EXPECT_THAT(nothing.err, HasSubstr("starts outside the given time window"));
}

TEST_F(SynthesizeCommand, TheSeedOfAStreamIsSaidEvenWhenQuiet) {
  program_.write("real.csv", sample_flow_csv(40));
  const std::string command = "synthesize real.csv -q -o - --format flow-csv";
  EXPECT_THAT(program_.run(command).err, testing::MatchesRegex("seed: [0-9]+\n"));
  EXPECT_EQ(program_.run(command + " -s 3").err, "");
  EXPECT_EQ(program_.run("synthesize real.csv -q -o t.csv").err, "");
}

TEST_F(SynthesizeCommand, AModelCanComeFromStandardInput) {
  program_.write("real.csv", sample_flow_csv(40));
  ASSERT_EQ(program_.run("train real.csv -q -o m.twin").exit, 0);
  const auto shown = program_.run("inspect - --json < m.twin");
  ASSERT_EQ(shown.exit, 0) << shown.err;
  EXPECT_EQ(nlohmann::json::parse(shown.out)["format"], "tracetwin-model");
  EXPECT_EQ(program_.run("generate - -o t.csv < m.twin").exit, 0);
}

TEST_F(SynthesizeCommand, TheSummaryCountsWhatWasWritten) {
  ASSERT_EQ(program_
                .run("synthesize " + sample("sample.pcap.zst") +
                     " -o t.csv -n 100 -s 1 --method cliquetree")
                .exit,
            0);
  const auto summary = nlohmann::json::parse(program_.read("t.csv.summary.json"));
  EXPECT_EQ(summary["conversations"], 100);
  EXPECT_GT(summary["packets"], 100);
  EXPECT_FALSE(summary.contains("records"));
  for (const auto& row : summary["privacy"]["rows"]) {
    EXPECT_TRUE(row["cells"].is_null() || row["cells"] < 1e18) << row;
  }
}

TEST_F(SynthesizeCommand, AFullDeviceIsAnError) {
  const auto outcome = program_.run("synthesize " + sample("sample.flows.csv.zst") +
                                    " -o /dev/full --format flow-csv -s 1 --method cliquetree");
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_THAT(outcome.err, HasSubstr("/dev/full"));
}

TEST_F(SynthesizeCommand, AnInterruptLeavesNothing) {
  const auto outcome = program_.shell(
      "mkfifo trace; (head -c 100 </dev/zero; sleep 30) > trace & writer=$!; "
      "\"$tracetwin\" synthesize trace -o twin.pcap -s 1 & pid=$!; sleep 1; kill -INT $pid; "
      "wait $pid; code=$?; kill $writer; rm trace; exit $code");
  EXPECT_NE(outcome.exit, 0);
  EXPECT_TRUE(program_.files().empty());
}

}  // namespace
}  // namespace tracetwin::test
