#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/random.h"
#include "e2e/program.h"

namespace tracetwin::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kBegin = 1'772'323'200;  // 2026-03-01T00:00:00Z

/// An hour of traffic: web and names, or if `other` backups and control.
std::string hour(int number, int flows, bool other = false) {
  Random random(99, static_cast<std::uint64_t>(number));
  std::ostringstream text;
  if (number == 0) {
    text << "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt,label\n";
  }
  for (int i = 0; i < flows; ++i) {
    const bool first = random.uniform() < 0.7;
    const std::int64_t time =
        (kBegin + number * kHour) * 1'000'000 + static_cast<std::int64_t>(3.6e9 * i / flows);
    const auto pkt = (other ? 200 : 4) + random.below(other ? 400 : 8);
    text << (other ? "172.16.3." : "10.0.0.") << 1 + random.below(40) << ','
         << (other ? "172.16.9." : "192.168.1.") << 1 + random.below(6) << ','
         << 30000 + random.below(2000) << ',' << (other ? (first ? 873 : 5900) : (first ? 443 : 53))
         << ',' << (first ? "TCP" : "UDP") << ',' << time << ','
         << 0.01 * static_cast<double>(1 + pkt) << ',' << pkt << ',' << pkt * (other ? 1200 : 90)
         << ',' << (first ? "web" : "names") << '\n';
  }
  return text.str();
}

class Stream : public testing::Test {
 protected:
  /// A flow log of so many hours; of other traffic from one of them on.
  void write_day(const std::string& name, int hours, int flows, int other_from = 1000) {
    std::string text;
    for (int i = 0; i < hours; ++i) {
      text += hour(i, flows, i >= other_from);
    }
    program_.write(name, text);
  }
  std::vector<json> log(const std::string& name = "out/stream.jsonl") {
    std::vector<json> lines;
    std::istringstream text(program_.read(name));
    for (std::string line; std::getline(text, line);) {
      lines.push_back(json::parse(line));
    }
    return lines;
  }

  Program program_;
};

const std::string kStream = "stream day.csv -o out --epoch 1h --method cliquetree --seed 4 ";

const std::string kWindow = "--window 2026-03-01T00:00:00Z..2026-03-01T04:00:00Z ";

TEST_F(Stream, MakesTwinsOfWindows) {
  write_day("day.csv", 4, 300);
  const auto made = program_.run(kStream);
  ASSERT_EQ(made.exit, 0) << made.err;
  const auto lines = log();
  ASSERT_EQ(lines.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(lines[i]["epoch"], i + 1);
    EXPECT_EQ(lines[i]["status"], "done");
    EXPECT_EQ(lines[i]["records"], 300);
    EXPECT_EQ(lines[i]["went_on"], i > 0);
    EXPECT_EQ(lines[i]["drift"], false);
    EXPECT_GT(lines[i]["fidelity"]["score"], 0.5);
    EXPECT_TRUE(lines[i]["before"].is_null() == (i == 0));
  }
  EXPECT_EQ(lines[1]["window"][0], "2026-03-01T01:00:00Z");
  for (const char* suffix : {".twin", ".csv", ".scores.json", ".csv.summary.json"}) {
    EXPECT_TRUE(fs::exists(program_ / ("out/epoch-000004" + std::string(suffix)))) << suffix;
  }
  const auto looked = program_.run("inspect out/epoch-000003.csv --json");
  EXPECT_THAT(looked.out, HasSubstr("2026-03-01T02:"));
  EXPECT_TRUE(fs::is_empty(program_ / "out/work"));
  // All is done: the same command has nothing to do.
  ASSERT_EQ(program_.run(kStream).exit, 0);
  EXPECT_EQ(log().size(), 4U);
}

TEST_F(Stream, SaysWhenTrafficDrifts) {
  write_day("day.csv", 8, 400, 5);
  const auto made = program_.run(kStream);
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("Epoch 6: the traffic has drifted"));
  const auto lines = log();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i]["drift"], i == 5) << i + 1;
    EXPECT_EQ(lines[i]["went_on"], i != 0 && i != 5) << i + 1;
  }
}

