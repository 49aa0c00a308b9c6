#include "engine/autoregressive/choose.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>

#include "base/vector_clones.h"

namespace tracetwin::autoregressive {
namespace {

constexpr std::size_t kLanes = 16;
constexpr float kLog2E = 1.44269504F;
constexpr float kLeastExponent = -126;
constexpr int kBias = 127;
constexpr int kMantissa = 23;
/// Taylor's series of 2^x about 0, for |x| <= 1/2.
constexpr float kC1 = 0.693147181F, kC2 = 0.240226507F, kC3 = 0.0555041087F, kC4 = 0.00961812911F,
                kC5 = 0.00133335581F, kC6 = 0.000154035304F;

// By the compiler's own vectors: left to itself it takes one number at a time.
using Wide __attribute__((vector_size(kLanes * sizeof(float)))) = float;
/// The same anywhere in memory. Not for references: clang takes what they name as aligned.
using Loose __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias)) = float;
using WideInt __attribute__((vector_size(kLanes * sizeof(float)))) = std::int32_t;

/// 2^x of each x <= 0, in its place.
inline __attribute__((always_inline)) void to_power_of_two(Wide& x) {
  const Wide least = Wide{} + kLeastExponent;
  const Wide bounded = x > least ? x : least;
  const WideInt whole = __builtin_convertvector(bounded - 0.5F, WideInt);
  const Wide rest = bounded - __builtin_convertvector(whole, Wide);
  const Wide part =
      1 + rest * (kC1 + rest * (kC2 + rest * (kC3 + rest * (kC4 + rest * (kC5 + rest * kC6)))));
  x = part * reinterpret_cast<Wide>((whole + kBias) << kMantissa);
}

TRACETWIN_WIDE_CLONES
void shift_and_exponentiate(float* scores, std::size_t size, float largest) {
  std::size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    Wide some = *reinterpret_cast<const Loose*>(scores + i);
    some = (some - largest) * kLog2E;
    to_power_of_two(some);
    *reinterpret_cast<Loose*>(scores + i) = some;
  }
  Wide rest{};
  for (std::size_t lane = 0; i + lane < size; ++lane) {
    rest[lane] = (scores[i + lane] - largest) * kLog2E;
  }
  to_power_of_two(rest);
  for (std::size_t lane = 0; i + lane < size; ++lane) {
    scores[i + lane] = rest[lane];
  }
}

/// Values 0, 16, 32, …, then 1, 17, …: what stands beside each other is added at once.
TRACETWIN_WIDE_CLONES
void add_lanes(const float* shares, std::size_t size, float* sums) {
  std::size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      sums[lane] += shares[i + lane];
    }
  }
  for (std::size_t lane = 0; i + lane < size; ++lane) {
    sums[lane] += shares[i + lane];
  }
}

std::size_t likeliest(std::span<const float> shares) {
  return static_cast<std::size_t>(std::ranges::max_element(shares) - shares.begin());
}

}  // namespace

void exponentiate(std::span<float> scores) {
  float largest = scores[0];
  if (scores.size() >= kLanes) {
    std::array<float, kLanes> lanes{};
    std::copy_n(scores.begin(), kLanes, lanes.begin());
    for (std::size_t i = kLanes; i + kLanes <= scores.size(); i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        lanes[lane] = std::max(lanes[lane], scores[i + lane]);
      }
    }
    largest = *std::max_element(lanes.begin(), lanes.end());
  }
  for (std::size_t i = scores.size() - scores.size() % kLanes; i < scores.size(); ++i) {
    largest = std::max(largest, scores[i]);
  }
  shift_and_exponentiate(scores.data(), scores.size(), largest);
}

std::size_t choose(std::span<const float> shares, Random& random) {
  std::array<float, kLanes> sums{};
  add_lanes(shares.data(), shares.size(), sums.data());
  double left = random.uniform() * std::accumulate(sums.begin(), sums.end(), 0.0);
  std::size_t lane = 0;
  for (; lane + 1 < kLanes && left >= static_cast<double>(sums[lane]); ++lane) {
    left -= static_cast<double>(sums[lane]);
  }
  std::size_t last = shares.size();  // of the values of the lane that can be chosen
  for (std::size_t at = lane; at < shares.size(); at += kLanes) {
    if (shares[at] > 0) {
      last = at;
      left -= static_cast<double>(shares[at]);
      if (left < 0) {
        break;
      }
    }
  }
  return last < shares.size() ? last : likeliest(shares);
}

}  // namespace tracetwin::autoregressive
