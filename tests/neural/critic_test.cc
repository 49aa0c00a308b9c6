#include "neural/critic.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "plain_critic.h"

namespace tracetwin::neural {
namespace {

const Kind kDouble = at::TensorOptions().dtype(at::kDouble);
constexpr RowShape kShape{6, 4, 11};

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

/// Rows that are zero behind their blocks.
at::Tensor rows_of(const std::vector<std::int64_t>& blocks, const RowShape& shape, Draws& draws) {
  at::Tensor rows = draws.normal(static_cast<std::int64_t>(blocks.size()), shape.columns());
  for (std::size_t row = 0; row < blocks.size(); ++row) {
    const std::int64_t end = shape.attributes + shape.block * blocks[row];
    rows[static_cast<std::int64_t>(row)].narrow(0, end, shape.columns() - end).zero_();
  }
  return rows;
}

struct Case {
  at::Tensor made, real, between;
  std::vector<std::int64_t> blocks, longer;
};

Case draw_case(const RowShape& shape, Draws& draws) {
  const std::vector<std::int64_t> made{1, 3, 2, 1, 1};
  const std::vector<std::int64_t> real{5, 1, 1, 2, 1};
  Case drawn{rows_of(made, shape, draws), rows_of(real, shape, draws), {}, made, {}};
  drawn.blocks.insert(drawn.blocks.end(), real.begin(), real.end());
  for (std::size_t i = 0; i < made.size(); ++i) {
    drawn.longer.push_back(std::max(made[i], real[i]));
  }
  drawn.between = at::lerp(drawn.real, drawn.made, draws.uniform(5, 1));
  return drawn;
}

Critic make_critic(const CriticOptions& options, Draws& draws, const RowShape& shape = kShape) {
  Critic critic(shape, options, kDouble);
  critic.initialise(draws);
  critic.parameters().flat().add_(draws.normal(critic.parameters().flat().numel(), 1).flatten() *
                                  0.3);
  return critic;
}

CriticLosses learn(Critic& critic, const Case& drawn) {
  const RowShape& shape = critic.rows();
  const std::int64_t columns =
      reach(shape, *std::max_element(drawn.longer.begin(), drawn.longer.end()));
  const auto cut = [&](const at::Tensor& rows) { return rows.narrow(1, 0, columns).contiguous(); };
  const Ragged data = sort_rows(at::cat({cut(drawn.made), cut(drawn.real)}), drawn.blocks, shape);
  at::Tensor signs = at::cat({at::full({5}, 0.2, kDouble), at::full({5}, -0.2, kDouble)});
  signs = signs.index_select(0, data.order);
  return critic.learn(data, signs, sort_rows(cut(drawn.between), drawn.longer, shape));
}

void compare_with_autograd(const CriticOptions& options) {
  Draws draws(7, kDouble);
  Critic critic = make_critic(options, draws);
  const Case drawn = draw_case(kShape, draws);
  const PlainCritic plain(critic);
  at::Tensor expected = plain.loss(drawn.made, drawn.real);
  if (!options.spectral_norm) {
    expected = expected + plain.penalty(drawn.between, support_of(drawn.longer, kShape, kDouble));
  }
  const CriticLosses losses = learn(critic, drawn);
  EXPECT_NEAR(losses.loss.item<double>(), expected.item<double>(), 1e-10);
  EXPECT_LT(largest_difference(critic.parameters().flat_gradient(), plain.gradient(expected)),
            1e-9);
}

TEST(Critic, GradientsAreThoseOfAutograd) {
  compare_with_autograd({.layers = 4, .units = 9});
}

TEST(Critic, GradientsAreThoseOfAutogradWithALeak) {
  compare_with_autograd({.layers = 4, .units = 9, .leaky_relu = true});
}

TEST(Critic, GradientsAreThoseOfAutogradWithOneHiddenLayer) {
  compare_with_autograd({.layers = 2, .units = 9});
}

TEST(Critic, GradientsAreThoseOfAutogradWithoutHiddenLayers) {
  compare_with_autograd({.layers = 1});
}

// Vectors of the power iteration are constants of the gradient; at rest it is the true one.
TEST(Critic, SpectralGradientsAreThoseOfAutograd) {
  Draws draws(7, kDouble);
  const CriticOptions options{.layers = 3, .units = 9, .spectral_norm = true, .spectral_scale = 2};
  Critic critic = make_critic(options, draws);
  const Case drawn = draw_case(kShape, draws);
  for (int i = 0; i < 3000; ++i) {
    critic.slope_of_generator(sort_rows(drawn.made, {1, 3, 2, 1, 1}, kShape), 1);
  }
  const PlainCritic plain(critic);
  const at::Tensor expected = plain.loss(drawn.made, drawn.real);
  EXPECT_NEAR(learn(critic, drawn).loss.item<double>(), expected.item<double>(), 1e-9);
  EXPECT_LT(largest_difference(critic.parameters().flat_gradient(), plain.gradient(expected)),
            1e-7);
}

TEST(Critic, PenaltyAgreesWithFiniteDifferences) {
  Draws draws(11, kDouble);
  Critic critic = make_critic({.layers = 3, .units = 7}, draws);
  const Case drawn = draw_case(kShape, draws);
  learn(critic, drawn);
  const at::Tensor gradient = critic.parameters().flat_gradient().clone();
  at::Tensor& flat = critic.parameters().flat();
  const at::Tensor before = flat.clone();
  const auto loss_at = [&](const at::Tensor& direction, double step) {
    flat.copy_(before + direction * step);
    return learn(critic, drawn).loss.item<double>();
  };
  for (int i = 0; i < 5; ++i) {
    const at::Tensor direction = draws.normal(flat.numel(), 1).flatten();
    const double slope = (loss_at(direction, 1e-6) - loss_at(direction, -1e-6)) / 2e-6;
    EXPECT_NEAR(slope, direction.dot(gradient).item<double>(), 1e-5 * std::abs(slope) + 1e-6);
  }
}

TEST(Critic, TellsTheGeneratorItsSlopesInTheOrderOfTheFlows) {
  Draws draws(3, kDouble);
  Critic critic = make_critic({.layers = 4, .units = 9}, draws);
  const std::vector<std::int64_t> blocks{1, 4, 2, 11};
  const at::Tensor made = rows_of(blocks, kShape, draws);
  const PlainCritic plain(critic);
  const at::Tensor leaf = made.clone().requires_grad_(true);
  const at::Tensor loss = -3 * plain.forward(leaf).mean();
  const auto expected = torch::autograd::grad({loss}, {leaf}).front();
  const auto [slope, value] = critic.slope_of_generator(sort_rows(made, blocks, kShape), 3);
  EXPECT_NEAR(value.item<double>(), loss.item<double>(), 1e-12);
  EXPECT_LT(largest_difference(slope, expected * support_of(blocks, kShape, kDouble)), 1e-12);
}

TEST(Ragged, PacksFlowsBesideEachOther) {
  Sequences flows{at::arange(4, kDouble).view({4, 1}),
                  at::arange(10, 26, kDouble).view({4, 4, 1}),
                  {1, 2, 1, 1}};
  const at::Tensor rows = critic_rows(flows, 2, 2 + 8);
  const at::Tensor first = at::tensor({0, 1, 10, 14, 11, 15, 12, 16, 13, 17}, kDouble);
  EXPECT_TRUE(at::equal(rows[0], first)) << rows;
  EXPECT_EQ(critic_blocks(flows, 2), (std::vector<std::int64_t>{2, 1}));
}

TEST(Ragged, RowsOfOneLengthAreOneChunk) {
  Draws draws(1, kDouble);
  const Ragged rows = sort_rows(draws.normal(3, kShape.columns()), {11, 11, 11}, kShape);
  ASSERT_EQ(rows.chunks.size(), 1U);
  EXPECT_EQ(rows.chunks[0].width, kShape.columns());
  EXPECT_FALSE(rows.order.defined());
}

}  // namespace
}  // namespace tracetwin::neural
