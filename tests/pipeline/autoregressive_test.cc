// Twins of a network of tokens whose weights are drawn, not learned: whatever it says, records are
// such that they can be, as many as asked for, and the same for every number of threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "drawn_weights.h"
#include "engine/autoregressive/layout.h"
#include "hostile_model.h"
#include "jobs.h"
#include "pipeline/model_file.h"
#include "pipeline/private_trace.h"
#include "support/support.h"
#include "tokens/choose.h"
#include "traces.h"
#include "where/where.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;
using test::drawn_weights;
using test::job_for;
using test::Synthesize;

class Autoregressive : public Synthesize {
 protected:
  void SetUp() override {
    test::write_flow_log(folder_ / "real.csv", 2000, 10);
    auto job = job_for(folder_ / "real.csv", "-").train;
    job.budget.reset();
    model_ = train(job, {});
    const PrivateTrace trace = read_private(job, {});
    tokens::Columns columns{model_.schema.fields, model_.vocabularies, {}, model_.window};
    for (std::size_t f = 0; f < trace.columns.size(); ++f) {
      columns.keys.push_back(model_.schema.fields[f].kind == FieldKind::kCategory
                                 ? model_.vocabularies[f].encode(trace.columns[f]).all<Key>()
                                 : trace.columns[f].values.all<Key>());
    }
    tokens::TokenModel tokens;
    tokens.scheme = choose_scheme(columns, {});
    tokens.options.embedding = 2;
    tokens.options.hidden = 4;
    tokens.records = trace.rows();
    tokens.weights = drawn_weights(layout_of(tokens.scheme), tokens.options);
    model_.tokens = std::move(tokens);
    model_.engine = "autoregressive";
    model_.table = {};
  }

  std::string twin(const GenerateJob& job) {
    write_twin(model_, job, {folder_ / "twin.csv", "", true}, {});
    return test::read_file(folder_ / "twin.csv");
  }

  TwinModel model_;
};

TEST_F(Autoregressive, TheSameWhateverTheThreads) {
  GenerateJob job;
  job.seed = 3;
  job.count = 5000;
  job.threads = 1;
  const std::string one = twin(job);
  job.threads = 4;
  EXPECT_EQ(twin(job), one);
}

TEST_F(Autoregressive, AsManyRecordsAsLearnedOrAskedFor) {
  EXPECT_EQ(write_twin(model_, {}, {folder_ / "twin.csv", "", true}, {}).records, 2000U);
  for (const std::uint64_t count : {1U, 7U, 4321U}) {
    GenerateJob job;
    job.count = count;
    EXPECT_EQ(write_twin(model_, job, {folder_ / "twin.csv", "", true}, {}).records, count);
  }
}

TEST_F(Autoregressive, RecordsAreInOrderOfTimeAndPossible) {
  twin({});
  const auto records = test::flows_in(folder_ / "twin.csv");
  EXPECT_TRUE(std::ranges::is_sorted(records, {}, &FlowRecord::start_ns));
  for (const FlowRecord& record : records) {
    EXPECT_TRUE(model_.window.holds(record.start_ns));
    EXPECT_EQ(record.tuple.src.is_v4(), record.tuple.dst.is_v4());
    EXPECT_GE(record.packets, 1U);
  }
}

TEST_F(Autoregressive, CoversTheTimeAskedFor) {
  const std::int64_t length = model_.window.end - model_.window.begin;
  GenerateJob job;
  job.selection.duration_ns = 2 * length + length / 2;
  job.selection.start_ns = model_.window.begin + 1'000'000'000;
  twin(job);
  const auto records = test::flows_in(folder_ / "twin.csv");
  EXPECT_NEAR(static_cast<double>(records.size()), 5000, 300);
  EXPECT_GE(records.front().start_ns, *job.selection.start_ns);
  EXPECT_LT(records.back().start_ns, *job.selection.start_ns + *job.selection.duration_ns);
}

TEST_F(Autoregressive, SatisfiesConditions) {
  GenerateJob job;
  job.count = 200;
  job.selection.where = {parse_where("proto=udp")};
  twin(job);
  const auto records = test::flows_in(folder_ / "twin.csv");
  EXPECT_EQ(records.size(), 200U);
  for (const FlowRecord& record : records) {
    EXPECT_EQ(record.tuple.proto, kUdp);
  }
}

TEST_F(Autoregressive, GeneratesTheSameAfterReading) {
  const std::string direct = twin({});
  save_model(model_, folder_ / "model.twin", true);
  model_ = read_model(folder_ / "model.twin");
  EXPECT_EQ(twin({}), direct);
}

TEST_F(Autoregressive, HostileFilesAreErrors) {
  const auto refused = [&](const nlohmann::json::json_pointer& where, const nlohmann::json& what) {
    SCOPED_TRACE(where.to_string());
    test::expect_refused(model_, folder_,
                         [&](auto& manifest) { manifest["tokens"][where] = what; });
  };
  using Pointer = nlohmann::json::json_pointer;
  refused(Pointer("/codings/0/edges"), {1.0, 2.0});
  refused(Pointer("/codings/0/field"), 99);
  refused(Pointer("/codings/0/parts"), 0);
  refused(Pointer("/codings/0/parts"), 1U << 20);
  refused(Pointer("/codings/1/usual"), 1000);
  refused(Pointer("/codings/1/frequent"), {{0, 1000}});
  refused(Pointer("/codings/1/code"), "number");
  refused(Pointer("/codings"), nlohmann::json::array());
  refused(Pointer("/options/hidden"), 5);
  refused(Pointer("/options/hidden"), "4");
  refused(Pointer("/records"), 0);
}

}  // namespace
}  // namespace tracetwin
