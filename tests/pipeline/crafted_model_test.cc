// Model files that are sound archives and hold what write_model() would not have written.
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "pipeline/archive.h"
#include "pipeline/model_file.h"
#include "pipeline/train.h"
#include "support/support.h"
#include "support/text_sink.h"
#include "traces.h"

namespace tracetwin {
namespace {

using nlohmann::json;

/// The members of a model of a small trace.
Members model_of(const std::function<void(const std::filesystem::path&)>& write_trace) {
  const test::TemporaryFolder folder;
  write_trace(folder / "real.csv");
  TrainJob job;
  job.input = folder / "real.csv";
  test::TextSink sink;
  write_model(train(job, {}), sink);
  return unpack(sink.text, "real.twin");
}

const Members& flow_model() {
  static const Members kModel =
      model_of([](const auto& path) { test::write_flow_log(path, 300, 1); });
  return kModel;
}

const Members& capture_model() {
  static const Members kModel =
      model_of([](const auto& path) { test::write_packet_log(path, 200, 1); });
  return kModel;
}

void read_bytes(const std::string& bytes) {
  read_model(Buffered(memory_source(std::as_bytes(std::span(bytes)))), "crafted.twin");
}

/// The complaint about a model with `value` at `pointer` of its manifest.
std::string complaint(Members members, const char* pointer, const json& value) {
  json manifest = json::parse(members.at("manifest.json"));
  manifest[json::json_pointer(pointer)] = value;
  members["manifest.json"] = manifest.dump();
  try {
    read_bytes(pack(members));
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kBadInput);
    return error.what();
  }
  return "accepted";
}

struct Change {
  const char* pointer;
  json value;
  const char* part_of_complaint;
};

void expect_refused(const Members& members, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    const std::string said = complaint(members, change.pointer, change.value);
    EXPECT_NE(said.find("crafted.twin is not a"), std::string::npos)
        << change.pointer << " = " << change.value << ": " << said;
    EXPECT_NE(said.find(change.part_of_complaint), std::string::npos)
        << change.pointer << " = " << change.value << ": " << said;
  }
}

TEST(CraftedModel, UnchangedItIsRead) {
  EXPECT_NO_THROW(read_bytes(pack(flow_model())));
  EXPECT_NO_THROW(read_bytes(pack(capture_model())));
}

TEST(CraftedModel, ImpossibleFactsAreRefused) {
  const std::int64_t most = INT64_MAX;
  expect_refused(flow_model(), {
                                   {"/version", 0, "version"},
                                   {"/version", -1, "version"},
                                   {"/version", 1.5, "version"},
                                   {"/version", "1", "version"},
                                   {"/version", 1e30, "version"},
                                   {"/window_ns", json::array({5, 5}), "window"},
                                   {"/window_ns", json::array({9, 5}), "window"},
                                   {"/window_ns", json::array({-5, 5}), "window"},
                                   {"/window_ns", json::array({0, most}), "window"},
                                   {"/window_ns", json::array({0, 1e30}), "window"},
                                   {"/window_ns", 5, "window"},
                                   {"/table/records", 1e30, "records"},
                                   {"/table/records", 0, "records"},
                                   {"/table/records", nullptr, "records"},
                                   {"/privacy/rho_total", 1e300, "rho_total"},
                                   {"/schema/kind", "frames", "kind"},
                                   {"/schema/fields/0/kind", "port", "srcip"},
                                   {"/schema/fields/8/kind", "size", "size"},
                                   {"/vocabularies", 3, "vocabulary"},
                                   {"/vocabularies/8/names", json::array(), "names"},
                                   {"/vocabularies/0/names", json::array({"x"}), "names"},
                               });
}

TEST(CraftedModel, CellsThatAreNoneOfTheirLevelAreRefused) {
  const auto token = [](const json& level, const char* cell) {
    return json::array({level, cell, 1});
  };
  const char* huge = "ffffffffffffffff:ffffffffffffffff";
  expect_refused(flow_model(), {
                                   {"/vocabularies/3/tokens/0", token(0, huge), "impossible"},
                                   {"/vocabularies/3/tokens/0", token(0, "0:10000"), "impossible"},
                                   {"/vocabularies/0/tokens/0", token(1, huge), "impossible"},
                                   {"/vocabularies/7/tokens/0", token(0, huge), "impossible"},
                                   {"/vocabularies/5/tokens/0", token(0, "0:100"), "impossible"},
                                   {"/vocabularies/3/tokens/0", token(-1, "0:1"), "impossible"},
                                   {"/vocabularies/3/tokens/0", token(1e30, "0:1"), "impossible"},
                                   {"/vocabularies/3/tokens/0", token(99, "0:1"), "impossible"},
                                   {"/vocabularies/3/tokens/0", token(0, "xyz"), "cell"},
                               });
}

TEST(CraftedModel, ImpossiblePacketFactsAreRefused) {
  expect_refused(capture_model(), {
                                      {"/packets/link_type", 147, "link type 147"},
                                      {"/packets/link_type", -1, "link_type"},
                                      {"/packets/link_type", 1e30, "link_type"},
                                      {"/packets/snap_length", -1, "snap_length"},
                                      {"/packets/steps_per_conversation", 0, "steps_per"},
                                      {"/packets/steps_per_conversation", -1, "steps_per"},
                                      {"/packets/idle_timeout_ns", 0, "idle_timeout_ns"},
                                      {"/packets/gaps/domain/0/cells", 4'000'000'000, "domain"},
                                      {"/packets/nanoseconds", "no", "boolean"},
                                  });
}

TEST(CraftedModel, ADistributionThatIsNoneIsRefused) {
  Members members = capture_model();
  std::string& gaps = members.at("arrays/gaps.f64");
  gaps.assign(gaps.size(), '\0');
  EXPECT_THROW(read_bytes(pack(members)), Error);
}

TEST(CraftedModel, WhatIsNoArchiveIsRefused) {
  EXPECT_THROW(read_bytes(""), Error);
  EXPECT_THROW(read_bytes("PK\x03\x04 but no archive"), Error);
}

}  // namespace
}  // namespace tracetwin
