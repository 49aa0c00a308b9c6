#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/random.h"
#include "engine/doppelganger/layout.h"
#include "engine/doppelganger/options.h"
#include "engine/doppelganger/samples.h"
#include "engine/weights.h"

namespace tracetwin::doppelganger {

/// Tensors that weights may have beside those that are trained: what is added to the heads of
/// records, [options of a choice among the attributes][heads], to the flag of record r for being
/// the last, [options][most records], and where that choice begins.
inline constexpr const char* kShifts = "feature.heads.shift";
inline constexpr const char* kLastShifts = "feature.last.shift";
inline constexpr const char* kShiftsAt = "feature.heads.shift.at";

/// Flows without their records.
struct FlowHeads {
  std::vector<float> attributes;       ///< [flows][attributes and additional ones], softmaxes hard
  std::vector<float> lengths;          ///< given lengths only: what the networks are told of each
  std::vector<std::uint32_t> records;  ///< given lengths only: of each
};

/// The generator of a trained DoppelGANger (Lin et al., IMC 2020; as NetShare uses it), without a
/// training library: attributes by a perceptron from noise, then an LSTM that makes sample_len
/// records a step until a record's flags say that it is the last.
///
/// Thread-safe: every call works on its own numbers.
class Sampler {
 public:
  /// Throws Error when weights are missing or of another shape than layout and options say.
  Sampler(const Layout& layout, const Options& options, std::uint32_t most_records,
          const engine::Weights& weights);
  ~Sampler();
  Sampler(Sampler&&) noexcept;

  FlowHeads draw_heads(std::size_t count, Random& random) const;
  /// What draw_heads() would draw attributes from, without additional ones: before softmaxes and
  /// the like.
  std::vector<float> attribute_logits(std::size_t count, Random& random) const;
  /// Draws the additional attributes of heads that were changed once more, and lengths where heads
  /// should have some and come without.
  void redraw_additional(FlowHeads& heads, Random& random) const;
  /// The records behind such heads. Softmax outputs of features stay shares.
  Samples draw_series(FlowHeads heads, Random& random) const;
  /// Hands each record to `watch`, too: which of its flow it is, and what its numbers and flags are
  /// made from, before softmaxes and the like.
  using Watch = std::function<void(std::size_t place, std::span<const float> logits)>;
  Samples draw_series(FlowHeads heads, Random& random, const Watch& watch) const;
  /// The same, but flows go on beyond records that say that they are the last, as long as can be:
  /// of each place `watch` gets the records of all flows, in their order.
  Samples draw_to_the_end(FlowHeads heads, Random& random, const Watch& watch) const;

  struct Network;  ///< network.h

 private:
  class Run;
  std::unique_ptr<const Network> network_;
};

}  // namespace tracetwin::doppelganger
