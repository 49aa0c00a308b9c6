#include "engine/autoregressive/choose.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "base/vector_clones.h"

namespace tracetwin::autoregressive {
namespace {

constexpr float kLog2E = 1.44269504F;
constexpr float kLeastExponent = -126;
constexpr int kBias = 127;
constexpr int kMantissa = 23;
/// Taylor's series of 2^x about 0, for |x| <= 1/2.
constexpr float kC1 = 0.693147181F, kC2 = 0.240226507F, kC3 = 0.0555041087F, kC4 = 0.00961812911F,
                kC5 = 0.00133335581F, kC6 = 0.000154035304F;

/// 2^x for x <= 0.
inline float power_of_two(float x) {
  const float bounded = std::max(x, kLeastExponent);
  const auto whole = static_cast<std::int32_t>(bounded - 0.5F);
  const float rest = bounded - static_cast<float>(whole);
  const float part =
      1 + rest * (kC1 + rest * (kC2 + rest * (kC3 + rest * (kC4 + rest * (kC5 + rest * kC6)))));
  return part * std::bit_cast<float>((whole + kBias) << kMantissa);
}

TRACETWIN_VECTOR_CLONES
void shift_and_exponentiate(float* scores, std::size_t size, float largest) {
  for (std::size_t i = 0; i < size; ++i) {
    scores[i] = power_of_two((scores[i] - largest) * kLog2E);
  }
}

}  // namespace

void exponentiate(std::span<float> scores) {
  constexpr std::size_t kLanes = 16;
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
  constexpr std::size_t kRun = 16;
  const auto sum_of_run = [&](std::size_t begin) {
    float sum = 0;
    for (std::size_t i = begin; i < std::min(shares.size(), begin + kRun); ++i) {
      sum += shares[i];
    }
    return sum;
  };
  double total = 0;
  for (std::size_t begin = 0; begin < shares.size(); begin += kRun) {
    total += static_cast<double>(sum_of_run(begin));
  }
  double left = random.uniform() * total;
  std::size_t at = 0;
  for (; at + kRun < shares.size(); at += kRun) {
    const auto run = static_cast<double>(sum_of_run(at));
    if (left < run) {
      break;
    }
    left -= run;
  }
  for (; at + 1 < shares.size() && left >= static_cast<double>(shares[at]); ++at) {
    left -= static_cast<double>(shares[at]);
  }
  while (at > 0 && shares[at] == 0) {
    --at;
  }
  return at;
}

}  // namespace tracetwin::autoregressive
