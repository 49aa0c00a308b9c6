// Tables of events, through training, generation and evaluation.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/random.h"
#include "e2e/program.h"

namespace tracetwin::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kHeader = "sensor,when,client,temperature,state,note\n";
constexpr const char* kSchema = R"({
  "table": "events", "time": {"column": "when", "unit": "s"}, "key": ["sensor"],
  "columns": {"sensor": {"kind": "category"}, "client": {"kind": "address"},
              "temperature": {"kind": "number", "min": -20, "max": 60, "decimals": 1},
              "state": {"kind": "category", "values": ["ok", "late"]}}})";

/// Readings of eight sensors, each with an address of its own and its usual temperature.
std::string readings(std::size_t rows) {
  Random random(1);
  std::string text = kHeader;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto sensor = random.below(8);
    text += fmt::format("s{},{:.3f},10.0.{}.1,{:.1f},{},{}\n", sensor,
                        1.7e9 + static_cast<double>(i) * 7, sensor,
                        static_cast<double>(sensor) * 5 - 10 + random.uniform(),
                        random.below(20) == 0 ? "late" : "ok", i);
  }
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) {
    cells.push_back(cell);
  }
  return cells;
}

class Events : public testing::Test {
 protected:
  void SetUp() override {
    program_.write("real.csv", readings(4000));
    program_.write("schema.json", kSchema);
  }

  /// The columns of the table, each sensor with its own address and temperature.
  void expect_twin(const std::string& name, double least_right) {
    const auto lines = lines_of(program_.read(name));
    ASSERT_EQ(lines.size(), 4001U);
    EXPECT_EQ(lines[0], "sensor,when,client,temperature,state");
    std::size_t right = 0;
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const auto cells = cells_of(lines[i]);
      ASSERT_EQ(cells.size(), 5U) << lines[i];
      const double usual = (cells[0][1] - '0') * 5 - 10;
      const double temperature = std::stod(cells[3]);
      right += cells[2] == "10.0." + cells[0].substr(1) + ".1" && temperature > usual - 1.5 &&
                       temperature < usual + 2.5
                   ? 1
                   : 0;
    }
    EXPECT_GT(static_cast<double>(right), least_right * 4000);
  }

  Program program_;
};

TEST_F(Events, MakeATwinOfTheSameColumns) {
  const auto outcome = program_.run(
      "synthesize real.csv --schema schema.json -o twin.csv --model m.twin --seed 1 "
      "--method cliquetree");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("note"));
  expect_twin("twin.csv", 0.85);
  EXPECT_EQ(program_.run("generate m.twin -o again.csv --seed 1").exit, 0);
  EXPECT_EQ(program_.read("twin.csv"), program_.read("again.csv"));
  const auto told = program_.run("inspect m.twin");
  EXPECT_THAT(told.out, HasSubstr("table of events"));
  EXPECT_THAT(told.out, Not(HasSubstr("(srcip)")));
}

TEST_F(Events, SpendABudgetOnTheirOwnColumnsOnly) {
  const auto outcome = program_.run(
      "synthesize real.csv --schema schema.json -o twin.csv --model m.twin --seed 1 "
      "--epsilon 4 --window 2023-11-14T00:00:00Z..2023-11-15T00:00:00Z");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  const auto told = program_.run("inspect m.twin --json");
  EXPECT_THAT(told.out, Not(HasSubstr("one-way of (")));
  EXPECT_THAT(told.out, HasSubstr("one-way of temperature"));
}

TEST_F(Events, HideAllEventsOfAKey) {
  const std::string run =
      "synthesize real.csv --schema schema.json -o twin.csv --epsilon 50 -f "
      "--window 2023-11-14T00:00:00Z..2023-11-16T00:00:00Z --unit ";
  const auto flow = program_.run(run + "flow --unit-bound 100");
  ASSERT_EQ(flow.exit, 0) << flow.err;
  EXPECT_THAT(flow.err, HasSubstr("per flow"));
  const auto host = program_.run(run + "host");
  EXPECT_EQ(host.exit, 2);
  EXPECT_THAT(host.err, HasSubstr("no hosts"));
}

TEST_F(Events, AreReadFromLinesOfJson) {
  std::string text;
  for (const std::string& line : lines_of(readings(4000))) {
    const auto cells = cells_of(line);
    if (cells[0] != "sensor") {
      text +=
          fmt::format(R"({{"sensor":{{"id":"{}"}},"when":{},"client":"{}","t":{},"state":"{}"}})",
                      cells[0], cells[1], cells[2], cells[3], cells[4]) +
          "\n";
    }
  }
  program_.write("real.jsonl", text);
  program_.write("lines.json", R"({"table": "events", "time": {"column": "when", "unit": "s"},
    "columns": {"sensor.id": {"kind": "category"}, "client": {"kind": "address"},
                "t": {"kind": "number", "decimals": 1}, "state": {"kind": "category"}}})");
  const auto outcome = program_.run(
      "synthesize real.jsonl --schema lines.json -o twin.csv --seed 1 --method cliquetree");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(program_.read("twin.csv"), StartsWith("when,client,sensor.id,state,t\n"));
}

