// Conditioned twins against what is left of unconditioned ones, and twins of other times.
#include "pipeline/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "base/error.h"
#include "jobs.h"
#include "marginal/codes.h"
#include "pipeline/chosen_rows.h"
#include "pipeline/train.h"
#include "traces.h"

namespace tracetwin {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kSecond = 1'000'000'000;

TwinModel model_of(bool capture) {
  const test::TemporaryFolder folder;
  if (capture) {
    test::write_packet_log(folder / "real.csv", 3000, 1);
  } else {
    test::write_flow_log(folder / "real.csv", 6000, 1);
  }
  TrainJob job;
  job.input = folder / "real.csv";
  return train(job, {});
}

const TwinModel& flow_model() {
  static const TwinModel kModel = model_of(false);
  return kModel;
}
const TwinModel& capture_model() {
  static const TwinModel kModel = model_of(true);
  return kModel;
}

GenerateJob job_where(const std::vector<std::string>& conditions,
                      std::optional<std::uint64_t> count = std::nullopt) {
  GenerateJob job;
  job.count = count;
  job.seed = 3;
  for (const std::string& text : conditions) {
    job.selection.where.push_back(parse_where(text));
  }
  return job;
}

struct Record {
  FlowRecord flow;
  std::string label;
};

std::vector<Record> records_of(const TwinModel& model, const GenerateJob& job) {
  std::vector<Record> records;
  generate_flows(model, job, {}, {[&](const FlowBatch& batch) {
                   for (std::size_t i = 0; i < batch.records.size(); ++i) {
                     records.push_back({batch.records[i], std::string(batch.extras[0][i])});
                   }
                 }});
  return records;
}

std::string complaint(const TwinModel& model, const GenerateJob& job) {
  try {
    choose_rows(model, job, {}, [](const ChosenRows&) {});
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kBadInput);
    return error.what();
  }
  return "accepted";
}

using Facet = std::function<std::string(const Record&)>;
using Test = std::function<bool(const Record&)>;

std::map<std::string, double> shares(const std::vector<Record>& records, const Facet& facet) {
  std::map<std::string, double> result;
  for (const Record& record : records) {
    result[facet(record)] += 1.0 / static_cast<double>(records.size());
  }
  return result;
}

double total_variation(const std::vector<Record>& a, const std::vector<Record>& b,
                       const Facet& facet) {
  std::map<std::string, double> difference = shares(a, facet);
  for (const auto& [value, share] : shares(b, facet)) {
    difference[value] -= share;
  }
  double sum = 0;
  for (const auto& [value, share] : difference) {
    sum += std::abs(share) / 2;
  }
  return sum;
}

const std::map<std::string, Facet>& facets() {
  static const std::map<std::string, Facet> kFacets = {
      {"srcip", [](const Record& r) { return to_string(r.flow.tuple.src); }},
      {"dstip", [](const Record& r) { return to_string(r.flow.tuple.dst); }},
      {"dstport", [](const Record& r) { return std::to_string(r.flow.tuple.dstport); }},
      {"proto", [](const Record& r) { return std::to_string(r.flow.tuple.proto); }},
      {"ts", [](const Record& r) { return std::to_string(r.flow.start_ns / (300 * kSecond)); }},
      {"td",
       [](const Record& r) {
         return std::to_string(std::ilogb(1 + static_cast<double>(r.flow.duration_ns)));
       }},
      {"packets",
       [](const Record& r) {
         return std::to_string(std::ilogb(static_cast<double>(r.flow.packets)));
       }},
      {"bytes",
       [](const Record& r) {
         return std::to_string(std::ilogb(static_cast<double>(r.flow.bytes)));
       }},
      {"label", [](const Record& r) { return r.label; }},
  };
  return kFacets;
}

struct Asked {
  std::vector<std::string> conditions;
  Test test;
};

std::vector<Asked> questions() {
  return {
      {{"label = scan"}, [](const Record& r) { return r.label == "scan"; }},
      {{"dstport in {53, 443}"},
       [](const Record& r) { return r.flow.tuple.dstport == 53 || r.flow.tuple.dstport == 443; }},
      {{"bytes <= 400"}, [](const Record& r) { return r.flow.bytes <= 400; }},
      {{"srcport >= 45000", "packets > 1"},
       [](const Record& r) { return r.flow.tuple.srcport >= 45000 && r.flow.packets > 1; }},
      {{"td >= 10s", "label = web"},
       [](const Record& r) { return r.flow.duration_ns >= 10 * kSecond && r.label == "web"; }},
  };
}

