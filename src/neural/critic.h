#pragma once

#include <utility>
#include <vector>

#include "neural/draws.h"
#include "neural/parameters.h"
#include "neural/ragged.h"

namespace tracetwin::neural {

struct CriticOptions {
  std::int64_t layers = 5;  ///< the last, linear one included; >= 1
  std::int64_t units = 512;
  bool leaky_relu = false;
  bool spectral_norm = false;  ///< hinge loss, weights divided by their largest singular value
  double spectral_scale = 1;
  double penalty = 10;  ///< weight of the gradient penalty
};

/// Of one step of a critic, as scalars.
struct CriticLosses {
  at::Tensor loss;         ///< all of it
  at::Tensor wasserstein;  ///< mean over the real ones minus mean over the made ones
};

/// A critic of WGAN-GP (Gulrajani et al. 2017): (linear, ReLU) x (layers - 1), linear. Gradients
/// are written out, not recorded. With u_l the slope of the output by the input of layer l's ReLU
/// and M_l its mask (0, 1 or the leak), the slope by the rows is g = u_1 W_1. The penalty
/// P = penalty * mean((sqrt(|g|^2 + 1e-8) - 1)^2) goes forward again as r_0 = dP/dg,
/// r_l = M_l (r_{l-1} W_l^T), and since the masks are constant almost everywhere,
/// dP/dW_l = u_l^T r_{l-1}: the same product that real and made rows need with their activations.
class Critic {
 public:
  Critic(const RowShape& rows, const CriticOptions& options, const Kind& kind);

  void initialise(Draws& draws);
  Parameters& parameters() { return parameters_; }
  const Parameters& parameters() const { return parameters_; }
  /// What the spectral norm remembers from step to step; empty without.
  Parameters& state() { return state_; }
  const Parameters& state() const { return state_; }
  const RowShape& rows() const { return rows_; }
  const CriticOptions& options() const { return options_; }

  /// Sets parameters().flat_gradient() to the gradient of the loss. `signs`: 1/B for each made and
  /// -1/B for each real row of `data`. `between`: the rows of the penalty; unused in spectral mode.
  CriticLosses learn(const Ragged& data, const at::Tensor& signs, const Ragged& between);

  /// Slope of -weight * mean(out) by the rows, in the order in which they came, and that loss.
  std::pair<at::Tensor, at::Tensor> slope_of_generator(const Ragged& made, double weight);

  std::size_t hidden() const { return static_cast<std::size_t>(options_.layers - 1); }
  const at::Tensor& weight(std::size_t layer) const { return weights_[layer]; }
  const at::Tensor& bias(std::size_t layer) const { return biases_[layer]; }
  /// ReLU, in place, and `slope` times its mask where it gave `activations`.
  void activate(at::Tensor& rows) const;
  at::Tensor masked(const at::Tensor& slope, const at::Tensor& activations) const;

 private:
  /// Rows on their way through the layers.
  struct Pass {
    std::vector<at::Tensor> a;  ///< output of hidden layer l, [rows, units]
    std::vector<at::Tensor> u;  ///< slope of the loss by what goes into its activation
    at::Tensor out;             ///< [rows of `data`]
  };
  /// `between` may be null.
  Pass forward(const Ragged& data, const Ragged* between);
  /// `slopes`: of the loss by each output, 1 for rows of the penalty.
  void backward(Pass& pass, const at::Tensor& slopes) const;
  /// Penalty of the last rows of `pass`; replaces their activations by r. Returns P and r_0.
  std::pair<at::Tensor, Ragged> penalise(Pass& pass, const Ragged& between);
  void normalise();
  void spectral_gradient();
  at::Tensor slopes_of(const at::Tensor& out, const at::Tensor& signs) const;
  void weight_gradients(const Pass& pass, const at::Tensor& slopes, const Ragged& data,
                        const Ragged* r0);
  void last_gradient(const Pass& pass, const at::Tensor& slopes);

  RowShape rows_;
  CriticOptions options_;
  Parameters parameters_, state_;
  /// Of each layer, as used: with the spectral norm, divided.
  std::vector<at::Tensor> weights_, biases_, weight_slopes_, bias_slopes_, sigmas_;
};

}  // namespace tracetwin::neural
