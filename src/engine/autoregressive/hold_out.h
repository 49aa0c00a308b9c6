#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tracetwin::autoregressive {

/// Which records judge a training and take no part in it: whole groups, in an order that the seed
/// decides, until about `part` of the records are chosen. Groups of more than a fiftieth of the
/// records stay in the training; where no group is small enough, single records are chosen. Empty
/// vectors never come out on both sides: of at least two records one trains and one judges.
struct HeldOut {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> judge;
};
HeldOut hold_out(std::span<const std::uint32_t> groups, double part, std::uint64_t seed);
/// That of a training with this seed.
HeldOut hold_out_of_training(std::span<const std::uint32_t> groups, double part,
                             std::uint64_t seed);
/// Whether chance might have chosen a group of `size` of so many records.
bool may_be_held_out(std::size_t size, std::size_t records);

}  // namespace tracetwin::autoregressive
