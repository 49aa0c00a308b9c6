// A key is mixed once a sketch; a row then multiplies it by an odd number of its own and reads the
// counter from the upper half of the product (multiply-shift) and the sign from a bit below.
#include "evaluate/sketches.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kUnivmonLevels = 8;
constexpr double kNitroWeight = 10;

std::uint64_t mixed(std::uint64_t key, std::uint64_t seed) {
  std::uint64_t h = (key ^ seed) * 0x9e3779b97f4a7c15ULL;
  h = (h ^ (h >> 32)) * 0xbf58476d1ce4e5b9ULL;
  return h ^ (h >> 29);
}

/// Rows of counters, and where a key falls in each.
class Counters {
 public:
  Counters(const SketchSize& size, std::uint64_t seed)
      : size_(size), seed_(mix(seed, 0)), counters_(size.depth * size.width) {
    for (std::size_t row = 0; row < size.depth; ++row) {
      factors_.push_back(mix(seed, row + 1) | 1);
    }
  }

  std::uint64_t hash(std::uint64_t key) const { return mixed(key, seed_); }
  double& at(std::size_t row, std::uint64_t hash) {
    const std::uint64_t upper = hash * factors_[row] >> 32;
    return counters_[row * size_.width + (upper * size_.width >> 32)];
  }
  double sign(std::size_t row, std::uint64_t hash) const {
    return (hash * factors_[row] >> 31 & 1) != 0 ? 1 : -1;
  }
  std::size_t depth() const { return size_.depth; }

  /// Adds what `amount(row)` says to the key's counters, with their signs.
  template <class Amount>
  void add_signed(std::uint64_t key, Amount amount) {
    const std::uint64_t own = hash(key);
    for (std::size_t row = 0; row < size_.depth; ++row) {
      at(row, own) += sign(row, own) * amount(row);
    }
  }

  /// Whether the median is at least `threshold`; most keys fail it after a few rows.
  bool reaches(std::uint64_t key, double threshold) {
    const std::uint64_t own = hash(key);
    std::size_t below = 0;
    for (std::size_t row = 0; row < size_.depth; ++row) {
      below += sign(row, own) * at(row, own) < threshold ? 1 : 0;
      if (2 * below > size_.depth) {
        return false;
      }
    }
    return 2 * below < size_.depth || median(key) >= threshold;
  }

  bool all_reach(std::uint64_t key, double threshold) {
    const std::uint64_t own = hash(key);
    for (std::size_t row = 0; row < size_.depth; ++row) {
      if (at(row, own) < threshold) {
        return false;
      }
    }
    return true;
  }

  double median(std::uint64_t key) {
    const std::uint64_t own = hash(key);
    std::vector<double> read;
    for (std::size_t row = 0; row < size_.depth; ++row) {
      read.push_back(sign(row, own) * at(row, own));
    }
    std::ranges::sort(read);
    const std::size_t half = read.size() / 2;
    return read.size() % 2 == 1 ? read[half] : (read[half - 1] + read[half]) / 2;
  }

 private:
  SketchSize size_;
  std::uint64_t seed_;
  std::vector<std::uint64_t> factors_;
  std::vector<double> counters_;
};

template <class Reaches>
void detect(const KeyCounts& stream, Reaches reaches, Detection* detection) {
  if (detection == nullptr) {
    return;
  }
  for (std::size_t i = 0; i < stream.keys.size(); ++i) {
    if (reaches(stream.keys[i], detection->threshold)) {
      ++detection->detected;
      const bool heavy = static_cast<double>(stream.counts[i]) >= detection->threshold;
      detection->right += heavy ? 1 : 0;
    }
  }
}

Estimates medians(Counters& counters, const KeyCounts& stream, Asked asked, Detection* detection) {
  detect(
      stream, [&](std::uint64_t key, double threshold) { return counters.reaches(key, threshold); },
      detection);
  Estimates found;
  for (const std::uint32_t i : asked) {
    found.push_back(counters.median(stream.keys[i]));
  }
  return found;
}

}  // namespace

Estimates count_min(const KeyCounts& stream, Asked asked, const SketchSize& size,
                    std::uint64_t seed, Detection* detection) {
  Counters counters(size, seed);
  for (std::size_t i = 0; i < stream.keys.size(); ++i) {
    const std::uint64_t own = counters.hash(stream.keys[i]);
    for (std::size_t row = 0; row < size.depth; ++row) {
      counters.at(row, own) += static_cast<double>(stream.counts[i]);
    }
  }
  detect(
      stream,
      [&](std::uint64_t key, double threshold) { return counters.all_reach(key, threshold); },
      detection);
  Estimates found;
  for (const std::uint32_t i : asked) {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t row = 0; row < size.depth; ++row) {
      least = std::min(least, counters.at(row, counters.hash(stream.keys[i])));
    }
    found.push_back(least);
  }
  return found;
}

