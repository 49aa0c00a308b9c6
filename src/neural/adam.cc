#include "neural/adam.h"

#include <cmath>

#include "base/vector_clones.h"

namespace tracetwin::neural {
namespace {

struct Pace {
  float beta1, beta2, rate, correction, epsilon;
};

/// One pass: `rate` is already divided by the correction of the mean, and `correction` is one over
/// the root of that of the square.
TRACETWIN_VECTOR_CLONES void move(float* __restrict values, const float* __restrict gradient,
                                  float* __restrict mean, float* __restrict square,
                                  std::int64_t size, Pace pace) {
  for (std::int64_t i = 0; i < size; ++i) {
    const float slope = gradient[i];
    const float m = slope + pace.beta1 * (mean[i] - slope);
    const float v = slope * slope + pace.beta2 * (square[i] - slope * slope);
    mean[i] = m;
    square[i] = v;
    values[i] -= pace.rate * m / (std::sqrt(v) * pace.correction + pace.epsilon);
  }
}

}  // namespace

Adam::Adam(const AdamOptions& options, const at::Tensor& flat)
    : options_(options),
      mean_(at::zeros_like(flat)),
      square_(at::zeros_like(flat)),
      largest_(at::zeros({options.amsgrad ? flat.numel() : 0}, flat.options())) {}

void Adam::step(at::Tensor& values, const at::Tensor& gradient) {
  ++steps_;
  const auto n = static_cast<double>(steps_);
  const double rate = options_.rate / (1 - std::pow(options_.beta1, n));
  const double correction = 1 / std::sqrt(1 - std::pow(options_.beta2, n));
  const bool plain = values.is_cpu() && values.scalar_type() == at::kFloat && !options_.amsgrad;
  if (!plain) {
    step_by_tensors(values, gradient, rate, correction);
    return;
  }
  const Pace pace{static_cast<float>(options_.beta1), static_cast<float>(options_.beta2),
                  static_cast<float>(rate), static_cast<float>(correction),
                  static_cast<float>(options_.epsilon)};
  move(values.data_ptr<float>(), gradient.data_ptr<float>(), mean_.data_ptr<float>(),
       square_.data_ptr<float>(), values.numel(), pace);
}

void Adam::step_by_tensors(at::Tensor& values, const at::Tensor& gradient, double rate,
                           double correction) {
  mean_.lerp_(gradient, 1 - options_.beta1);
  square_.mul_(options_.beta2).addcmul_(gradient, gradient, 1 - options_.beta2);
  if (options_.amsgrad) {
    at::maximum_out(largest_, largest_, square_);
  }
  const at::Tensor& scale = options_.amsgrad ? largest_ : square_;
  values.addcdiv_(mean_, scale.sqrt().mul_(correction).add_(options_.epsilon), -rate);
}

void Adam::save(const std::string& prefix, engine::Weights& weights) const {
  // Two halves of 20 bits: a float32 holds whole numbers up to 2^24 only.
  const auto low = static_cast<float>(steps_ & 0xFFFFF);
  const auto high = static_cast<float>(steps_ >> 20);
  weights.add({prefix + "steps", {2}, {high, low}});
  weights.add(to_weights(prefix + "mean", mean_));
  weights.add(to_weights(prefix + "square", square_));
  weights.add(to_weights(prefix + "largest", largest_));
}

void Adam::load(const std::string& prefix, const engine::Weights& weights) {
  const auto& steps = weights[prefix + "steps"].values;
  steps_ = static_cast<std::int64_t>(steps.at(0)) << 20 | static_cast<std::int64_t>(steps.at(1));
  from_weights(weights, prefix + "mean", mean_);
  from_weights(weights, prefix + "square", square_);
  from_weights(weights, prefix + "largest", largest_);
}

}  // namespace tracetwin::neural
