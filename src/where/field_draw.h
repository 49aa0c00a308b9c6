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
  /// What is known of one quantity of the values of a code.
  struct Sample {
    std::vector<Key> sorted;
    KeySet near;  ///< of the bound's keys, those where the code can be
    double density(Key key) const;
  };
  /// By bound.
  using Samples = std::vector<Sample>;

  Samples sample(std::uint16_t code, std::size_t draws, std::size_t& hits) const;
  double share_of(std::uint16_t code, std::size_t draws);
  double small_share(std::uint16_t code, const Samples& samples, Random& random) const;
  std::optional<Key> propose(std::uint16_t code, const std::vector<KeySet>& near, bool all,
                             Random& random) const;

  const Vocabulary& vocabulary_;
  std::vector<Bound> bounds_;
  std::vector<double> shares_;
  std::vector<std::vector<KeySet>> near_;  ///< by code and bound; empty: every value drawn holds
};

}  // namespace tracetwin
