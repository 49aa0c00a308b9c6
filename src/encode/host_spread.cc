#include "encode/host_spread.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "dp/counts.h"
#include "encode/shared_counts.h"

namespace tracetwin {
namespace {

constexpr std::size_t kOctaves = HostSpread::kOctaves;

std::size_t octave_of(std::uint64_t records) {
  return std::min(kOctaves - 1, static_cast<std::size_t>(std::bit_width(records)) - 1);
}

/// Exact hosts by octave, and behind them the number of records.
dp::PrivateCounts count_hosts(const PackedColumn& values, const Vocabulary& vocabulary,
                              const work::Ranks& ranks) {
  dp::KeyCounts records;
  for (const Key value : values) {
    if (!vocabulary.has_own_code(value)) {
      ++records[value];
    }
  }
  dp::PrivateCounts counts(kOctaves + 1);
  for (const auto& [address, count] : ranks.alone() ? records : united(records, ranks)) {
    counts.add(kOctaves, count);
    counts.add(octave_of(static_cast<std::uint64_t>(count)));
  }
  return counts;
}

/// Mean number of records in an octave, for chances that fall with the square.
std::array<double, kOctaves> means() {
  std::array<double, kOctaves> result{};
  for (std::size_t b = 0; b < kOctaves; ++b) {
    double sum = 0;
    double weights = 0;
    for (std::uint64_t m = 1ULL << b; m < 2ULL << b; ++m) {
      const auto x = static_cast<double>(m);
      sum += 1 / x;
      weights += 1 / (x * x);
    }
    result[b] = sum / weights;
  }
  return result;
}

/// The nearest non-negative numbers that add up to `records`.
std::vector<double> fitted(std::vector<double> hosts, double records) {
  const std::array<double, kOctaves> mean = means();
  std::array<bool, kOctaves> free{};
  free.fill(true);
  std::vector<double> result(kOctaves);
  for (bool again = true; again;) {
    double gap = records;
    double squares = 0;
    for (std::size_t b = 0; b < kOctaves; ++b) {
      gap -= free[b] ? hosts[b] * mean[b] : 0;
      squares += free[b] ? mean[b] * mean[b] : 0;
    }
    again = false;
    for (std::size_t b = 0; b < kOctaves; ++b) {
      result[b] = free[b] ? hosts[b] + gap / squares * mean[b] : 0;
      if (result[b] < 0) {
        free[b] = false;
        again = true;
      }
    }
  }
  return result;
}

}  // namespace

HostSpread::HostSpread(std::vector<double> hosts) : hosts_(std::move(hosts)) {
  const bool sound = std::all_of(hosts_.begin(), hosts_.end(),
                                 [](double h) { return std::isfinite(h) && h >= 0; });
  const double sum = std::accumulate(hosts_.begin(), hosts_.end(), 0.0);
  if (!sound || hosts_.size() > kOctaves || !(sum > 0) || !std::isfinite(sum)) {
    throw Error(
        fmt::format("the spread of records over addresses is not up to {} numbers of "
                    "addresses",
                    kOctaves));
  }
}

HostSpread HostSpread::learn(const PrivateColumn& column, const Vocabulary& vocabulary,
                             const Request& request, dp::Ledger& ledger) {
  dp::ReleaseRequest release;
  release.stage = "binning";
  release.what = fmt::format("records an address, of {}", request.field);
  release.rho = request.rho;
  release.l2_sensitivity = request.records_per_unit * std::sqrt(3.0);
  const work::Ranks& ranks = request.ranks;
  const dp::NoisyCounts noisy =
      dp::release(ranks.alone() ? count_hosts(column.values, vocabulary, ranks)
                                : count_hosts(own_part(column.values, ranks), vocabulary, ranks),
                  release, ledger);
  std::vector<double> hosts(noisy.values().begin(), noisy.values().end() - 1);
  if (ledger.adds_noise()) {
    hosts = fitted(std::move(hosts), std::max(1.0, static_cast<double>(noisy.values().back())));
  }
  const bool none = std::all_of(hosts.begin(), hosts.end(), [](double h) { return h <= 0; });
  return none ? HostSpread() : HostSpread(std::move(hosts));
}

std::uint64_t HostSpread::draw(Random& random) const {
  double sum = 0;
  std::size_t octave = 0;
  for (std::size_t b = 0; b < hosts_.size(); ++b) {
    sum += hosts_[b];
    octave = random.uniform() * sum < hosts_[b] ? b : octave;
  }
  return static_cast<std::uint64_t>(std::exp2(octave) / (1 - random.uniform() / 2));
}

}  // namespace tracetwin