TEST_F(Events, MayHaveNoTime) {
  program_.write("schema.json", R"({"table": "events",
    "columns": {"sensor": {"kind": "category"}, "state": {"kind": "category"}}})");
  const auto outcome = program_.run(
      "synthesize real.csv --schema schema.json -o twin.csv --seed 1 --method cliquetree "
      "--model m.twin");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr(" events to twin.csv"));
  EXPECT_THAT(program_.read("twin.csv"), StartsWith("sensor,state\n"));
  EXPECT_THAT(program_.run("generate m.twin -o long.csv --duration 2h").err,
              HasSubstr("has no time"));
  EXPECT_EQ(program_.run("generate m.twin -o /dev/null --seed 1").exit, 0);
  EXPECT_EQ(program_.run("tune real.csv --schema schema.json -o t.json --method cliquetree").exit,
            0)
      << "halves of a table without time";
}

TEST_F(Events, AreEvaluatedByTheirColumns) {
  ASSERT_EQ(program_
                .run("synthesize real.csv --schema schema.json -o twin.csv --seed 1 "
                     "--method cliquetree")
                .exit,
            0);
  const auto outcome =
      program_.run("evaluate real.csv twin.csv --schema schema.json --quick --json s.json");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  const std::string scores = program_.read("s.json");
  EXPECT_THAT(scores, HasSubstr("ks.temperature"));
  EXPECT_THAT(scores, HasSubstr("jsd.key"));
  EXPECT_THAT(scores, Not(HasSubstr("dstport")));
}

TEST_F(Events, OfWrongColumnsAreRefused) {
  const auto tell = [&](const std::string& schema) {
    program_.write("wrong.json", schema);
    const auto outcome = program_.run("train real.csv --schema wrong.json -o m.twin");
    EXPECT_EQ(outcome.exit, 2);
    return outcome.err;
  };
  EXPECT_THAT(
      tell(R"({"table": "events", "time": "wen", "columns": {"state": {"kind": "category"}}})"),
      HasSubstr("Did you mean \"when\"?"));
  EXPECT_THAT(tell(R"({"table": "event"})"), HasSubstr("\"table\""));
  program_.write("twice.csv", "sensor,when,client,temperature,state,state\n1,2,10.0.0.1,3,ok,ok\n");
  EXPECT_THAT(program_.run("train twice.csv --schema schema.json -o m.twin").err,
              HasSubstr("more than one column \"state\""));
  EXPECT_THAT(tell(R"({"table": "events", "columns": {}})"), HasSubstr("declares no column"));
  EXPECT_THAT(tell(R"({"key": "sensor"})"), HasSubstr("\"events\""));
  EXPECT_THAT(program_.run("synthesize real.csv --schema schema.json -o twin.log").err,
              HasSubstr("CSV"));
}

TEST_F(Events, TrainNetworks) {
  if (!has_worker()) {
    GTEST_SKIP() << "tracetwin-neural is not here";
  }
  const auto tokens = program_.run(
      "synthesize real.csv --schema schema.json -o tokens.csv --seed 1 --method autoregressive "
      "--network hidden=32 --network embedding=8 --network most_passes=10");
  ASSERT_EQ(tokens.exit, 0) << tokens.err;
  expect_twin("tokens.csv", 0.8);
  const auto series = program_.run(
      "synthesize real.csv --schema schema.json -o series.csv --seed 1 --method doppelganger "
      "--iterations 3 --max-flow-length 8 --network batch_size=16 --network attribute_units=16 "
      "--network critic_units=16 --network feature_units=8");
  ASSERT_EQ(series.exit, 0) << series.err;
  EXPECT_EQ(lines_of(program_.read("series.csv")).size(), 4001U);
}

/// Views of pages on twelve days, of two projects that differ in how many they have.
std::string page_views(std::size_t pages) {
  Random random(2);
  std::string text = "Page";
  for (int day = 1; day <= 12; ++day) {
    text += fmt::format(",day {}", day);
  }
  text += '\n';
  for (std::size_t page = 0; page < pages; ++page) {
    const bool large = random.below(2) == 0;
    text += fmt::format("Topic {}_{}.wikipedia.org_desktop", page, large ? "en" : "fr");
    for (int day = 0; day < 12; ++day) {
      text += fmt::format(",{}", (large ? 1000 : 100) + random.below(20) + (day % 7 == 0 ? 50 : 0));
    }
    text += '\n';
  }
  return text;
}

