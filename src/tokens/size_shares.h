#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tracetwin::tokens {

/// How much a conversation is.
struct Magnitude {
  std::uint64_t packets = 0;
  std::uint64_t duration_us = 0;
};

/// Conversations of 64 packets or more, in groups of two octaves, and their packets a second, in
/// octaves: public grids.
inline constexpr std::size_t kSizeGroups = 6;
inline constexpr std::size_t kRateClasses = 32;
std::optional<std::size_t> size_group(const Magnitude& magnitude);
std::size_t rate_class(const Magnitude& magnitude);

/// How much more often than a network of conversations makes them there are conversations of that
/// many packets and, of the large ones, of that many a second: what few giants are is too rare for
/// it to learn, and most of a capture's packets and of its bursts.
struct SizeShares {
  std::vector<double> edges;        ///< ascending: size class c is [edges[c - 1], edges[c])
  std::vector<double> ratios;       ///< edges + 1
  std::vector<double> rate_ratios;  ///< [kSizeGroups][kRateClasses], or empty: all 1

  double ratio(const Magnitude& magnitude) const;
};

}  // namespace tracetwin::tokens
