#include "plain_trainer.h"

#include <cmath>

namespace tracetwin::neural {
namespace {

const Kind kFloat = at::TensorOptions().dtype(at::kFloat);

RowShape shape_of(const doppelganger::Job& job) {
  const auto records = static_cast<std::int64_t>(job.options.sample_len);
  return {static_cast<std::int64_t>(width_of(job.layout.attributes)),
          records * static_cast<std::int64_t>(width_of(job.layout.features) + 2),
          (job.most_records + records - 1) / records};
}

}  // namespace

PlainTrainer::PlainTrainer(const doppelganger::Job& job, const doppelganger::Samples& samples)
    : job_(job),
      real_(samples, job.options.sample_len, true, kFloat),
      batches_(job.seed, real_.size(), job.options.batch_size),
      draws_(job.seed, kFloat),
      generator_(job.layout, job.options, job.most_records, kFloat),
      generator_adam_({}, generator_.parameters().flat()) {
  {
    const c10::NoGradGuard no_gradient;
    generator_.initialise(draws_);
  }
  const RowShape shape = shape_of(job);
  judges_.push_back(judge(shape));
  judges_.push_back(judge({shape.attributes, 0, 1}));
}

PlainTrainer::Judge PlainTrainer::judge(const RowShape& shape) {
  Critic critic(shape, {}, kFloat);
  critic.initialise(draws_);
  Judge judge{shape, PlainCritic(critic), {}};
  for (const at::Tensor& weight : judge.critic.weights()) {
    judge.moments.push_back({at::zeros_like(weight), at::zeros_like(weight)});
  }
  return judge;
}

void PlainTrainer::move(const std::vector<at::Tensor>& values,
                        const std::vector<at::Tensor>& slopes,
                        std::vector<Moments>& moments) const {
  const c10::NoGradGuard no_gradient;
  const double correction = std::sqrt(1 - std::pow(0.999, static_cast<double>(steps_)));
  const double rate = 1e-4 / (1 - std::pow(0.5, static_cast<double>(steps_)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!slopes[i].defined()) {
      continue;
    }
    moments[i].mean.lerp_(slopes[i], 0.5);
    moments[i].square.mul_(0.999).addcmul_(slopes[i], slopes[i], 0.001);
    at::Tensor weight = values[i];
    weight.addcdiv_(moments[i].mean, moments[i].square.sqrt().div_(correction).add_(1e-8), -rate);
  }
}

void PlainTrainer::teach(Judge& judge, const Sequences& made, const Sequences& real) {
  const std::int64_t columns = judge.shape.columns();
  const at::Tensor fake = critic_rows(made, 1, columns);
  const at::Tensor true_rows = critic_rows(real, 1, columns);
  const at::Tensor between = at::lerp(true_rows, fake, draws_.uniform(made.size(), 1));
  const at::Tensor loss = judge.critic.loss(fake, true_rows) +
                          judge.critic.penalty(between, at::ones({1, columns}, kFloat));
  const auto slopes = torch::autograd::grad({loss}, judge.critic.weights(), {}, c10::nullopt, false,
                                            /*allow_unused=*/true);
  move(judge.critic.weights(), slopes, judge.moments);
}

void PlainTrainer::iterate() {
  draws_.begin(1, steps_);
  for (std::uint64_t round = 0; round < job_.options.d_rounds; ++round) {
    Sequences made;
    {
      const c10::NoGradGuard no_gradient;
      made = generator_.make(job_.options.batch_size, draws_);
    }
    const Sequences real = real_.batch(batches_(steps_++));
    for (Judge& judge : judges_) {
      teach(judge, made, real);
    }
  }
  const Sequences made = generator_.make(job_.options.batch_size, draws_);
  at::Tensor rows = at::cat({made.attributes, made.features.flatten(1)}, 1);
  rows = at::constant_pad_nd(rows, {0, judges_[0].shape.columns() - rows.size(1)});
  const at::Tensor loss =
      -judges_[0].critic.forward(rows).mean() - judges_[1].critic.forward(made.attributes).mean();
  generator_.parameters().flat_gradient().zero_();
  torch::autograd::backward({loss}, {});
  const c10::NoGradGuard no_gradient;
  generator_adam_.step(generator_.parameters().flat(), generator_.parameters().flat_gradient());
}

}  // namespace tracetwin::neural
