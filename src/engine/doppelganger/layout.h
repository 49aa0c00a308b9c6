#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tracetwin::doppelganger {

/// What a head of the network ends in, and so what its numbers mean.
enum class Activation : std::uint8_t {
  kSoftmax,  ///< one of `width` choices
  kSigmoid,  ///< `width` numbers in [0, 1]
  kTanh,     ///< `width` numbers in [-1, 1]
};

/// One field, or one bit of it, as the networks see it: `width` neighbouring numbers.
struct Output {
  std::string name;  ///< for people
  Activation activation = Activation::kSigmoid;
  std::uint32_t width = 1;

  friend bool operator==(const Output&, const Output&) = default;
};
using Outputs = std::vector<Output>;

/// Numbers in a row of outputs.
std::size_t width_of(const Outputs& outputs);

/// The columns of a sample: what does not change along a flow, and what each of its records has.
/// Networks append one more pair to the features, the generation flags (another record follows, or
/// this is the last), which is no part of a layout.
struct Layout {
  Outputs attributes;
  /// Of self-normalised series: middle and half range of each continuous feature, made by a network
  /// of their own behind the attributes.
  Outputs additional;
  Outputs features;

  friend bool operator==(const Layout&, const Layout&) = default;
};

/// Generation flags behind the features of a record: [1, 0] another follows, [0, 1] the last.
inline constexpr std::size_t kFlags = 2;

}  // namespace tracetwin::doppelganger
