#include "tokens/size_shares.h"

#include <algorithm>
#include <cmath>

namespace tracetwin::tokens {
namespace {

constexpr double kLarge = 64;  // packets
constexpr double kMicrosecondsASecond = 1e6;
constexpr double kSlowest = -11;  // log2 of packets a second

}  // namespace

std::optional<std::size_t> size_group(const Magnitude& magnitude) {
  const double octaves = std::log2(static_cast<double>(magnitude.packets) / kLarge);
  return octaves < 0
             ? std::nullopt
             : std::optional(std::min(kSizeGroups - 1, static_cast<std::size_t>(octaves / 2)));
}

std::size_t rate_class(const Magnitude& magnitude) {
  const double seconds =
      static_cast<double>(std::max<std::uint64_t>(1, magnitude.duration_us)) / kMicrosecondsASecond;
  const double octave = std::log2(static_cast<double>(magnitude.packets) / seconds) - kSlowest;
  return static_cast<std::size_t>(std::clamp(octave, 0.0, kRateClasses - 1.0));
}

double SizeShares::ratio(const Magnitude& magnitude) const {
  const auto above = std::ranges::upper_bound(edges, static_cast<double>(magnitude.packets));
  const double of_size = ratios[static_cast<std::size_t>(above - edges.begin())];
  const auto group = size_group(magnitude);
  return group && !rate_ratios.empty()
             ? of_size * rate_ratios[*group * kRateClasses + rate_class(magnitude)]
             : of_size;
}

}  // namespace tracetwin::tokens
