#include "engine/autoregressive/codes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "engine/engine.h"
#include "engine/marginal/conditioned.h"
#include "engine/marginal/table_model.h"

namespace tracetwin::autoregressive {
namespace {

const Domain kDomain = {{"wide", 5}, {"narrow", 2}, {"middle", 3}};

/// Weights all 0 but the last layer's biases, so that attributes are independent.
CodeNetwork network_of(const std::vector<std::vector<float>>& log_shares_in_order) {
  CodeNetwork network;
  network.options.embedding = 1;
  network.options.hidden = 1;
  network.weights.add({"embedding", {11, 1}, std::vector<float>(11)});
  for (std::size_t t = 0; t < log_shares_in_order.size(); ++t) {
    const auto& biases = log_shares_in_order[t];
    const std::string name = std::to_string(t);
    if (t > 0) {
      network.weights.add({name + ".hidden.weight", {t, 1}, std::vector<float>(t)});
      network.weights.add({name + ".hidden.bias", {1}, {0}});
      network.weights.add(
          {name + ".out.weight", {1, biases.size()}, std::vector<float>(biases.size())});
    }
    network.weights.add({name + ".out.bias", {biases.size()}, biases});
  }
  return network;
}

const float kNever = -50;

TEST(CodeNetwork, AttributesOfFewCellsComeFirst) {
  EXPECT_EQ(order_of(kDomain), (std::vector<std::size_t>{1, 2, 0}));
  const Layout layout = layout_of(kDomain);
  EXPECT_EQ(layout[0].name, "narrow");
  EXPECT_EQ(layout[2].choices, 5U);
  EXPECT_NO_THROW(check(layout));
}

TEST(CodeNetwork, RecordsAreCodesInThatOrder) {
  const Table table{kDomain, {{4, 3}, {1, 0}, {2, 1}}};
  const Records records = records_of(TableCodes(table));
  EXPECT_EQ(records.tokens, (std::vector<std::uint16_t>{1, 2, 4, 0, 1, 3}));
  EXPECT_EQ(records.groups, (std::vector<std::uint32_t>{0, 1}));
}

TEST(CodeNetwork, DrawsEveryAttributeInItsColumn) {
  const auto network =
      network_of({{kNever, 0}, {0, kNever, kNever}, {kNever, kNever, 0, kNever, std::log(3.0F)}});
  const CodeSampler sampler(kDomain, network);
  Columns columns(3, std::vector<std::uint16_t>(3000));
  Random random(1);
  sampler.draw(columns, random);
  EXPECT_EQ(std::ranges::count(columns[1], 1), 3000);
  EXPECT_EQ(std::ranges::count(columns[2], 0), 3000);
  EXPECT_NEAR(static_cast<double>(std::ranges::count(columns[0], 4)), 2250, 120);
  EXPECT_EQ(std::ranges::count(columns[0], 4) + std::ranges::count(columns[0], 2), 3000);
}

engine::TableModel table_model() {
  engine::TableModel model;
  model.domain = kDomain;
  model.records = 1000;
  model.parts = {
      {{0}, {0.1, 0.2, 0.3, 0.2, 0.2}, 1}, {{1}, {0.4, 0.6}, 1}, {{2}, {0.5, 0.25, 0.25}, 1}};
  return model;
}

// What the network draws is moved until it is what the marginals say.
TEST(CodeNetwork, MarginalsHaveTheLastWord) {
  engine::TableModel model = table_model();
  model.network = network_of({{0, 0}, {0, 0, 0}, {0, 0, 0, 0, 0}});
  engine::GenerateOptions options;
  options.rows = 1000;
  const Table made =
      engine::generate_table(engine::engine_named("autoregressive"), model, options, {});
  std::vector<std::size_t> counts(5);
  for (const std::uint16_t code : made.columns[0]) {
    ++counts[code];
  }
  for (std::size_t code = 0; code < 5; ++code) {
    EXPECT_NEAR(static_cast<double>(counts[code]), 1000 * model.parts[0].probabilities[code], 10);
  }
}

TEST(CodeNetwork, UnderConditionsItIsLeftAside) {
  engine::TableModel model = table_model();
  model.network = network_of({{0, 0}, {0, 0, 0}, {0, 0, 0, 0, 0}});
  const std::vector<engine::Evidence> evidence = {{1, {1, 0}}};
  EXPECT_FALSE(engine::condition(model, evidence).model.network);
  EXPECT_TRUE(engine::condition(model, {}).model.network);
}

TEST(CodeNetwork, WeightsOfAnotherShapeAreRefused) {
  EXPECT_THROW(CodeSampler(kDomain, network_of({{0, 0}, {0, 0, 0}, {0, 0}})), Error);
}

}  // namespace
}  // namespace tracetwin::autoregressive