TEST(Selection, ConditionedRecordsAreThoseThatFilteringLeaves) {
  const std::vector<Record> all = records_of(flow_model(), job_where({}, 200'000));
  for (const Asked& asked : questions()) {
    std::vector<Record> left;
    std::copy_if(all.begin(), all.end(), std::back_inserter(left), asked.test);
    ASSERT_GT(left.size(), 2000U) << asked.conditions[0];
    const auto made = records_of(flow_model(), job_where(asked.conditions, 20'000));
    EXPECT_EQ(made.size(), 20'000U);
    EXPECT_TRUE(std::all_of(made.begin(), made.end(), asked.test)) << asked.conditions[0];
    for (const auto& [name, facet] : facets()) {
      // Behind a prefix, a twin of the whole has hosts of many records, which scatter more.
      const double most = name == "srcip" || name == "dstip" ? 0.08 : 0.05;
      EXPECT_LT(total_variation(left, made, facet), most) << asked.conditions[0] << ": " << name;
    }
    const auto counted = records_of(flow_model(), job_where(asked.conditions));
    const double share = static_cast<double>(left.size()) / static_cast<double>(all.size());
    EXPECT_NEAR(static_cast<double>(counted.size()), 6000 * share, 60 + 300 * share);
  }
}

TEST(Selection, ImpossibleConditionsNameWhatExcludesThem) {
  const std::vector<std::pair<std::vector<std::string>, const char*>> cases = {
      {{"label = Malicious"}, "the model has no label 'Malicious'; it has"},
      {{"label = dns", "dstport = 443"}, "dstport and label exclude each other"},
      {{"label = dns", "proto = tcp", "packets < 9"}, "exclude each other"},
      {{"dstport = 4711"}, "the model has no dstport that satisfies \"dstport = 4711\""},
      {{"packets = 1", "bytes > 3000"}, "the model has no packets, bytes that satisfies"},
      {{"dstport = 22", "dstport = 53"}, "no dstport satisfies both"},
      {{"ts < 2001-01-01"}, "which \"ts < 2001-01-01\" excludes"},
      {{"dstip in 2001:db8::/32"}, "the model has no dstip"},
  };
  for (const auto& [conditions, words] : cases) {
    EXPECT_THAT(complaint(flow_model(), job_where(conditions)), HasSubstr(words));
  }
}

TEST(Selection, WhatTheProtocolsNeverAllowIsFoundOut) {
  TwinModel model = flow_model();
  std::vector<engine::TableModel::Part> alone;
  for (std::uint32_t a = 0; a < model.table.domain.size(); ++a) {
    const auto& part =
        *std::find_if(model.table.parts.begin(), model.table.parts.end(),
                      [a](const auto& p) { return marginal::contains(p.clique, {a}); });
    alone.push_back(
        {{a}, marginal::project(model.table.domain, part.clique, part.probabilities, {a}), 0});
  }
  model.table.parts = alone;  // which do not know that one packet takes no time
  const std::string said = complaint(model, job_where({"packets = 1", "td > 10s"}, 10));
  EXPECT_THAT(said, HasSubstr("next to no record that the protocols allow"));
  EXPECT_THAT(said, HasSubstr("most fail \"td > 10s\" (td)"));
}

TEST(Selection, TheSameJobGivesTheSameRows) {
  GenerateJob one = job_where({"label in {web,dns}", "bytes > 200"}, 3000);
  one.threads = 1;
  GenerateJob many = one;
  many.threads = 4;
  ChosenRows a;
  ChosenRows b;
  choose_rows(flow_model(), one, {}, [&](const ChosenRows& chosen) { a = chosen; });
  choose_rows(flow_model(), many, {}, [&](const ChosenRows& chosen) { b = chosen; });
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_EQ(a.streams, b.streams);
  const std::set<std::uint64_t> streams(a.streams.begin(), a.streams.end());
  EXPECT_EQ(streams.size(), a.streams.size());
}

TEST(Selection, ConversationsSatisfyWhenTheirPacketsAreReadBack) {
  const GenerateJob job =
      job_where({"dstport = 80", "packets >= 10", "bwd_payload > 500", "td < 15ms"}, 400);
  std::map<FiveTuple, std::uint64_t> packets;
  EXPECT_EQ(
      generate_packets(capture_model(), job, {}, whole_packets([&](const Packet& packet) {
                         EXPECT_TRUE(packet.tuple.srcport == 80 || packet.tuple.dstport == 80);
                         ++packets[std::min(packet.tuple, packet.tuple.reversed())];
                       })),
      400U);
  for (const auto& [tuple, count] : packets) {
    EXPECT_GE(count, 10U);
  }
}

/// First and last start of a twin, and how many records it has.
struct Times {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::size_t records = 0;
};

Times times_of(const GenerateJob& job) {
  const auto records = records_of(flow_model(), job);
  return {records.front().flow.start_ns, records.back().flow.start_ns, records.size()};
}

TEST(Selection, ATwinIsCutRepeatedAndMoved) {
  const Window& window = flow_model().window;
  const std::int64_t length = window.end - window.begin;
  GenerateJob job = job_where({});
  job.selection.duration_ns = length / 2;
  const Times half = times_of(job);
  EXPECT_NEAR(static_cast<double>(half.records), 3000, 200);
  EXPECT_LT(half.last, window.begin + length / 2);

  job.selection.duration_ns = length * 5 / 2;
  job.selection.start_ns = 1000 * kSecond;
  const Times longer = times_of(job);
  EXPECT_NEAR(static_cast<double>(longer.records), 15000, 300);
  EXPECT_GE(longer.first, 1000 * kSecond);
  EXPECT_LT(longer.last, 1000 * kSecond + length * 5 / 2);
  EXPECT_GT(longer.last, 1000 * kSecond + length * 12 / 5);

  job.count = 777;
  EXPECT_EQ(times_of(job).records, 777U);
  job.selection.duration_ns.reset();
  EXPECT_EQ(times_of(job).records, 777U);
  EXPECT_LT(times_of(job).last, 1000 * kSecond + length);
}

TEST(Selection, ConditionsOnTimeSpeakOfTheTwinsTime) {
  GenerateJob job = job_where({"ts in 100000..100600", "label = web"});
  job.selection.start_ns = 50'000 * kSecond;
  job.selection.duration_ns = 86'400 * kSecond;
  const Times times = times_of(job);
  EXPECT_GE(times.first, 100'000 * kSecond);
  EXPECT_LE(times.last, 100'600 * kSecond);
  EXPECT_NEAR(static_cast<double>(times.records), 500, 150);
}

TEST(Selection, ImpossibleTimesAreRefused) {
  GenerateJob job = job_where({});
  job.selection.start_ns = -1;
  EXPECT_THAT(complaint(flow_model(), job), HasSubstr("between 1970 and 2262"));
  job.selection.start_ns = 9'214'646'399 * kSecond;
  EXPECT_THAT(complaint(flow_model(), job), HasSubstr("between 1970 and 2262"));
  job.selection.start_ns.reset();
  job.selection.duration_ns = 9'000'000'000 * kSecond;
  EXPECT_THAT(complaint(flow_model(), job), HasSubstr("between 1970 and 2262"));
  job.selection.duration_ns = 0;
  EXPECT_THAT(complaint(flow_model(), job), HasSubstr("above 0"));
  job.selection.duration_ns = 8'000'000'000 * kSecond;
  job.selection.start_ns = 0;
  EXPECT_THAT(complaint(flow_model(), job), HasSubstr("records"));
}

std::string shown(const std::vector<Stretch>& parts) {
  std::string text;
  for (const Stretch& part : parts) {
    text += std::to_string(part.shift_ns) + "*" + std::to_string(part.repeats);
    for (const auto& [first, last] : part.times.intervals()) {
      text += " " + std::to_string(static_cast<int>(first)) + "-" +
              std::to_string(static_cast<int>(last));
    }
    text += "; ";
  }
  return text;
}

TEST(Selection, TimeIsTakenApartIntoWindows) {
  const Window model = {100, 110};
  const auto parts = [&](Window twin, const KeySet& allowed) {
    return shown(stretches(model, twin, allowed));
  };
  EXPECT_EQ(parts({100, 110}, KeySet::all()), "0*1 100-109; ");
  EXPECT_EQ(parts({100, 104}, KeySet::all()), "0*1 100-103; ");
  EXPECT_EQ(parts({0, 35}, KeySet::all()), "-100*3 100-109; -70*1 100-104; ");
  EXPECT_EQ(parts({0, 30}, KeySet::range(5, 24)), "-100*1 105-109; -90*1 100-109; -80*1 100-104; ");
  EXPECT_EQ(parts({0, 30}, KeySet::range(12, 13).united(KeySet::range(16, 17))),
            "-90*1 102-103 106-107; ");
  EXPECT_EQ(parts({0, 30}, KeySet::range(30, 50)), "");
  EXPECT_EQ(parts({0, 60}, KeySet::range(8, 11).united(KeySet::range(20, 49))),
            "-100*1 108-109; -90*1 100-101; -80*3 100-109; ");
}

}  // namespace
}  // namespace tracetwin
