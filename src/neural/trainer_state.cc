// What a trainer writes and reads: weights to use, to begin with, to continue from.
#include <algorithm>

#include "base/error.h"
#include "neural/trainer.h"

namespace tracetwin::neural {
namespace {

constexpr std::uint64_t kSettling = 3;  // stream of random numbers
constexpr std::int64_t kSettlingBatches = 32;
constexpr std::int64_t kLeastSettlingFlows = 100;

void check_finite(const at::Tensor& flat, const char* whose) {
  if (!at::isfinite(flat).all().item<bool>()) {
    throw Error(std::string("the weights of the ") + whose + " are no numbers any more",
                "Lower the learning rates, or begin with other weights or another seed.");
  }
}

}  // namespace

void Trainer::require_finite() const {
  check_finite(generator_.parameters().flat(), "generator");
  check_finite(critic_.critic.parameters().flat(), "critic");
  if (attribute_critic_) {
    check_finite(attribute_critic_->critic.parameters().flat(), "critic of attributes");
  }
}

engine::Weights Trainer::kept() {
  const c10::NoGradGuard no_gradient;
  require_finite();
  at::Tensor& flat = generator_.parameters().flat();
  at::Tensor& buffers = generator_.buffers().flat();
  const at::Tensor flat_before = flat.clone();
  const at::Tensor buffers_before = buffers.clone();
  if (average_.defined()) {
    flat.copy_(average_);
  }
  draws_.begin(kSettling, iteration_);
  generator_.settle(kSettlingBatches,
                    std::max<std::int64_t>(job_.options.batch_size, kLeastSettlingFlows), draws_);
  engine::Weights weights;
  generator_.save(weights);
  flat.copy_(flat_before);
  buffers.copy_(buffers_before);
  return weights;
}

engine::Weights Trainer::all() const {
  require_finite();
  engine::Weights weights;
  generator_.save(weights);
  critic_.critic.parameters().save("critic.", weights);
  if (attribute_critic_) {
    attribute_critic_->critic.parameters().save("attribute_critic.", weights);
  }
  return weights;
}

engine::Weights Trainer::checkpoint() const {
  engine::Weights weights = all();
  const auto save = [&](const Judge& judge) {
    const std::string name = judge.name;
    judge.critic.state().save(name + ".", weights);
    judge.adam.save("adam." + name + ".", weights);
  };
  generator_adam_.save("adam.generator.", weights);
  save(critic_);
  if (attribute_critic_) {
    save(*attribute_critic_);
  }
  if (average_.defined()) {
    weights.add(to_weights("average", average_));
  }
  weights.add(digits("iteration", {iteration_}));
  return weights;
}

void Trainer::start_from(const engine::Weights& all) {
  const c10::NoGradGuard no_gradient;
  generator_.load(all);
  critic_.critic.parameters().load("critic.", all);
  if (attribute_critic_) {
    attribute_critic_->critic.parameters().load("attribute_critic.", all);
  }
  if (average_.defined()) {
    average_.copy_(generator_.parameters().flat());
  }
}

void Trainer::restore(const engine::Weights& checkpoint) {
  start_from(checkpoint);
  const auto load = [&](Judge& judge) {
    const std::string name = judge.name;
    judge.critic.state().load(name + ".", checkpoint);
    judge.adam.load("adam." + name + ".", checkpoint);
  };
  generator_adam_.load("adam.generator.", checkpoint);
  load(critic_);
  if (attribute_critic_) {
    load(*attribute_critic_);
  }
  if (average_.defined()) {
    from_weights(checkpoint, "average", average_);
  }
  iteration_ = number_at(checkpoint["iteration"], 0);
}

}  // namespace tracetwin::neural
