#include "evaluate/sketches.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kUnivmonLevels = 8;
constexpr double kNitroRate = 0.1;

/// Hash functions by (sketch, row): mix() is a bijection of 64 bits with good avalanche.
std::uint64_t hash_of(std::uint64_t key, std::uint64_t function) {
  return mix(function, key);
}

/// Reads a hash as counter and sign.
struct Cell {
  std::size_t counter;
  double sign;
  Cell(std::uint64_t hash, std::size_t width)
      : counter(static_cast<std::size_t>((hash >> 1) % width)), sign((hash & 1) != 0 ? 1 : -1) {}
};

/// Count Sketch over some of the keys, each with the amounts that `amount(row, i)` says.
template <class Amount>
Estimates median_sketch(const KeyCounts& stream, std::span<const std::uint32_t> taking,
                        const SketchSize& size, std::uint64_t seed, Amount amount) {
  std::vector<std::vector<double>> estimates(taking.size());
  for (std::size_t row = 0; row < size.depth; ++row) {
    const std::uint64_t function = mix(seed, row);
    std::vector<double> counters(size.width);
    for (const std::uint32_t i : taking) {
      const Cell cell(hash_of(stream.keys[i], function), size.width);
      counters[cell.counter] += cell.sign * amount(row, i);
    }
    for (std::size_t at = 0; at < taking.size(); ++at) {
      const Cell cell(hash_of(stream.keys[taking[at]], function), size.width);
      estimates[at].push_back(cell.sign * counters[cell.counter]);
    }
  }
  Estimates medians;
  medians.reserve(estimates.size());
  for (auto& own : estimates) {
    std::ranges::sort(own);
    const std::size_t half = own.size() / 2;
    medians.push_back(own.size() % 2 == 1 ? own[half] : (own[half - 1] + own[half]) / 2);
  }
  return medians;
}

std::vector<std::uint32_t> all_of(const KeyCounts& stream) {
  std::vector<std::uint32_t> all(stream.keys.size());
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    all[i] = i;
  }
  return all;
}

}  // namespace

Estimates count_min(const KeyCounts& stream, const SketchSize& size, std::uint64_t seed) {
  Estimates least(stream.keys.size(), std::numeric_limits<double>::infinity());
  for (std::size_t row = 0; row < size.depth; ++row) {
    const std::uint64_t function = mix(seed, row);
    std::vector<double> counters(size.width);
    for (std::size_t i = 0; i < stream.keys.size(); ++i) {
      counters[hash_of(stream.keys[i], function) % size.width] +=
          static_cast<double>(stream.counts[i]);
    }
    for (std::size_t i = 0; i < stream.keys.size(); ++i) {
      least[i] = std::min(least[i], counters[hash_of(stream.keys[i], function) % size.width]);
    }
  }
  return least;
}

Estimates count_sketch(const KeyCounts& stream, const SketchSize& size, std::uint64_t seed) {
  return median_sketch(stream, all_of(stream), size, seed, [&](std::size_t, std::uint32_t i) {
    return static_cast<double>(stream.counts[i]);
  });
}

Estimates univmon(const KeyCounts& stream, const SketchSize& size, std::uint64_t seed) {
  const SketchSize level_size{size.depth, std::max<std::size_t>(4, size.width / kUnivmonLevels)};
  const std::uint64_t sampling = mix(seed, 0x5a);
  Estimates estimates(stream.keys.size());
  std::vector<std::uint32_t> taking = all_of(stream);
  for (std::size_t level = 0; level < kUnivmonLevels && !taking.empty(); ++level) {
    const Estimates found = median_sketch(
        stream, taking, level_size, mix(seed, 100 + level),
        [&](std::size_t, std::uint32_t i) { return static_cast<double>(stream.counts[i]); });
    for (std::size_t at = 0; at < taking.size(); ++at) {
      estimates[taking[at]] = found[at];
    }
    std::erase_if(taking, [&](std::uint32_t i) {
      return (hash_of(stream.keys[i], sampling) >> level & 1) == 0;
    });
  }
  return estimates;
}

Estimates nitro_sketch(const KeyCounts& stream, const SketchSize& size, std::uint64_t seed) {
  Random random(seed, 0x417);
  return median_sketch(stream, all_of(stream), size, seed, [&](std::size_t, std::uint32_t i) {
    return static_cast<double>(binomial(stream.counts[i], kNitroRate, random)) / kNitroRate;
  });
}

// Counting the failures between successes (geometric gaps) takes time in the number of successes,
// not of trials.
std::uint64_t binomial(std::uint64_t trials, double p, Random& random) {
  constexpr std::uint64_t kMany = 1'000'000;
  if (trials > kMany) {  // normal with the right moments: the error is far below the sketch's own
    const double mean = static_cast<double>(trials) * p;
    const double drawn = mean + std::sqrt(mean * (1 - p)) * random.normal();
    return static_cast<std::uint64_t>(
        std::clamp(std::round(drawn), 0.0, static_cast<double>(trials)));
  }
  const double log_failure = std::log1p(-p);
  std::uint64_t successes = 0;
  double left = static_cast<double>(trials);
  while (true) {
    left -= std::floor(std::log1p(-random.uniform()) / log_failure) + 1;
    if (left < 0) {
      return successes;
    }
    ++successes;
  }
}

}  // namespace tracetwin::evaluate