Estimates count_sketch(const KeyCounts& stream, Asked asked, const SketchSize& size,
                       std::uint64_t seed, Detection* detection) {
  Counters counters(size, seed);
  for (std::size_t i = 0; i < stream.keys.size(); ++i) {
    const auto count = static_cast<double>(stream.counts[i]);
    counters.add_signed(stream.keys[i], [&](std::size_t) { return count; });
  }
  return medians(counters, stream, asked, detection);
}

Estimates univmon(const KeyCounts& stream, Asked asked, const SketchSize& size, std::uint64_t seed,
                  Detection* detection) {
  const SketchSize level_size{size.depth, std::max<std::size_t>(4, size.width / kUnivmonLevels)};
  std::vector<Counters> levels;
  for (std::size_t level = 0; level < kUnivmonLevels; ++level) {
    levels.emplace_back(level_size, mix(seed, 100 + level));
  }
  // A key is in level l when its first l sampling bits are all set.
  const std::uint64_t sampling = mix(seed, 99);
  const auto deepest = [&](std::uint64_t key) {
    const int ones = std::countr_one(mixed(key, sampling));
    return std::min<std::size_t>(static_cast<std::size_t>(ones), kUnivmonLevels - 1);
  };
  for (std::size_t i = 0; i < stream.keys.size(); ++i) {
    const auto count = static_cast<double>(stream.counts[i]);
    const std::size_t last = deepest(stream.keys[i]);
    for (std::size_t level = 0; level <= last; ++level) {
      levels[level].add_signed(stream.keys[i], [&](std::size_t) { return count; });
    }
  }
  detect(
      stream,
      [&](std::uint64_t key, double threshold) {
        return levels[deepest(key)].reaches(key, threshold);
      },
      detection);
  Estimates found;
  for (const std::uint32_t i : asked) {
    found.push_back(levels[deepest(stream.keys[i])].median(stream.keys[i]));
  }
  return found;
}

Estimates nitro_sketch(const KeyCounts& stream, Asked asked, const SketchSize& size,
                       std::uint64_t seed, Detection* detection) {
  Random random(seed, 0x417);
  Counters counters(size, seed);
  for (std::size_t i = 0; i < stream.keys.size(); ++i) {
    counters.add_signed(stream.keys[i], [&](std::size_t) {
      return kNitroWeight * static_cast<double>(one_in_ten(stream.counts[i], random));
    });
  }
  return medians(counters, stream, asked, detection);
}

namespace {

constexpr std::size_t kBlock = 64;

/// For 0 to kBlock trials, the chance of at most 0, 1, … successes.
using Cumulative = std::array<std::array<double, kBlock + 1>, kBlock + 1>;

Cumulative make_cumulative() {
  constexpr double kChance = 1 / kNitroWeight;
  Cumulative all{};
  for (std::size_t trials = 0; trials <= kBlock; ++trials) {
    double exactly = std::pow(1 - kChance, static_cast<double>(trials));
    double sum = exactly;
    for (std::size_t k = 0; k < kBlock; ++k) {
      all[trials][k] = sum;
      const double left = k < trials ? static_cast<double>(trials - k) : 0;
      exactly *= left / static_cast<double>(k + 1) * kChance / (1 - kChance);
      sum += exactly;
    }
    all[trials][kBlock] = 1;
  }
  return all;
}

}  // namespace

// Up to 64 trials take one draw, which walks along their cumulative distribution.
std::uint64_t one_in_ten(std::uint64_t trials, Random& random) {
  static const Cumulative kCumulative = make_cumulative();
  constexpr std::uint64_t kMany = 100'000;
  constexpr double kChance = 1 / kNitroWeight;
  constexpr std::size_t kUsual = 4;
  if (trials > kMany) {
    const double mean = static_cast<double>(trials) * kChance;
    const double drawn = mean + std::sqrt(mean * (1 - kChance)) * random.normal();
    return static_cast<std::uint64_t>(
        std::clamp(std::round(drawn), 0.0, static_cast<double>(trials)));
  }
  std::uint64_t successes = 0;
  for (std::uint64_t left = trials; left > 0;) {
    const std::uint64_t now = std::min<std::uint64_t>(left, kBlock);
    const auto& chances = kCumulative[now];
    const double drawn = random.uniform();
    std::uint64_t k = 0;
    for (std::size_t i = 0; i < kUsual; ++i) {  // nearly always enough, and without a branch
      k += drawn >= chances[i] ? 1 : 0;
    }
    while (k >= kUsual && k < now && drawn >= chances[k]) {
      ++k;
    }
    successes += std::min(k, now);
    left -= now;
  }
  return successes;
}

}  // namespace tracetwin::evaluate
