#include "encode/step_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace tracetwin {
namespace {

using testing::ElementsAre;

StepInContext step_of(std::uint32_t payload, std::uint32_t packet, bool forward, bool previous) {
  StepInContext step;
  step.step.payload = payload;
  step.step.gap_us = 100;
  step.step.packet = packet;
  step.step.position = packet / 2;
  step.step.forward = forward;
  step.step.previous_forward = previous;
  step.step.opens = packet == 0;
  step.proto = kTcp;
  step.mean_payload = 500;
  step.mean_gap_us = 100;
  return step;
}

/// A thousand conversations of three packets: 0, 1460 and 0 bytes.
std::vector<StepInContext> steps() {
  std::vector<StepInContext> steps;
  for (int i = 0; i < 1000; ++i) {
    steps.push_back(step_of(0, 0, true, true));
    steps.push_back(step_of(1460, 1, false, true));
    steps.push_back(step_of(0, 2, true, false));
  }
  return steps;
}

Vocabulary codes_of(const std::vector<StepInContext>& steps) {
  dp::Ledger ledger = dp::Ledger::no_guarantee(dp::Unit::kFlow);
  VocabularyOptions options;
  options.floor = 3;
  return Vocabulary::learn(payload_field(), {0, 1}, payload_column(steps), options, ledger)
      .vocabulary;
}

TEST(StepTables, OpeningPacketsHaveAPayloadButNoGapOrTurn) {
  const auto sampled = steps();
  const Vocabulary codes = codes_of(sampled);
  const StepTables tables = step_tables(sampled, codes, 1);
  EXPECT_EQ(tables.payloads.rows(), 3000U);
  EXPECT_EQ(tables.directions.rows(), 2000U);
  EXPECT_EQ(tables.gaps.rows(), 2000U);
  EXPECT_EQ(tables.payloads.domain.back().cells, codes.cells());
}

TEST(StepTables, CodesLieInsideTheirDomains) {
  const auto sampled = steps();
  const Vocabulary codes = codes_of(sampled);
  const StepTables tables = step_tables(sampled, codes, 2);
  for (const Table* table : {&tables.directions, &tables.payloads, &tables.gaps}) {
    for (std::size_t a = 0; a < table->width(); ++a) {
      EXPECT_LT(*std::max_element(table->columns[a].begin(), table->columns[a].end()),
                table->domain[a].cells);
    }
  }
}

TEST(StepTables, ARowIsItsContextAndWhatWasDrawn) {
  const auto sampled = steps();
  const StepTables tables = step_tables(sampled, codes_of(sampled), 1);
  Context context = direction_context(kTcp, 1, true);
  ASSERT_EQ(context.size() + 1, tables.directions.width());
  for (std::size_t a = 0; a < context.size(); ++a) {
    EXPECT_EQ(tables.directions.columns[a][0], context[a]);
  }
  EXPECT_EQ(tables.directions.columns.back()[0], 0);  // backward
  EXPECT_EQ(tables.directions.columns.back()[1], 1);
  context = gap_context(100, true);
  EXPECT_EQ(tables.gaps.columns[0][0], context[0]);
  EXPECT_EQ(tables.gaps.columns[1][0], context[1]);
}

TEST(StepTables, ContextsTellWhatMatters) {
  EXPECT_NE(direction_context(kTcp, 1, true), direction_context(kUdp, 1, true));
  EXPECT_NE(direction_context(kTcp, 1, true), direction_context(kTcp, 1, false));
  EXPECT_EQ(direction_context(kTcp, 2, true), direction_context(kTcp, 3, true));
  EXPECT_EQ(direction_context(kTcp, 4, true), direction_context(kTcp, 400, true));
  EXPECT_NE(payload_context(0, 0), payload_context(1460, 0));
  EXPECT_NE(gap_context(10, false), gap_context(100'000, false));
}

TEST(StepTables, ADrawnGapLiesInItsCell) {
  const auto sampled = steps();
  const StepTables tables = step_tables(sampled, codes_of(sampled), 1);
  Random random(3);
  for (int i = 0; i < 100; ++i) {
    const auto gap = draw_gap_us(tables.gaps.columns.back()[0], random);
    EXPECT_GE(gap, 64U);
    EXPECT_LT(gap, 128U);
  }
}

TEST(StepTables, PriorsHaveARowAContextAndFavourTheMean) {
  const auto sampled = steps();
  const Vocabulary codes = codes_of(sampled);
  const StepTables tables = step_tables({}, codes, 1);
  const auto gaps = gap_prior();
  EXPECT_EQ(gaps.size(), std::size_t{tables.gaps.domain[0].cells} * tables.gaps.domain[2].cells);
  const auto payloads = payload_prior(codes);
  ASSERT_EQ(payloads.size(), std::size_t{tables.payloads.domain[0].cells} * codes.cells());
  EXPECT_GT(*std::min_element(payloads.begin(), payloads.end()), 0);
  const std::size_t large = payload_context(1460, 0)[0];
  EXPECT_GT(payloads[large * codes.cells() + codes.encode(Key{1460})],
            payloads[large * codes.cells() + codes.encode(Key{0})]);
}

}  // namespace
}  // namespace tracetwin
