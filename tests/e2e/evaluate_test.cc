// evaluate, and synthesize --report.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "e2e/program.h"

namespace tracetwin::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string sample(const std::string& name) {
  return (source_dir() / "examples" / name).string();
}

const std::string kFlows = sample("sample.flows.csv.zst");

class Evaluate : public testing::Test {
 protected:
  void make_twin(const std::string& trace, const std::string& twin) {
    const auto made = program_.run("synthesize " + trace + " -o " + twin + " -e 4 -q -s 3");
    ASSERT_EQ(made.exit, 0) << made.err;
  }
  Program program_;
};

std::vector<std::string> sections_of(const json& result) {
  std::vector<std::string> ids;
  for (const json& section : result["sections"]) {
    ids.push_back(section["id"]);
  }
  return ids;
}

TEST_F(Evaluate, RanksTracesAndWritesReportAndScores) {
  make_twin(kFlows, "twin.csv");
  const auto outcome = program_.run("evaluate " + kFlows + " twin.csv copy=" + kFlows +
                                    " --quick -q --report r.html --json s.json");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("not private"));
  const json scores = json::parse(program_.read("s.json"));
  ASSERT_EQ(scores["results"].size(), 2U);
  EXPECT_THAT(sections_of(scores["results"][0]),
              ElementsAre("fidelity", "usefulness", "safety", "validity"));
  EXPECT_EQ(scores["traces"]["synthetic"][0]["provenance"]["privacy"]["epsilon"], 4.0);
  EXPECT_EQ(scores["ranking"].size(), 2U);
  EXPECT_EQ(scores["ranking"][1]["name"], "copy") << "a copy of the real trace is not safe";
  const std::string page = program_.read("r.html");
  EXPECT_THAT(page, HasSubstr("\"tracetwin-scores\""));
  EXPECT_THAT(page, HasSubstr("</html>"));
}

TEST_F(Evaluate, JudgesACaptureAndAFlowLogOfIt) {
  const std::string capture = sample("sample.pcap.zst");
  make_twin(capture, "twin.pcap");
  const auto outcome = program_.run("evaluate " + capture + " twin.pcap --quick -q --json -");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  const json scores = json::parse(outcome.out);
  EXPECT_EQ(scores["traces"]["real"]["kind"], "packets");
  EXPECT_GT(scores["traces"]["synthetic"][0]["packets"], 1000);
}

TEST_F(Evaluate, RefusesInOneSentenceAndLeavesNothing) {
  program_.write("noise.csv", std::string("\x01\x02\xff\x00 noise\n\n", 12));
  const auto complaint = [&](const std::string& arguments) {
    const auto outcome = program_.run("evaluate " + arguments);
    EXPECT_EQ(outcome.exit, 2) << arguments;
    return outcome.err;
  };
  EXPECT_THAT(complaint(kFlows + " missing.csv --json s.json"), HasSubstr("missing.csv"));
  EXPECT_THAT(complaint(kFlows + " noise.csv --json s.json"), HasSubstr("noise.csv"));
  EXPECT_THAT(complaint(kFlows + " a=" + kFlows + " a=" + kFlows), HasSubstr("called \"a\""));
  EXPECT_THAT(complaint(kFlows + " " + kFlows + " --label-column zebra --json s.json --quick"),
              HasSubstr("zebra"));
  EXPECT_THAT(program_.files(), ElementsAre("noise.csv"));
  program_.write("s.json", "mine");
  EXPECT_THAT(complaint(kFlows + " " + kFlows + " --json s.json"), HasSubstr("s.json"));
  EXPECT_EQ(program_.read("s.json"), "mine");
}

TEST_F(Evaluate, NeverWritesOverWhatItReads) {
  const auto made = program_.run("convert " + kFlows + " whole.csv -q");
  ASSERT_EQ(made.exit, 0) << made.err;
  const std::string whole = program_.read("whole.csv");
  const auto refuses = [&](const std::string& arguments, const std::string& why) {
    const auto outcome = program_.run("evaluate " + arguments + " --quick -q -f");
    EXPECT_EQ(outcome.exit, 2) << arguments;
    EXPECT_THAT(outcome.err, HasSubstr(why)) << arguments;
  };
  refuses("whole.csv " + kFlows + " --json ./whole.csv", "is read");
  refuses(kFlows + " a=whole.csv --report whole.csv", "is read");
  refuses(kFlows + " " + kFlows + " --holdout whole.csv --json ././whole.csv", "is read");
  refuses(kFlows + " " + kFlows + " --json z.out --report ./z.out", "same place");
  EXPECT_EQ(program_.read("whole.csv"), whole);
  EXPECT_THAT(program_.files(), ElementsAre("whole.csv"));
}

TEST_F(Evaluate, SaysWhatOfATruncatedTraceIsLeftOut) {
  const auto made = program_.run("convert " + kFlows + " whole.csv -q");
  ASSERT_EQ(made.exit, 0) << made.err;
  const std::string whole = program_.read("whole.csv");
  // In the middle of a line, behind its second field.
  const std::size_t line = whole.find('\n', whole.size() / 2) + 1;
  program_.write("cut.csv", whole.substr(0, whole.find(',', whole.find(',', line) + 1)));
  const auto outcome = program_.run("evaluate " + kFlows + " cut.csv --quick -q");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("cut.csv: 1 of "));
  EXPECT_THAT(outcome.out, HasSubstr("could not be read"));
}

TEST_F(Evaluate, HasNoEmptyColumnWithoutAHoldout) {
  const std::string call = "evaluate " + kFlows + " twin=" + kFlows + " --quick -q";
  const auto without = program_.run(call);
  ASSERT_EQ(without.exit, 0) << without.err;
  EXPECT_THAT(without.out, Not(HasSubstr("memoriser")));
  const auto with = program_.run(call + " --holdout " + kFlows);
  ASSERT_EQ(with.exit, 0) << with.err;
  EXPECT_THAT(with.out, HasSubstr("memoriser: "));
}

TEST_F(Evaluate, SynthesizeWritesTheReportInTheSameGo) {
  const auto made =
      program_.run("synthesize " + kFlows + " -o twin.csv -e 4 -q -s 3 --report r.html");
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_THAT(program_.files(), ElementsAre("r.html", "twin.csv", "twin.csv.summary.json"));
  EXPECT_THAT(program_.read("r.html"), HasSubstr("\"tracetwin-scores\""));
}

}  // namespace
}  // namespace tracetwin::test
