#include "neural/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "neural/check_job.h"

namespace tracetwin::neural {

using doppelganger::Job;
using doppelganger::Lipschitz;
using doppelganger::Options;
using doppelganger::Samples;

namespace {

// Streams of random numbers.
enum Stage : std::uint64_t { kWeights = 1, kIteration = 2 };

Kind kind_of(const Job& job, at::ScalarType numbers) {
  return at::TensorOptions().device(at::Device(job.device)).dtype(numbers);
}

AdamOptions adam_of(const Options& options, double rate, double beta1) {
  return {rate, beta1, 0.999, options.adam_eps, options.adam_amsgrad};
}

RowShape rows_of(const Job& job, bool attributes_only) {
  const Options& options = job.options;
  const auto packing = static_cast<std::int64_t>(options.packing);
  const auto flags = options.given_lengths ? 0 : doppelganger::kFlags;
  const auto width = static_cast<std::int64_t>(doppelganger::width_of(job.layout.features) + flags);
  const auto attributes = static_cast<std::int64_t>(doppelganger::width_of(job.layout.attributes) +
                                                    doppelganger::width_of(job.layout.additional));
  if (attributes_only) {
    return {attributes * packing, 0, 1};
  }
  const std::int64_t records = options.sample_len;
  return {attributes * packing, width * records * packing,
          (job.most_records + records - 1) / records};
}

void check_number(double loss, const char* whose, std::uint64_t iteration) {
  if (!std::isfinite(loss)) {
    throw Error(fmt::format("the loss of the {} is no number any more in iteration {}", whose,
                            iteration + 1),
                "Lower the learning rates, or begin with other weights or another seed.");
  }
}

at::Tensor evenly(const at::Tensor& made, const at::Tensor& real) {
  return at::cat(
      {at::full({made.size(0)}, 1 / static_cast<double>(made.size(0)), made.options()),
       at::full({real.size(0)}, -1 / static_cast<double>(real.size(0)), made.options())});
}

}  // namespace

Trainer::Trainer(const Job& job, const Samples& samples, at::ScalarType numbers)
    : job_(checked(job, samples)),
      kind_(kind_of(job, numbers)),
      real_(samples, job.options.sample_len, !job.options.given_lengths, kind_),
      batches_(job.seed, real_.size(), job.options.batch_size),
      draws_(job.seed, kind_),
      generator_(job.layout, job.options, job.most_records, kind_),
      generator_adam_(adam_of(job.options, job.options.g_lr, job.options.g_beta1),
                      generator_.parameters().flat()),
      critic_(judge("critic")) {
  if (job.options.attribute_critic) {
    attribute_critic_.emplace(judge("attribute_critic"));
  }
  if (job.options.given_lengths) {
    generator_.set_lengths(real_.sorted_lengths());
  }
  if (job.privacy) {
    if (real_.most_of_unit() > kPrivateGroup) {
      throw Error(fmt::format("a unit of privacy has {} flows, expected {} at most",
                              real_.most_of_unit(), kPrivateGroup));
    }
    private_.emplace(*job.privacy, job.options.batch_size);
  }
  initialise();
}

Trainer::Judge Trainer::judge(const char* name) const {
  const Options& options = job_.options;
  const bool attributes_only = std::string_view(name) == "attribute_critic";
  const CriticOptions how{
      attributes_only ? options.attribute_critic_layers : options.critic_layers,
      attributes_only ? options.attribute_critic_units : options.critic_units,
      options.leaky_relu,
      options.lipschitz == Lipschitz::kSpectralNorm,
      options.spectral_scale,
      attributes_only ? options.attr_d_gp_coe : options.d_gp_coe,
  };
  Critic critic(rows_of(job_, attributes_only), how, kind_);
  const at::Tensor flat = critic.parameters().flat();
  return {std::move(critic),
          Adam(attributes_only ? adam_of(options, options.attr_d_lr, options.attr_d_beta1)
                               : adam_of(options, options.d_lr, options.d_beta1),
               flat),
          name};
}

void Trainer::initialise() {
  const c10::NoGradGuard no_gradient;
  draws_.begin(kWeights, 0);
  generator_.initialise(draws_);
  critic_.critic.initialise(draws_);
  if (attribute_critic_) {
    attribute_critic_->critic.initialise(draws_);
  }
  if (job_.options.generator_average > 0) {
    average_ = generator_.parameters().flat().clone();
  }
}

Trainer::Batch Trainer::next_batch(std::uint64_t round) {
  const std::uint64_t rounds = job_.options.fresh_batches ? job_.options.d_rounds : 1;
  const auto flows = batches_(iteration_ * rounds + round);
  return {generator_.make(job_.options.batch_size, draws_), real_.batch(flows)};
}

void Trainer::iterate() {
  if (private_ && iteration_ >= job_.options.iterations) {
    throw Error("no more steps of private training are paid for");
  }
  draws_.begin(kIteration, iteration_);
  {
    const c10::NoGradGuard no_gradient;
    Batch batch;
    for (std::uint64_t round = 0; round < job_.options.d_rounds; ++round) {
      if (private_) {
        private_round(iteration_ * job_.options.d_rounds + round);
        continue;
      }
      if (round == 0 || job_.options.fresh_batches) {
        batch = next_batch(round);
      }
      critic_round(batch);
    }
  }
  if (!job_.options.fresh_batches) {
    draws_.begin(kIteration, iteration_);  // the generator's step is on the critics' flows
  }
  for (std::uint32_t round = 0; round < job_.options.g_rounds; ++round) {
    generator_round();
  }
  check_number(losses_.critic, "critic", iteration_);
  check_number(losses_.attribute_critic, "critic of attributes", iteration_);
  check_number(losses_.generator, "generator", iteration_);
  ++iteration_;
}

void Trainer::critic_round(const Batch& batch) {
  const CriticLosses all = teach(critic_, batch);
  losses_.critic = all.loss.item<double>();
  losses_.wasserstein = all.wasserstein.item<double>();
  if (attribute_critic_) {
    losses_.attribute_critic = teach(*attribute_critic_, batch).loss.item<double>();
  }
}

CriticLosses Trainer::teach(Judge& judge, const Batch& batch) {
  const RowShape& shape = judge.critic.rows();
  const std::int64_t packing = job_.options.packing;
  const auto blocks_of = [&](const Sequences& flows) {
    auto blocks = critic_blocks(flows, packing);
    return shape.block > 0 ? blocks : std::vector<std::int64_t>(blocks.size(), 1);
  };
  std::vector<std::int64_t> blocks = blocks_of(batch.made);
  const std::vector<std::int64_t> real_blocks = blocks_of(batch.real);
  std::vector<std::int64_t> longer(blocks.size());
  std::transform(blocks.begin(), blocks.end(), real_blocks.begin(), longer.begin(),
                 [](auto a, auto b) { return std::max(a, b); });
  blocks.insert(blocks.end(), real_blocks.begin(), real_blocks.end());
  const std::int64_t columns = reach(shape, *std::max_element(longer.begin(), longer.end()));

  const at::Tensor made = critic_rows(batch.made, packing, columns);
  const at::Tensor real = critic_rows(batch.real, packing, columns);
  const Ragged data = sort_rows(at::cat({made, real}), blocks, shape);
  at::Tensor signs = evenly(made, real);
  signs = data.order.defined() ? signs.index_select(0, data.order) : signs;
  Ragged between;
  if (!judge.critic.options().spectral_norm) {
    const at::Tensor part = draws_.uniform(made.size(0), 1);
    between = sort_rows(at::lerp(real, made, part), longer, shape);
  }
  const CriticLosses losses = judge.critic.learn(data, signs, between);
  Parameters& parameters = judge.critic.parameters();
  judge.adam.step(parameters.flat(), parameters.flat_gradient());
  return losses;
}

at::Tensor Trainer::ask(Judge& judge, const Sequences& made, double weight, at::Tensor& attributes,
                        at::Tensor& features) {
  const RowShape& shape = judge.critic.rows();
  const std::int64_t packing = job_.options.packing;
  auto blocks = critic_blocks(made, packing);
  if (shape.block == 0) {
    std::fill(blocks.begin(), blocks.end(), 1);
  }
  const std::int64_t longest = *std::max_element(blocks.begin(), blocks.end());
  const Ragged rows = sort_rows(critic_rows(made, packing, reach(shape, longest)), blocks, shape);
  const auto [slope, loss] = judge.critic.slope_of_generator(rows, weight);
  const std::int64_t flows = slope.size(0) * packing;
  attributes.narrow(0, 0, flows)
      .add_(slope.narrow(1, 0, shape.attributes).reshape({flows, attributes.size(1)}));
  if (shape.block > 0) {
    const std::int64_t records = features.size(1);
    const std::int64_t width = features.size(2);
    features.narrow(0, 0, flows)
        .add_(slope.narrow(1, shape.attributes, packing * records * width)
                  .reshape({slope.size(0), records, packing, width})
                  .transpose(1, 2)
                  .reshape({flows, records, width}));
  }
  return loss;
}

void Trainer::generator_round() {
  Parameters& parameters = generator_.parameters();
  const Sequences made = generator_.make(job_.options.batch_size, draws_);
  at::Tensor attributes = at::zeros_like(made.attributes);
  at::Tensor features = at::zeros_like(made.features);
  at::Tensor loss;
  {
    const c10::NoGradGuard no_gradient;
    const Sequences plain{made.attributes.detach(), made.features.detach(), made.blocks};
    loss = ask(critic_, plain, 1, attributes, features);
    if (attribute_critic_) {
      loss = loss + ask(*attribute_critic_, plain, job_.options.g_attr_d_coe, attributes, features);
    }
    parameters.flat_gradient().zero_();
  }
  torch::autograd::backward({made.attributes, made.features}, {attributes, features});
  const c10::NoGradGuard no_gradient;
  generator_adam_.step(parameters.flat(), parameters.flat_gradient());
  if (average_.defined()) {
    average_.lerp_(parameters.flat(), 1 - job_.options.generator_average);
  }
  losses_.generator = loss.item<double>();
}

}  // namespace tracetwin::neural
