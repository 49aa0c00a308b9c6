#pragma once

#include <cstdint>

namespace tracetwin::doppelganger {

enum class Noise : std::uint8_t { kNormal, kUniform };
enum class InitialState : std::uint8_t { kZero, kRandom, kVariable };
/// kHinge is the loss of the spectral-norm mode.
enum class Lipschitz : std::uint8_t { kGradientPenalty, kSpectralNorm };

/// Shape and schedule of the networks, with the values of NetShare's presets (its keys are named
/// where they differ). "Layers" of the attribute generator and the critics count the last linear
/// one, as there: 5 means four hidden layers.
struct Options {
  // Schedule.
  std::uint32_t batch_size = 100;
  std::uint64_t iterations = 4000;  ///< generator steps ("iteration")
  std::uint32_t d_rounds = 5;       ///< critic steps an iteration
  std::uint32_t g_rounds = 1;
  /// Every critic step has a real batch and noise of its own; NetShare's rounds share one.
  bool fresh_batches = true;
  std::uint32_t packing = 1;  ///< samples that a critic judges together ("num_packing")
  double g_lr = 1e-4, d_lr = 1e-4, attr_d_lr = 1e-4;
  double g_beta1 = 0.5, d_beta1 = 0.5, attr_d_beta1 = 0.5;  ///< beta2 is 0.999
  double adam_eps = 1e-8;
  bool adam_amsgrad = false;
  double generator_average = 0;  ///< decay of a running mean of the generator's weights; 0 = none

  // Losses.
  Lipschitz lipschitz = Lipschitz::kGradientPenalty;  ///< "sn_mode"
  double spectral_scale = 1;                          ///< "scale"
  double d_gp_coe = 10, attr_d_gp_coe = 10;
  double g_attr_d_coe = 1;
  bool attribute_critic = true;  ///< "aux_disc"

  // Generator.
  std::uint32_t sample_len = 10;  ///< records a step of the LSTM
  std::uint32_t attribute_layers = 5, attribute_units = 512;
  std::uint32_t feature_layers = 1, feature_units = 100;  ///< LSTM
  std::uint32_t rnn_mlp_layers = 0;                       ///< between LSTM and heads
  std::uint32_t attribute_latent_dim = 5, feature_latent_dim = 5;
  bool noise = true;  ///< noise at every step of the LSTM
  Noise attribute_noise = Noise::kNormal, feature_noise = Noise::kNormal;
  bool feed_back = false;  ///< the previous step's records are input
  InitialState initial_state = InitialState::kRandom;
  /// "use_gt_lengths": lengths are drawn from the training data's and given to the networks, as
  /// quantile ("use_uniform_lengths") or as part of the longest; there are no flags then.
  bool given_lengths = false, uniform_lengths = false;

  // Critics.
  std::uint32_t critic_layers = 5, critic_units = 512;
  std::uint32_t attribute_critic_layers = 5, attribute_critic_units = 512;
  bool leaky_relu = false;
};

/// What is taken where no configuration says otherwise: smaller networks that learn faster, fewer
/// critic steps, and a running mean of the generator. docs/benchmarks.md has the measurements.
inline Options quick_options() {
  Options options;
  options.iterations = 3000;
  options.d_rounds = 2;
  options.g_lr = options.d_lr = options.attr_d_lr = 1e-3;
  options.generator_average = 0.998;
  options.attribute_layers = options.critic_layers = options.attribute_critic_layers = 4;
  options.attribute_units = options.critic_units = options.attribute_critic_units = 256;
  options.feature_units = 128;
  return options;
}

}  // namespace tracetwin::doppelganger
