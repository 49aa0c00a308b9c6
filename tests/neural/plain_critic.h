#pragma once

#include <vector>

#include "neural/critic.h"

namespace tracetwin::neural {

/// A critic as one would write it down with autograd, on rows as wide as they can be: what the
/// written-out gradients are held against, in value and in time.
class PlainCritic {
 public:
  /// With a copy of the weights.
  explicit PlainCritic(Critic& critic);

  at::Tensor forward(at::Tensor rows) const;
  /// penalty * mean((sqrt(|slope by row|^2 + 1e-8) - 1)^2), the slope only where `support` is 1.
  at::Tensor penalty(const at::Tensor& between, const at::Tensor& support) const;
  /// WGAN loss without penalty, or the hinge loss in spectral mode.
  at::Tensor loss(const at::Tensor& made, const at::Tensor& real) const;
  /// d loss / d all weights, flat, in the order of Critic::parameters().
  at::Tensor gradient(const at::Tensor& loss) const;

  const std::vector<at::Tensor>& weights() const { return weights_; }

 private:
  at::Tensor divided(const at::Tensor& weight, std::size_t layer) const;

  CriticOptions options_;
  std::vector<at::Tensor> weights_;  ///< weight, bias, weight, …
  std::vector<at::Tensor> left_;     ///< of the spectral norm, as after its next step
};

/// [rows, columns]: 1 where a row of so many blocks reaches.
at::Tensor support_of(const std::vector<std::int64_t>& blocks, const RowShape& shape,
                      const Kind& kind);

}  // namespace tracetwin::neural
