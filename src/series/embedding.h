#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dp/counts.h"
#include "encode/codec.h"

namespace tracetwin::series {

/// Values as points of a sphere, so that those that occur together are near each other (IP2Vec,
/// Ring et al. 2017): ports and protocols.
class Embedding {
 public:
  Embedding() = default;
  /// `vectors` are [values][dimensions], each made to have length 1. Throws Error unless there are
  /// as many as values and dimensions say, all finite, and the values differ.
  Embedding(std::uint32_t dimensions, std::vector<Key> values, std::vector<float> vectors);

  std::uint32_t dimensions() const { return dimensions_; }
  const std::vector<Key>& values() const { return values_; }
  const std::vector<float>& vectors() const { return vectors_; }

  /// The point of a value; of one that has none, that of the numerically nearest.
  std::span<const float> point_of(Key value) const;
  /// The value whose point is nearest by angle; of equals, the first.
  Key nearest(std::span<const float> point) const;

 private:
  std::uint32_t dimensions_ = 0;
  std::vector<Key> values_;     ///< ascending
  std::vector<float> vectors_;  ///< parallel to values_
  std::vector<float> by_dimension_;
};

/// Trains an embedding by skip-gram with negative sampling (Mikolov et al. 2013): each sentence is
/// one record's words, and each word of it predicts the others. Words of more than one sentence
/// position may be the same. The same for the same sentences and seed.
struct SkipGramOptions {
  std::uint32_t dimensions = 10;
  std::uint32_t epochs = 5;
  std::uint32_t negatives = 5;
  double rate = 0.05;  ///< falls to a hundredth
  std::uint64_t seed = 0;
};
/// `sentences` are [records][words], `words` each; what comes out has every word that occurs.
Embedding skip_gram(std::span<const Key> sentences, std::size_t words,
                    const SkipGramOptions& options);

}  // namespace tracetwin::series
