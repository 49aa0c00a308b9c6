#include "trace/format/pcapng/clock.h"

namespace tracetwin::pcapng {

namespace {

__extension__ using Wide = __int128;
__extension__ using UnsignedWide = unsigned __int128;

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

std::uint64_t power_of_ten(unsigned exponent) {
  std::uint64_t power = 1;
  for (unsigned i = 0; i < exponent; ++i) {
    power *= 10;
  }
  return power;
}

}  // namespace

Clock::Clock(std::uint8_t resolution, std::int64_t offset_s) : offset_s_(offset_s) {
  constexpr unsigned kDigitsOfNs = 9;
  constexpr unsigned kMostDigits = 19;
  const unsigned exponent = resolution & 0x7fU;
  if ((resolution & 0x80) != 0) {
    multiplier_ = kNsPerSecond;
    shift_ = exponent;
    finer_ = exponent >= 20;
  } else if (exponent <= kDigitsOfNs) {
    multiplier_ = power_of_ten(kDigitsOfNs - exponent);
    finer_ = exponent > 6;
  } else {
    multiplier_ = 1;
    const unsigned digits = exponent - kDigitsOfNs;
    divisor_ = digits <= kMostDigits ? power_of_ten(digits) : 0;
    finer_ = true;
  }
}

std::optional<std::int64_t> Clock::to_ns(std::uint64_t ticks) const {
  UnsignedWide scaled = divisor_ == 0 ? 0 : UnsignedWide{ticks} * multiplier_ >> shift_;
  if (divisor_ > 1) {
    scaled /= divisor_;
  }
  const Wide time = static_cast<Wide>(scaled) + Wide{offset_s_} * Wide{kNsPerSecond};
  if (time < INT64_MIN || time > INT64_MAX) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(time);
}

}  // namespace tracetwin::pcapng