constexpr const char* kPageSchema = R"({"table": "events",
  "columns": {"project": {"kind": "category", "from": "Page", "match": "_([a-z]+)\\.wikipedia"}},
  "series": {"first": "day 1", "last": "day 12", "min": 0, "max": 100000, "whole": true}})";

TEST_F(Events, MayBeSeriesInEachRow) {
  program_.write("pages.csv", page_views(1000));
  program_.write("pages.json", kPageSchema);
  const auto outcome = program_.run(
      "synthesize pages.csv --schema pages.json -o twin.csv --seed 1 --method cliquetree");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  const auto lines = lines_of(program_.read("twin.csv"));
  ASSERT_EQ(lines.size(), 1001U);
  EXPECT_THAT(lines[0], StartsWith("day 1,day 2,"));
  EXPECT_THAT(lines[0], testing::EndsWith(",day 12,project"));
  std::size_t right = 0;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto cells = cells_of(lines[i]);
    ASSERT_EQ(cells.size(), 13U);
    right += (std::stod(cells[4]) > 500) == (cells[12] == "en") ? 1 : 0;
  }
  EXPECT_GT(right, 950U);
  const auto judged =
      program_.run("evaluate pages.csv twin.csv --schema pages.json --quick --json s.json");
  ASSERT_EQ(judged.exit, 0) << judged.err;
  EXPECT_THAT(program_.read("s.json"), HasSubstr("ks.day 12"));
}

/// A model of the size that a test can train.
constexpr const char* kSmallModel = R"("model": {"class": "DoppelGANgerTorchModel", "config": {
  "iteration": 4, "extra_checkpoint_freq": 2, "sample_len": [4], "batch_size": 16,
  "gen_attribute_num_units": 16, "disc_num_units": 16, "attr_disc_num_units": 16,
  "gen_feature_num_units": 8}})";

TEST_F(Events, RunNetSharesConfigurations) {
  if (!has_worker()) {
    GTEST_SKIP() << "tracetwin-neural is not here";
  }
  program_.write("run.json", R"({"global_config": {"n_chunks": 2},
    "input_adapters": {"data_source": {"original_data_file": "real.csv"},
                       "format_normalizer": {"dataset_type": "csv"}},
    "learn": {"session_key": [{"column": "sensor", "type": "string", "encoding": "categorical"}],
      "timeseries": [{"column": "temperature", "type": "float", "normalization": "ZERO_ONE"},
                     {"column": "state", "type": "string", "encoding": "categorical"},
                     {"column": "filename", "name": "file", "type": "string",
                      "regex": "([a-z]+)\\.", "encoding": "categorical"}],
      "timestamp": {"column": "when", "generation": true, "encoding": "interarrival",
                    "normalization": "ZERO_ONE"}}, )" +
                                 std::string(kSmallModel) + "}");
  const auto ran = program_.run("run run.json --work-folder work");
  ASSERT_EQ(ran.exit, 0) << ran.err;
  const auto lines = lines_of(program_.read("work/output_data/twin.csv"));
  ASSERT_EQ(lines.size(), 4001U);
  EXPECT_EQ(lines[0], "sensor,when,temperature,state,file");
  EXPECT_THAT(lines[1], testing::EndsWith(",real"));
}

TEST_F(Events, RunNetSharesRowsOfSamples) {
  if (!has_worker()) {
    GTEST_SKIP() << "tracetwin-neural is not here";
  }
  program_.write("pages.csv", page_views(300));
  std::string days;
  for (int day = 1; day <= 12; ++day) {
    days += fmt::format("{}\"day {}\"", day == 1 ? "" : ", ", day);
  }
  program_.write("run.json", R"({"default": "dg_table_row_per_sample.json",
    "input_adapters": {"data_source": {"original_data_file": "pages.csv"},
                       "format_normalizer": {"dataset_type": "csv"}},
    "learn": {"session_key": [{"column": "Page", "name": "project", "type": "string",
                               "regex": "_([a-z]+)\\.wikipedia", "encoding": "categorical"}],
      "timeseries": [{"columns": [)" +
                                 days +
                                 R"(], "type": "integer", "normalization": "ZERO_ONE",
                      "log1p_norm": true}]}, )" +
                                 std::string(kSmallModel) + "}");
  const auto ran = program_.run("run run.json --work-folder work");
  ASSERT_EQ(ran.exit, 0) << ran.err;
  const auto lines = lines_of(program_.read("work/output_data/twin.csv"));
  ASSERT_EQ(lines.size(), 301U);
  EXPECT_EQ(cells_of(lines[0]).size(), 13U);
  EXPECT_EQ(cells_of(lines[300]).size(), 13U);
  EXPECT_EQ(lines[1].find('.'), std::string::npos) << "whole numbers come back as such";
}

}  // namespace
}  // namespace tracetwin::test
