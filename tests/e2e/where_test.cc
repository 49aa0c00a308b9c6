// generate and synthesize with --where, --duration and --start.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "e2e/program.h"

namespace tracetwin::test {
namespace {

using testing::HasSubstr;

std::string sample(const std::string& name) {
  return (source_dir() / "examples" / name).string();
}

/// The lines of a CSV file behind its header, each a list of its values.
std::vector<std::vector<std::string>> rows_of(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  std::vector<std::vector<std::string>> rows;
  while (std::getline(lines, line)) {
    std::istringstream values(line);
    rows.emplace_back();
    for (std::string value; std::getline(values, value, ',');) {
      rows.back().push_back(value);
    }
  }
  return rows;
}

enum Column { kSrcIp, kDstIp, kSrcPort, kDstPort, kProto, kTs, kTd, kPackets, kBytes, kLabel };

class WhereOptions : public testing::Test {
 protected:
  void train(const std::string& trace, const std::string& options = "") {
    ASSERT_EQ(
        program_.run("train " + sample(trace) + " --method cliquetree -q -s 3 -o m.twin " + options)
            .exit,
        0);
  }
  std::vector<std::vector<std::string>> generated(const std::string& options) {
    const auto made = program_.run("generate m.twin -q -f -s 7 -o t.csv " + options);
    EXPECT_EQ(made.exit, 0) << options << "\n" << made.err;
    return rows_of(program_.read("t.csv"));
  }
  Program program_;
};

TEST_F(WhereOptions, EveryRecordSatisfiesEveryCondition) {
  train("sample.flows.csv.zst", "--epsilon 4");
  for (const auto& row :
       generated("-n 500 --where 'dstport in {80,443}' --where 'packets > 5' --where 'td<2s'")) {
    EXPECT_TRUE(row[kDstPort] == "80" || row[kDstPort] == "443");
    EXPECT_GT(std::stoll(row[kPackets]), 5);
    EXPECT_LT(std::stod(row[kTd]), 2);
  }
  const auto scans = generated("--where 'label = scan' --where 'srcip in 10.0.0.0/8'");
  EXPECT_GT(scans.size(), 50U);
  for (const auto& row : scans) {
    EXPECT_EQ(row[kLabel], "scan");
    EXPECT_THAT(row[kSrcIp], testing::StartsWith("10."));
  }
  EXPECT_EQ(generated("-n 123 --where 'proto = udp'").size(), 123U);
  const auto summary = nlohmann::json::parse(program_.read("t.csv.summary.json"));
  EXPECT_EQ(summary["where"], nlohmann::json::array({"proto = udp"}));
  EXPECT_EQ(summary["records"], 123);
}

TEST_F(WhereOptions, TheTwinsTimeCanBeChosen) {
  train("sample.flows.csv.zst");
  const auto rows = generated("--start 2020-01-01T00:00:00Z --duration 1h -n 2000");
  EXPECT_EQ(rows.size(), 2000U);
  constexpr double kBegin = 1577836800e6;
  EXPECT_GE(std::stod(rows.front()[kTs]), kBegin);
  EXPECT_LT(std::stod(rows.back()[kTs]), kBegin + 3600e6);
  EXPECT_GT(std::stod(rows.back()[kTs]), kBegin + 3500e6);
  const auto summary = nlohmann::json::parse(program_.read("t.csv.summary.json"));
  EXPECT_EQ(summary["window"][0], "2020-01-01T00:00:00Z");
  EXPECT_EQ(summary["window"][1], "2020-01-01T01:00:00Z");
}

TEST_F(WhereOptions, ConversationsOfACaptureAreChosenToo) {
  train("sample.pcap.zst", "--epsilon 4");
  const auto made = program_.run("generate m.twin -o t.pcap -s 7 -n 800 --where 'dstport = 53'");
  ASSERT_EQ(made.exit, 0) << made.err;
  const auto summary = nlohmann::json::parse(program_.read("t.pcap.summary.json"));
  EXPECT_EQ(summary["conversations"], 800);
  if (program_.shell("command -v tshark").exit != 0) {
    GTEST_SKIP() << "tshark is not there";
  }
  const auto found = [&](const std::string& filter) {
    return program_.shell("tshark -n -r t.pcap -Y '" + filter + "' 2>/dev/null").out;
  };
  EXPECT_EQ(found("!(udp.port == 53 || tcp.port == 53)").substr(0, 2000), "");
  EXPECT_EQ(found("_ws.malformed").substr(0, 2000), "");
}

TEST_F(WhereOptions, SynthesizeHasThem) {
  const auto made = program_.run(
      "synthesize " + sample("sample.flows.csv.zst") +
      " -o t.csv --method cliquetree -s 1 --where 'label=web' --start 1000000000 -n 50");
  ASSERT_EQ(made.exit, 0) << made.err;
  const auto rows = rows_of(program_.read("t.csv"));
  ASSERT_EQ(rows.size(), 50U);
  for (const auto& row : rows) {
    EXPECT_EQ(row[kLabel], "web");
    EXPECT_GE(std::stod(row[kTs]), 1e15);
  }
}

struct Mistake {
  const char* options;
  const char* complaint;
};

TEST_F(WhereOptions, MistakesCostNoTraining) {
  for (const std::string where : {"dstprot=80", "dstport=http", "packets>0.5x"}) {
    const auto made = program_.run("synthesize " + sample("sample.flows.csv.zst") +
                                   " -o t.csv --model m.twin --epsilon 2 --where '" + where + "'");
    EXPECT_EQ(made.exit, 2) << made.err;
    EXPECT_THAT(made.err, HasSubstr(where.substr(0, 7)));
    EXPECT_TRUE(program_.files().empty()) << where;
  }
}

TEST_F(WhereOptions, MistakesAreOneClearSentenceAndLeaveNothing) {
  train("sample.flows.csv.zst");
  const auto before = program_.files();
  const Mistake mistakes[] = {
      {"--where 'label = Malicious'", "the model has no label 'Malicious'; it has"},
      {"--where 'dstprot = 80'", "Did you mean 'dstport'?"},
      {"--where 'dstport'", "is not a condition"},
      {"--where 'dstport = web'", "a port from 0 to 65535"},
      {"--where 'label = dns' --where 'proto = icmp'", "proto and label exclude each other"},
      {"--where 'dstport = 80' --where 'dstport = 443'", "no dstport satisfies both"},
      {"--where 'proto = icmp' --where 'srcip in fd42::/16'", "no record that"},
      {"--start tomorrow", "--start \"tomorrow\" is not a time"},
      {"--start 2261-12-31T23:59:59Z", "between 1970 and 2262"},
      {"--duration soon", "--duration"},
      {"--where", "--where"},
  };
  for (const Mistake& mistake : mistakes) {
    const auto outcome = program_.run(std::string("generate m.twin -o t.csv ") + mistake.options);
    EXPECT_EQ(outcome.exit, 2) << mistake.options << "\n" << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(mistake.complaint)) << mistake.options;
    EXPECT_EQ(program_.files(), before) << mistake.options;
  }
}

}  // namespace
}  // namespace tracetwin::test