TEST_F(Stream, GoesOnWhereItWasKilled) {
  write_day("day.csv", 5, 300);
  ASSERT_EQ(program_.run(kStream + "-q").exit, 0);
  const std::string twin = program_.read("out/epoch-000005.csv");
  fs::rename(program_ / "out", program_ / "whole");
  for (const char* file : {"out/epoch-000002.twin", "out/epoch-000004.csv"}) {
    const auto killed = program_.shell("$tracetwin " + kStream + "-q & pid=$!; await " + file +
                                       "; kill -9 $pid; wait $pid");
    EXPECT_EQ(killed.exit, 137);
  }
  const auto again = program_.run(kStream);
  ASSERT_EQ(again.exit, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("going on with out behind epoch"));
  EXPECT_TRUE(program_.read("out/epoch-000005.csv") == twin) << "as if it had not been killed";
  const auto lines = log();
  ASSERT_EQ(lines.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(lines[i]["epoch"], i + 1);
  }
  const auto other = program_.run(kStream + "--memory 0.1");
  EXPECT_EQ(other.exit, 2);
  EXPECT_THAT(other.err, HasSubstr("out holds another stream: it was begun with nothing where "
                                   "\"--memory 0.1\" stands now"));
}

TEST_F(Stream, DamagedAndLateFilesDoNotStopIt) {
  fs::create_directory(program_ / "in");
  const std::string head = "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt,label\n";
  program_.write("in/b.csv", head + hour(1, 300));
  program_.write("in/c.csv", "\x1f\x8b no gzip at all");
  program_.write("in/d.csv", head + hour(2, 300));
  const std::string stream = "stream in -o out --once --method cliquetree --seed 4";
  const auto made = program_.run(stream);
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("Epoch 2 is left out: "));
  auto lines = log();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[1]["status"], "left out");
  EXPECT_EQ(lines[2]["went_on"], true);
  EXPECT_THAT(program_.files(), Contains("out"));
  program_.write("in/a.csv", hour(0, 300));
  ASSERT_EQ(program_.run(stream).exit, 0);
  lines = log();
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[3]["file"], "a.csv");
  EXPECT_EQ(lines[3]["behind_others"], true);
}

TEST_F(Stream, ABudgetIsForItsHorizon) {
  write_day("day.csv", 4, 2000);
  const std::string stream = kStream + kWindow + "--epsilon 8 --horizon 3 --insecure-test-seed 1 ";
  const auto made = program_.run(stream);
  EXPECT_EQ(made.exit, 3);
  EXPECT_THAT(made.err, HasSubstr("the budget is spent: it was for 3 epochs"));
  EXPECT_EQ(log("out/owner/stream.jsonl").size(), 3U);
  const auto lines = log();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[2]["budget"]["epochs"], 3);
  for (const char* key : {"records", "fidelity", "before", "seconds"}) {
    EXPECT_FALSE(lines[2].contains(key)) << key << " is the owner's alone";
  }
  EXPECT_THAT(program_.run("inspect out/epoch-000003.twin --json").out,
              HasSubstr("the other 2 epochs of the stream"));
  EXPECT_EQ(program_.run(stream).exit, 3) << "and stays spent";
  EXPECT_FALSE(fs::exists(program_ / "out/epoch-000004.twin"));
  EXPECT_THAT(program_.run("stream day.csv -o x --epoch 1h --epsilon 1 --horizon 3").err,
              HasSubstr("must not depend on the records"));
  EXPECT_EQ(program_.run("stream day.csv -o x --epoch 1h --epsilon 1").exit, 2);
  EXPECT_EQ(program_.run("stream day.csv -o x --epoch 1h --horizon 9").exit, 2);
  EXPECT_EQ(program_.run("stream day.csv -o x --epoch 1h --epsilon 1 --horizon 9 --retune").exit,
            2);
}

TEST_F(Stream, ReadsStandardInputAndGrowingFiles) {
  write_day("day.csv", 3, 200);
  const auto piped =
      program_.shell("$tracetwin stream - -o piped --epoch 1h --method cliquetree -s 4 < day.csv");
  ASSERT_EQ(piped.exit, 0) << piped.err;
  EXPECT_EQ(log("piped/stream.jsonl").size(), 3U);
  const auto grown = program_.shell(
      "head -250 day.csv > grow.csv; "
      "$tracetwin stream grow.csv -o grown --follow --epoch 1h --method cliquetree -s 4 & pid=$!; "
      "await grown/epoch-000001.csv; "
      "tail -n +251 day.csv >> grow.csv; "
      "await grown/epoch-000002.csv; kill $pid; wait $pid; true");
  EXPECT_EQ(grown.exit, 0) << grown.err;
  EXPECT_TRUE(program_.read("grown/epoch-000002.csv") == program_.read("piped/epoch-000002.csv"));
}

