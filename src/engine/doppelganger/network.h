#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "engine/doppelganger/layout.h"
#include "engine/doppelganger/options.h"
#include "engine/doppelganger/sampler.h"
#include "engine/weights.h"

// The networks of a generator, ready to be run; for Sampler alone.
namespace tracetwin::doppelganger {

using Floats = std::vector<float>;

/// A linear layer, its weights with one row an input.
struct Linear {
  std::size_t in = 0;
  std::size_t out = 0;
  Floats weights;
  Floats bias;  ///< empty: none

  Floats apply(const Floats& rows, std::size_t count) const;
};

/// Hidden layers, each with ReLU and batch normalisation behind it, and heads.
struct Perceptron {
  struct Hidden {
    Linear linear;
    Floats factor;  ///< of the normalisation, folded
    Floats offset;
  };
  std::vector<Hidden> hidden;
  Linear heads;

  Floats apply(Floats rows, std::size_t count) const;
};

/// All of them, and the widths between them.
struct Sampler::Network {
  Layout layout;
  Options options;
  std::size_t most_records;
  std::size_t attribute_width;   ///< without the additional ones
  std::size_t additional_width;  ///< of these
  std::size_t record_width;      ///< features and, but with given lengths, flags
  Outputs record_outputs;
  Perceptron attributes;
  Perceptron additional;
  struct Lstm {
    Linear input;  ///< not of the first layer: see below
    Linear hidden;
  };
  std::vector<Lstm> lstm;
  Linear from_attributes;  ///< the first layer's input, in two parts: what stays along a flow
  Linear from_step;        ///< and what does not
  std::vector<Linear> mlp;
  std::vector<Linear> heads;  ///< by record of a step
  /// By which of some of the flow's attributes is 1: what is added to the heads (see
  /// calibrate_given.h).
  Floats shifts, last_shifts;
  std::size_t shifts_at = 0;
  Floats initial_h, initial_c;
  Floats lengths;

  std::size_t all_attributes() const { return attribute_width + additional_width; }
  std::size_t features_width() const { return record_width - (options.given_lengths ? 0 : kFlags); }
  std::size_t step_records() const { return options.sample_len * record_width; }
  std::size_t step_width() const {
    return (options.noise ? options.feature_latent_dim : 0) +
           (options.feed_back ? step_records() : 0) + (options.given_lengths ? 1 : 0);
  }
  void add_additional(FlowHeads& drawn, Random& random) const;
  void draw_lengths(std::size_t count, Random& random, FlowHeads& drawn) const;
  void split_first_layer(const Linear& whole);
  void split_heads(const Linear& whole);
  void take_shifts(const engine::Weights& weights);
  /// What the first layer's gates get of flows' attributes, most of which are 0.
  Floats told(const Floats& of_flows) const;
  /// Adds the shift of a flow to the logits of its record number `place`, number `s` of a step.
  void shift(std::span<const float> of_flow, std::size_t s, std::size_t place,
             std::span<float> row) const;
};

void rectify(Floats& values);
float sigmoid(float x);
/// Turns what a row of heads says into shares and numbers.
void activate(const Outputs& outputs, std::span<float> row);
/// The largest share becomes 1, the others 0.
void harden(const Outputs& outputs, std::span<float> row);
/// Puts rows of `width` into rows of `stride`, from their place `at` on.
void put_beside(const Floats& rows, std::size_t width, std::size_t at, std::size_t stride,
                Floats& to);
Floats noise(std::size_t count, Noise kind, Random& random);

}  // namespace tracetwin::doppelganger
