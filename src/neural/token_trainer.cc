#include "neural/token_trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace tracetwin::neural {
namespace {

using autoregressive::Job;
using autoregressive::Records;

// Streams of random numbers.
constexpr std::uint64_t kWeights = 1;
constexpr std::uint64_t kOrder = 2;
constexpr std::uint64_t kStep = 3;
constexpr std::uint64_t kJudges = 4;

constexpr std::size_t kJudgedAtOnce = 1024;
constexpr std::size_t kMostJudges = 16384;      // records: more say no more
constexpr std::uint64_t kJudgementsAPass = 16;  // at most, of long passes

Kind kind_of(const Job& job) {
  return at::device(at::Device(job.device)).dtype(at::kFloat);
}

AdamOptions adam_of(const autoregressive::Options& options) {
  AdamOptions adam;
  adam.rate = options.rate;
  adam.beta1 = 0.9;
  return adam;
}

/// The records, when each is what the layout says.
Records checked(Records records, const autoregressive::Layout& layout) {
  bool fits = records.width == layout.size() && records.size() > 0;
  for (std::size_t i = 0; fits && i < records.size(); ++i) {
    const auto record = records.record(i);
    for (std::size_t t = 0; t < layout.size(); ++t) {
      fits = fits && (is_active(layout, t, record.data()) ? record[t] < layout[t].choices
                                                          : record[t] == autoregressive::kInactive);
    }
  }
  if (!fits) {
    throw Error("the tokens are not what the job's layout says", "Encode the records again.");
  }
  return records;
}

}  // namespace

TokenTrainer::TokenTrainer(const Job& job, Records records)
    : job_(job),
      records_(checked(std::move(records), job.layout)),
      held_(autoregressive::hold_out_of_training(records_.groups, job.options.hold_out, job.seed)),
      kind_(kind_of(job)),
      network_(job.layout, job.options, kind_),
      adam_(adam_of(job.options), network_.parameters().flat()) {
  Random random(job.seed, kWeights);
  Random(job.seed, kJudges).shuffle(std::span(held_.judge));
  network_.initialise(records_, held_.train, random);
  average_ = network_.parameters().flat().clone();
  best_ = average_.clone();
}

std::uint64_t TokenTrainer::steps_a_pass() const {
  return std::max<std::uint64_t>(1, held_.train.size() / job_.options.batch_size);
}

/// Of a long trace a few steps change so little that patience would end by chance.
std::uint64_t TokenTrainer::judge_every() const {
  return std::max<std::uint64_t>(job_.options.judge_every, steps_a_pass() / kJudgementsAPass);
}

std::uint64_t TokenTrainer::most_steps() const {
  return steps_a_pass() * job_.options.most_passes;
}

bool TokenTrainer::has_ended() const {
  return steps_ >= most_steps() || vain_ >= job_.options.patience;
}

std::span<const std::uint32_t> TokenTrainer::next_rows() {
  const std::uint64_t pass = steps_ / steps_a_pass();
  if (pass != pass_) {
    order_ = held_.train;
    Random(job_.seed, mix(kOrder, pass)).shuffle(std::span(order_));
    pass_ = pass;
  }
  const std::size_t begin = steps_ % steps_a_pass() * job_.options.batch_size;
  return std::span(order_).subspan(
      begin, std::min<std::size_t>(job_.options.batch_size, order_.size() - begin));
}

void TokenTrainer::step() {
  const auto rows = next_rows();
  Random random(job_.seed, mix(kStep, steps_));
  Parameters& parameters = network_.parameters();
  loss_ = network_.learn(network_.batch(records_, rows, job_.options.dropout, random));
  if (!std::isfinite(loss_)) {
    throw Error(fmt::format("the likelihood is no number any more at step {}", steps_),
                "Lower the learning rate, or take another seed.");
  }
  parameters.flat().mul_(1 - job_.options.rate * job_.options.decay);
  adam_.step(parameters.flat(), parameters.flat_gradient());
  ++steps_;
  average();
  if (steps_ % judge_every() == 0) {
    judge();
  }
}

/// The mean is over few steps at first.
void TokenTrainer::average() {
  const auto n = static_cast<double>(steps_);
  const double decay = std::min(job_.options.average, n / (n + 9));
  average_.lerp_(network_.parameters().flat(), 1 - decay);
}

void TokenTrainer::judge() {
  at::Tensor& flat = network_.parameters().flat();
  const at::Tensor before = flat.clone();
  flat.copy_(average_);
  double sum = 0;
  Random unused(0);
  const auto all = std::span(held_.judge.empty() ? held_.train : held_.judge);
  const auto rows = all.first(std::min(all.size(), kMostJudges));
  for (std::size_t begin = 0; begin < rows.size(); begin += kJudgedAtOnce) {
    const auto some = std::span(rows).subspan(begin, std::min(kJudgedAtOnce, rows.size() - begin));
    sum += network_.judge(network_.batch(records_, some, 0, unused));
  }
  flat.copy_(before);
  judgement_ = static_cast<float>(sum / static_cast<double>(rows.size()));
  ++vain_;
  if (judgement_ < best_judgement_) {
    best_judgement_ = judgement_;
    best_.copy_(average_);
    best_step_ = steps_;
    vain_ = 0;
  }
}

engine::Weights TokenTrainer::best() {
  if (!std::isfinite(best_judgement_)) {
    judge();
  }
  at::Tensor& flat = network_.parameters().flat();
  const at::Tensor before = flat.clone();
  flat.copy_(best_);
  engine::Weights weights;
  network_.parameters().save("", weights);
  flat.copy_(before);
  return weights;
}

engine::Weights TokenTrainer::checkpoint() const {
  engine::Weights weights;
  network_.parameters().save("", weights);
  adam_.save("adam.", weights);
  weights.add(to_weights("average", average_));
  weights.add(to_weights("best", best_));
  weights.add(digits("steps", {steps_, best_step_, vain_}));
  weights.add({"judgements", {2}, {judgement_, best_judgement_}});
  return weights;
}

void TokenTrainer::start_from(const engine::Weights& weights) {
  network_.parameters().load("", weights);
  average_ = network_.parameters().flat().clone();
  best_ = average_.clone();
}

void TokenTrainer::restore(const engine::Weights& checkpoint) {
  network_.parameters().load("", checkpoint);
  adam_.load("adam.", checkpoint);
  from_weights(checkpoint, "average", average_);
  from_weights(checkpoint, "best", best_);
  const engine::Tensor& steps = checkpoint["steps"];
  steps_ = number_at(steps, 0);
  best_step_ = number_at(steps, 1);
  vain_ = number_at(steps, 2);
  judgement_ = checkpoint["judgements"].values.at(0);
  best_judgement_ = checkpoint["judgements"].values.at(1);
}

}  // namespace tracetwin::neural