TEST_F(Stream, CutsTablesOfEventsByTheirTime) {
  program_.write("e.schema.json",
                 R"J({"table": "events", "time": {"column": "when", "unit": "s"}, "key": ["user"],
                     "columns": {"user": {"kind": "category"}, "size": {"kind": "number"},
                                 "code": {"kind": "category", "from": "line",
                                          "match": "code=([0-9]+)"}}})J");
  std::string table = "when,user,size,line\n";
  for (int i = 0; i < 900; ++i) {
    table += fmt::format("{},\"u, {}\",{},\"a \"\"quoted\"\" line code={}\"\n", 1772323200 + i * 12,
                         i % 7, i % 50, i % 3);
  }
  program_.write("e.csv", table);
  const auto made = program_.run(
      "stream e.csv -o out --epoch 1h --schema e.schema.json --method cliquetree -s 4 "
      "--select 'code in {0,1}'");
  ASSERT_EQ(made.exit, 0) << made.err;
  const auto lines = log();
  ASSERT_EQ(lines.size(), 3U);
  for (const json& line : lines) {
    EXPECT_EQ(line["status"], "done");
    EXPECT_EQ(line["records"], 200);
  }
  const std::string twin = program_.read("out/epoch-000002.csv");
  EXPECT_EQ(twin.substr(0, twin.find('\n')), "when,user,size,code");
  EXPECT_THAT(twin, HasSubstr("\"u, 3\""));
  EXPECT_THAT(twin, HasSubstr("\n17723"));
  program_.write("n.schema.json",
                 R"({"table": "events", "columns": {"size": {"kind": "number"}}})");
  EXPECT_THAT(program_.run("stream e.csv -o n --epoch 1h --schema n.schema.json").err,
              HasSubstr("without a time cannot be cut"));
}

TEST_F(Stream, TunesAgainWhenAsked) {
  const auto worker = fs::path(program_path()).parent_path() / "tracetwin-neural";
  if (fs::exists(worker)) {
    GTEST_SKIP() << "with networks it takes long";
  }
  write_day("day.csv", 7, 300, 4);
  ASSERT_EQ(program_.run(kStream + "--retune").exit, 0);
  EXPECT_TRUE(fs::exists(program_ / "out/epoch-000005.tuned.json"));
}

TEST_F(Stream, MemoryDoesNotGrowWithEpochs) {
  write_day("day.csv", 200, 30);
  // AddressSanitizer keeps what was freed for a while.
  ASSERT_EQ(
      program_.shell("ASAN_OPTIONS=quarantine_size_mb=1 $tracetwin " + kStream + "-q --threads 1")
          .exit,
      0);
  const auto lines = log();
  ASSERT_EQ(lines.size(), 200U);
  const double early = lines[39]["resident_mb"];
  const double late = lines[199]["resident_mb"];
  EXPECT_LT(late, early * 1.1 + 2);
  EXPECT_LT(fs::file_size(program_ / "out/state.json"), 4096U);
}

TEST_F(Stream, NetworksAreTrainedFurther) {
  if (!has_worker()) {
    GTEST_SKIP() << "tracetwin-neural is not here";
  }
  write_day("day.csv", 3, 100);
  const std::string stream =
      "stream day.csv -o out --epoch 1h --method doppelganger --iterations 20 -s 4 ";
  ASSERT_EQ(program_.run(stream).exit, 0);
  const auto lines = log();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]["went_on"], false);
  EXPECT_EQ(lines[1]["went_on"], true);
  EXPECT_EQ(lines[2]["went_on"], true);
  const std::string twin = program_.read("out/epoch-000003.csv");
  fs::remove_all(program_ / "out");
  program_.shell("$tracetwin " + stream +
                 "-q & pid=$!; await out/epoch-000002.twin; kill -9 $pid; wait $pid");
  ASSERT_EQ(program_.run(stream).exit, 0);
  EXPECT_TRUE(program_.read("out/epoch-000003.csv") == twin);
}

TEST_F(Stream, FilesComeByTheNumbersInTheirNames) {
  fs::create_directory(program_ / "caps");
  for (const auto& [name, at] : {std::pair("cap", 0), {"cap2", 1}, {"cap10", 2}}) {
    program_.write("caps/" + std::string(name), at > 0 ? hour(0, 0) + hour(at, 60) : hour(at, 60));
  }
  ASSERT_EQ(program_.run("stream caps -o out --once --method cliquetree -s 4").exit, 0);
  const auto lines = log();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]["file"], "cap");
  EXPECT_EQ(lines[1]["file"], "cap2");
  EXPECT_EQ(lines[2]["file"], "cap10");
  EXPECT_EQ(lines[2]["behind_others"], false);
}

