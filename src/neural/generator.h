#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/doppelganger/layout.h"
#include "engine/doppelganger/options.h"
#include "neural/attribute_network.h"
#include "neural/draws.h"
#include "neural/sequences.h"

namespace tracetwin::neural {

/// The generator of DoppelGANger (Lin et al. 2020). Noise becomes attributes; their hard copies
/// (one-hot, without gradient) and noise at each step make an LSTM write `sample_len` records a
/// step. Inputs, in order: attribute network [noise, length]; additional network [hard attributes,
/// noise, length]; LSTM [hard attributes and additional ones, noise, the previous step's records,
/// length], each part only where the options ask for it. A block is kept while every record of the
/// blocks before says "another follows"; flows that have ended take no more part in the LSTM.
/// With given lengths, records behind the length are zero instead.
class Generator {
 public:
  Generator(const doppelganger::Layout& layout, const doppelganger::Options& options,
            std::int64_t most_records, const Kind& kind);

  void initialise(Draws& draws);
  /// Sorted lengths of the training data, for options.given_lengths.
  void set_lengths(const at::Tensor& sorted) { lengths_ = sorted; }

  /// Recorded for backward() unless gradients are off.
  Sequences make(std::int64_t flows, Draws& draws) const;
  /// Replaces the kept means and variances by those over `batches` batches.
  void settle(std::int64_t batches, std::int64_t flows, Draws& draws);

  Parameters& parameters() { return parameters_; }
  const Parameters& parameters() const { return parameters_; }
  Parameters& buffers() { return buffers_; }
  /// Everything that making flows takes, under the names that engine/doppelganger reads.
  void save(engine::Weights& weights) const;
  void load(const engine::Weights& weights);

 private:
  struct Lengths {
    at::Tensor records;  ///< [flows, 1]
    at::Tensor input;    ///< [flows, 1]
  };
  struct State {
    at::Tensor rows;               ///< numbers of the flows that have not ended
    at::Tensor base;               ///< [rows, 4H]: what does not change along a flow
    at::Tensor previous;           ///< [rows, records' columns], for feed_back
    std::vector<at::Tensor> h, c;  ///< of each layer, [rows, H]
    at::Tensor lengths;            ///< [rows, 1], given
  };

  std::vector<Shape> shapes() const;
  std::vector<Shape> feature_shapes() const;
  std::int64_t lstm_inputs() const;
  std::optional<Lengths> draw_lengths(std::int64_t flows, Draws& draws) const;
  at::Tensor make_attributes(std::int64_t flows, const std::optional<Lengths>& lengths,
                             Draws& draws, double momentum) const;
  at::Tensor hard(const at::Tensor& soft) const;
  State begin(const at::Tensor& hard, const std::optional<Lengths>& lengths, Draws& draws) const;
  at::Tensor first_state(const char* name, std::int64_t layer, std::int64_t flows,
                         Draws& draws) const;
  at::Tensor step(State& state, Draws& draws) const;
  at::Tensor lstm(State& state, std::size_t layer, const at::Tensor& sums) const;
  at::Tensor going_on(const State& state, const at::Tensor& block, std::int64_t number) const;
  void make_features(State state, Sequences& made, Draws& draws) const;

  doppelganger::Options options_;
  std::int64_t most_records_, sample_len_, latent_, hard_width_;
  AttributeNetwork attributes_;
  std::optional<AttributeNetwork> additional_;
  Heads features_;
  Kind kind_;
  Parameters parameters_, buffers_;
  at::Tensor lengths_;
};

}  // namespace tracetwin::neural
