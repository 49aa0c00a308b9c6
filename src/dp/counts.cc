#include "dp/counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "base/bytes.h"
#include "base/error.h"
#include "dp/discrete_gaussian.h"
#include "dp/false_cells.h"

namespace tracetwin::dp {

/// The one door from numbers to NoisyCounts.
class Releaser {
 public:
  static NoisyCounts make(std::vector<std::int64_t> values, const Sigma2& sigma2) {
    return NoisyCounts(std::move(values), std::sqrt(sigma2.value()));
  }
};

namespace {

using Cell = KeyCount;

void check(const HeavyRequest& request, std::span<const Stratum> strata) {
  const auto fail = [&](std::string_view problem) {
    throw Error(fmt::format("stage '{}' asks for {}: {}", request.stage, request.what, problem));
  };
  if (!(request.false_cells > 0 && request.false_cells <= 30)) {
    fail("the expected number of false cells must be above 0 and at most 30");
  }
  for (const Stratum& stratum : strata) {
    if (!(stratum.log2_cells >= 0 && stratum.log2_cells <= 128)) {
      fail("a domain must have 1 to 2^128 cells");
    }
    if (static_cast<double>(stratum.counts.size()) > std::exp2(stratum.log2_cells) * (1 + 1e-9)) {
      fail("there are more keys than the domain has cells");
    }
  }
}

std::uint64_t saturated_cells(std::span<const Stratum> strata) {
  double cells = 0;
  for (const Stratum& stratum : strata) {
    cells += std::exp2(stratum.log2_cells);
  }
  return cells < 0x1p63 ? static_cast<std::uint64_t>(std::round(cells)) : UINT64_MAX;
}

// Ascending by key, so that noise from a fixed seed does not depend on the map's order.
template <class Map>
auto present_sorted(const Map& counts) {
  std::vector<std::pair<typename Map::key_type, std::int64_t>> cells;
  for (const auto& [key, count] : counts) {
    if (count < 0) {
      throw Error(fmt::format("a private count is {}, expected at least 0", count));
    }
    if (count > 0) {
      cells.emplace_back(key, count);
    }
  }
  std::sort(cells.begin(), cells.end());
  return cells;
}

template <class Cells>
void add_noise_and_drop(Cells& cells, const DiscreteGaussian& law, std::int64_t threshold,
                        NoiseSource& noise) {
  for (auto& [key, count] : cells) {
    count += law.draw(noise);
  }
  std::erase_if(cells, [&](const auto& cell) { return cell.second < threshold; });
}

void keep_largest(std::vector<Cell>& cells, std::size_t most) {
  const auto larger = [](const Cell& a, const Cell& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  };
  if (cells.size() > most) {
    const auto end = cells.begin() + static_cast<std::ptrdiff_t>(most);
    std::nth_element(cells.begin(), end, cells.end(), larger);
    cells.erase(end, cells.end());
  }
  std::sort(cells.begin(), cells.end());
}

HeavyRelease heavy_release(std::vector<Cell> cells, std::size_t most, std::int64_t threshold,
                           const Sigma2& sigma2) {
  keep_largest(cells, most);
  HeavyRelease result;
  std::vector<std::int64_t> values;
  for (const auto& [key, count] : cells) {
    result.keys.push_back(key);
    values.push_back(count);
  }
  result.counts = Releaser::make(std::move(values), sigma2);
  result.threshold = threshold;
  return result;
}

void pack(const HeavyRelease& release, Packer& to) {
  to.put_list(release.keys);
  to.put_list(
      std::vector<std::int64_t>(release.counts.values().begin(), release.counts.values().end()));
  to.put(release.threshold);
}

HeavyRelease unpack_heavy(Unpacker& from, const Sigma2& sigma2) {
  HeavyRelease release;
  release.keys = from.get_list<Key>();
  release.counts = Releaser::make(from.get_list<std::int64_t>(), sigma2);
  release.threshold = from.get<std::int64_t>();
  return release;
}

HeavyRelease exact_heavy(std::vector<Cell> cells, const HeavyRequest& request) {
  const std::int64_t threshold = std::max<std::int64_t>(request.floor, 1);
  std::erase_if(cells, [&](const Cell& cell) { return cell.second < threshold; });
  return heavy_release(std::move(cells), request.most, threshold, Sigma2{});
}

HeavyRelease noisy_heavy(std::vector<Cell> cells, const Stratum& stratum,
                         const HeavyRequest& request, const Sigma2& sigma2, NoiseSource& noise) {
  const double domain = std::exp2(stratum.log2_cells);
  const std::int64_t threshold =
      std::max({std::int64_t{1}, request.floor,
                discrete_gaussian_threshold(sigma2, request.false_cells / domain)});
  const std::vector<Cell> false_cells =
      draw_false_cells(cells, stratum.log2_cells, stratum.draw_key, sigma2, threshold, noise);
  add_noise_and_drop(cells, DiscreteGaussian(sigma2), threshold, noise);
  cells.insert(cells.end(), false_cells.begin(), false_cells.end());
  return heavy_release(std::move(cells), request.most, threshold, sigma2);
}

using NamedCells = std::vector<std::pair<std::string, std::int64_t>>;

std::string packed(const NamedCells& cells) {
  Packer packer;
  for (const auto& [name, count] : cells) {
    packer.put_text(name);
    packer.put(count);
  }
  return packer.take();
}

NamedCells unpacked(const std::string& bytes) {
  NamedCells cells;
  for (Unpacker from(bytes); !from.at_end();) {
    std::string name(from.get_text());
    cells.emplace_back(std::move(name), from.get<std::int64_t>());
  }
  return cells;
}

}  // namespace

void PrivateCounts::merge(const PrivateCounts& other) {
  if (other.size() != size()) {
    throw Error(fmt::format("counts of {} and of {} cells cannot be merged", size(), other.size()));
  }
  std::transform(values_.begin(), values_.end(), other.values_.begin(), values_.begin(),
                 std::plus<>());
}

NoisyCounts NoisyCounts::joined(std::span<const NoisyCounts> parts) {
  NoisyCounts whole;
  for (const NoisyCounts& part : parts) {
    whole.values_.insert(whole.values_.end(), part.values_.begin(), part.values_.end());
    whole.sigma_ = std::max(whole.sigma_, part.sigma_);
  }
  return whole;
}

NoisyCounts NoisyCounts::selected(std::span<const std::size_t> cells) const {
  std::vector<std::int64_t> values;
  for (const std::size_t cell : cells) {
    if (cell >= values_.size()) {
      throw Error(fmt::format("noisy cell {} of {} was selected", cell, values_.size()));
    }
    values.push_back(values_[cell]);
  }
  return NoisyCounts(std::move(values), sigma_);
}

NoisyCounts NoisyCounts::grouped(std::span<const std::vector<std::size_t>> groups) const {
  std::vector<std::int64_t> sums;
  std::size_t largest = 1;
  for (const auto& cells : groups) {
    const auto parts = selected(cells);
    sums.push_back(std::accumulate(parts.values_.begin(), parts.values_.end(), std::int64_t{0}));
    largest = std::max(largest, cells.size());
  }
  return NoisyCounts(std::move(sums), sigma_ * std::sqrt(static_cast<double>(largest)));
}

NoisyCounts release(const PrivateCounts& counts, const ReleaseRequest& request, Ledger& ledger) {
  const Sigma2 sigma2 = ledger.reserve(request.stage, request.what, request.rho,
                                       request.l2_sensitivity, counts.size());
  std::vector<std::int64_t> values(counts.exact().begin(), counts.exact().end());
  if (ledger.adds_noise()) {
    const std::string bytes = ledger.released([&](NoiseSource& noise) {
      const DiscreteGaussian law(sigma2);
      for (std::int64_t& value : values) {
        value += law.draw(noise);
      }
      Packer packer;
      packer.put_list(values);
      return packer.take();
    });
    values = Unpacker(bytes).get_list<std::int64_t>();
  }
  return Releaser::make(std::move(values), sigma2);
}

std::vector<HeavyRelease> release_heavy(std::span<const Stratum> strata,
                                        const HeavyRequest& request, Ledger& ledger) {
  check(request, strata);
  std::vector<std::vector<Cell>> present;
  for (const Stratum& stratum : strata) {
    present.push_back(present_sorted(stratum.counts));
  }
  const Sigma2 sigma2 = ledger.reserve(request.stage, request.what, request.rho,
                                       request.l2_sensitivity, saturated_cells(strata));
  std::vector<HeavyRelease> releases;
  if (!ledger.adds_noise()) {
    for (std::vector<Cell>& cells : present) {
      releases.push_back(exact_heavy(std::move(cells), request));
    }
    return releases;
  }
  const std::string bytes = ledger.released([&](NoiseSource& noise) {
    Packer packer;
    for (std::size_t i = 0; i < strata.size(); ++i) {
      pack(noisy_heavy(std::move(present[i]), strata[i], request, sigma2, noise), packer);
    }
    return packer.take();
  });
  for (Unpacker from(bytes); releases.size() < strata.size();) {
    releases.push_back(unpack_heavy(from, sigma2));
  }
  return releases;
}

CategoryRelease release_categories(const std::unordered_map<std::string, std::int64_t>& counts,
                                   const ReleaseRequest& request, int uses_left, Ledger& ledger) {
  const double most = request.l2_sensitivity;
  if (most < 1 || most != std::floor(most) || uses_left < 1) {
    throw Error(
        fmt::format("stage '{}' asks for {}: undeclared categories are released for a whole "
                    "sensitivity, and with at least one use left",
                    request.stage, request.what));
  }
  const double delta = ledger.threshold_delta_left() / uses_left;
  if (ledger.adds_noise() && delta <= 0) {
    throw Error(
        fmt::format("stage '{}' asks for {}, but no delta is left for undeclared categories",
                    request.stage, request.what),
        "Declare the categories, or keep a share of delta for thresholds.",
        ExitCode::kBudgetExceeded);
  }
  auto cells = present_sorted(counts);
  const Sigma2 sigma2 = ledger.reserve(request.stage, request.what, request.rho, most, 0, delta);
  CategoryRelease result;
  result.threshold = 1;
  if (ledger.adds_noise()) {
    result.threshold = static_cast<std::int64_t>(most) +
                       discrete_gaussian_threshold(sigma2, ledger.rows().back().delta / most);
    const std::string bytes = ledger.released([&](NoiseSource& noise) {
      add_noise_and_drop(cells, DiscreteGaussian(sigma2), result.threshold, noise);
      return packed(cells);
    });
    cells = unpacked(bytes);
  }
  std::vector<std::int64_t> values;
  for (auto& [name, count] : cells) {
    result.names.push_back(std::move(name));
    values.push_back(count);
  }
  result.counts = Releaser::make(std::move(values), sigma2);
  return result;
}

}  // namespace tracetwin::dp