TEST_F(Stream, ASmallFirstEpochDoesNotSpoilTheOthers) {
  fs::create_directory(program_ / "hours");
  program_.write("hours/1", hour(0, 4));
  program_.write("hours/2", hour(0, 0) + hour(1, 400));
  program_.write("hours/3", hour(0, 0) + hour(2, 400));
  ASSERT_EQ(program_.run("stream hours -o out --once --method cliquetree -s 4").exit, 0);
  const auto lines = log();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_FALSE(lines[0]["unjudged"].is_null());
  EXPECT_EQ(lines[1]["went_on"], false);
  EXPECT_GT(lines[1]["fidelity"]["score"], 0.8);
  EXPECT_EQ(lines[2]["went_on"], true);
  EXPECT_THAT(program_.run("stream hours -o two --once --epoch 1h").err,
              HasSubstr("is a folder, whose files are epochs"));
}

TEST_F(Stream, AWrongClockDoesNotEndIt) {
  write_day("good.csv", 3, 100);
  std::istringstream good(program_.read("good.csv"));
  std::string day;
  int row = 0;
  for (std::string line; std::getline(good, line); ++row) {
    day += line + "\n";
    if (row == 150) {
      day += "10.0.0.1,192.168.1.1,30000,443,TCP,4000000000000000,0.1,5,450,web\n";
    }
  }
  program_.write("day.csv", day);
  const auto made = program_.run(kStream);
  ASSERT_EQ(made.exit, 0) << made.err;
  const auto lines = log();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[2]["records"], 100);
  EXPECT_EQ(lines[2]["late"], 1);
  EXPECT_THAT(made.err, HasSubstr("their clock was wrong"));
}

TEST_F(Stream, UnderABudgetWhatIsReleasedDoesNotTellHowMuchThereIs) {
  write_day("day.csv", 3, 9);
  const auto made = program_.run(
      "stream day.csv -o out --epoch 1h --epsilon 2 --delta 1e-6 --horizon 5 --method cliquetree "
      "--window 2026-03-01..2026-03-01T05:00:00Z");
  EXPECT_EQ(made.exit, 3) << made.err;
  const auto lines = log();
  ASSERT_EQ(lines.size(), 5U);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(lines[static_cast<std::size_t>(i)]["status"], "done");
    const std::string model = "out/epoch-00000" + std::to_string(i + 1) + ".twin";
    EXPECT_TRUE(fs::exists(program_ / model));
  }
  EXPECT_FALSE(fs::exists(program_ / "out/state.json"));
  EXPECT_EQ(fs::status(program_ / "out/owner").permissions(), fs::perms::owner_all);
}

TEST_F(Stream, TwoDoNotWorkInOneFolder) {
  write_day("day.csv", 2, 50);
  const auto second =
      program_.shell("$tracetwin " + kStream +
                     "--follow 2>first & pid=$!; await out/epoch-000001.csv; $tracetwin " +
                     kStream + "--follow; code=$?; kill $pid; exit $code");
  EXPECT_EQ(second.exit, 2);
  EXPECT_THAT(second.err, HasSubstr("another tracetwin is at work in out"));
}

TEST_F(Stream, MistakesAreNamed) {
  write_day("day.csv", 1, 50);
  const auto no_epoch = program_.run("stream day.csv -o out");
  EXPECT_EQ(no_epoch.exit, 2);
  EXPECT_THAT(no_epoch.err, HasSubstr("nothing says how long its epochs are"));
  EXPECT_EQ(program_.run("stream day.csv -o out --epoch 1h --method cliquetree").exit, 0);
  EXPECT_THAT(program_.run("stream day.csv -o m --epoch 1h --method clique").err,
              HasSubstr("there is no method"));
  EXPECT_EQ(program_.run("stream day.csv -o m --epoch 1h --memory nan").exit, 2);
  fs::create_directory(program_ / "none");
  EXPECT_THAT(program_.run("stream none -o n0 --once").err, HasSubstr("holds no epoch"));
  program_.write("none/bad.csv", "what,is,this\n1,2,3\n");
  EXPECT_THAT(program_.run("stream none -o n1 --once").err, HasSubstr("none of the 1 epochs"));
  EXPECT_THAT(program_.run("stream none -o s3://bucket/out --once").err,
              HasSubstr("is a folder here"));
  fs::create_directory(program_ / "full");
  program_.write("full/other", "x");
  EXPECT_THAT(program_.run("stream day.csv -o full --epoch 1h").err, HasSubstr("is not empty"));
  EXPECT_EQ(program_.run("stream nowhere.csv -o n --epoch 1h").exit, 2);
}

}  // namespace
}  // namespace tracetwin::test
