#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "encode/vocabulary.h"
#include "where/condition.h"

namespace tracetwin {

/// A field's vocabulary under conditions: how much of each code they leave, and values of a code
/// among what is left. Knows of a vocabulary what it encodes and decodes, not
/// how.
class FieldDraw {
 public:
  /// The keys that a quantity may have.
  using Bound = std::pair<Quantity, KeySet>;

  /// At least one bound, all of which have to hold; `vocabulary` must outlive this object.
  /// Deterministic.
  FieldDraw(const Vocabulary& vocabulary, std::vector<Bound> bounds);

  /// By code: the share of its values for which the bounds hold. 0 and 1 are exact for a code that
  /// is one value; else estimated from some thousand values drawn.
  const std::vector<double>& shares() const { return shares_; }
  bool holds(Key value) const;
  /// A value of the code for which the bounds hold; empty when none was found, which is rare for
  /// a code whose share is not 0.
  std::optional<Key> draw(std::uint16_t code, Random& random) const;

 private:
  std::vector<Key> drawn(std::uint16_t code, std::size_t draws) const;
  double share_of(std::uint16_t code, std::size_t draws);
  double small_share(std::uint16_t code, const std::vector<Key>& values) const;
  bool holds_but(std::size_t bound, Key value) const;
  Key moved_inside(std::uint16_t code, Key value, Random& random) const;
  bool is_of(std::uint16_t code, Key value) const;

  const Vocabulary& vocabulary_;
  std::vector<Bound> bounds_;
  std::vector<double> shares_;
  /// By code and bound: of its keys, those where the code can be; empty for a code that is inside.
  std::vector<std::vector<KeySet>> near_;
};

}  // namespace tracetwin
