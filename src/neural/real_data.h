#pragma once

#include <cstdint>
#include <vector>

#include "engine/doppelganger/samples.h"
#include "neural/compact_rows.h"
#include "neural/parameters.h"
#include "neural/sequences.h"

namespace tracetwin::neural {

/// The training samples, resident on the device: attributes, and all records back to back in one
/// table with their generation flags. The flags of a record are [1, 0] when another follows, [0, 1]
/// when it is the last or padding of the last one's block; later blocks are zero.
class RealData {
 public:
  RealData(const doppelganger::Samples& samples, std::int64_t sample_len, bool flags,
           const Kind& kind);

  std::int64_t size() const { return static_cast<std::int64_t>(lengths_.size()); }
  /// Flows of one unit lie side by side.
  std::int64_t units() const { return static_cast<std::int64_t>(unit_begin_.size()) - 1; }
  std::int64_t most_of_unit() const;
  std::vector<std::int64_t> flows_of(std::int64_t unit) const;
  Sequences batch(const std::vector<std::int64_t>& flows) const;
  /// Shortest first, as numbers.
  at::Tensor sorted_lengths() const;

 private:
  std::int64_t blocks_of(std::int64_t flow) const;

  Kind kind_;
  std::int64_t sample_len_;
  std::vector<std::int64_t> lengths_, offsets_;
  std::vector<std::int64_t> unit_begin_;  ///< first flow of each unit, and the end behind the last
  CompactRows attributes_;
  CompactRows records_;  ///< and two more: padding, nothing
  at::Tensor flags_;     ///< [records + 2, 2], where there are any
};

/// Which flows make up a batch: every flow once an epoch, in an order that depends on seed and
/// epoch alone, leaving out what does not fill a batch (other flows each time); with replacement
/// when there are fewer flows than that.
class Batches {
 public:
  Batches(std::uint64_t seed, std::int64_t flows, std::int64_t batch);
  std::vector<std::int64_t> operator()(std::uint64_t number);

 private:
  void shuffle(std::uint64_t epoch);

  std::uint64_t seed_;
  std::int64_t flows_, batch_;
  std::vector<std::int64_t> order_;  ///< of epoch `epoch_`
  std::uint64_t epoch_ = ~std::uint64_t{0};
};

}  // namespace tracetwin::neural
