// How a vocabulary is learned: level by level, each release paid for.
#include "encode/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "dp/gaussian.h"

namespace tracetwin {
namespace {

/// Cells first … first + cells - 1 of the last level.
struct Run {
  Key first = 0;
  std::uint32_t cells = 1;
};

/// Parts of a vocabulary as they are found, level by level.
struct Found {
  std::vector<Vocabulary::Token> tokens;
  std::vector<dp::NoisyCounts> counts;

  void add(std::size_t level, std::span<const Run> runs, const dp::NoisyCounts& noisy) {
    for (const Run& run : runs) {
      tokens.push_back({static_cast<std::uint8_t>(level), run.first, run.cells});
    }
    counts.push_back(noisy);
  }
  void add(std::size_t level, std::span<const Key> cells, const dp::NoisyCounts& noisy) {
    for (const Key cell : cells) {
      tokens.push_back({static_cast<std::uint8_t>(level), cell});
    }
    counts.push_back(noisy);
  }
};

/// Exact counts of the cells of one level, by stratum.
std::vector<dp::KeyCounts> count_cells(const Codec& codec, std::size_t level,
                                       std::span<const Key> values) {
  std::vector<dp::KeyCounts> counts(codec.strata());
  for (const Key value : values) {
    const Key cell = codec.cell(level, value);
    if (cell != kNoCell) {
      ++counts[codec.stratum(value)][cell];
    }
  }
  return counts;
}

std::string release_name(const Field& field, std::size_t level) {
  return fmt::format("one-way of {}, level {}", field.name, level);
}

/// Opens the heavy cells of one level; returns the values that none of them covers.
std::vector<Key> open_level(const Codec& codec, const Field& field, std::size_t level,
                            std::span<const Key> values, const VocabularyOptions& options,
                            dp::Ledger& ledger, Found& found) {
  std::vector<dp::KeyCounts> counts = count_cells(codec, level, values);
  std::vector<dp::Stratum> strata;
  for (std::size_t s = 0; s < counts.size(); ++s) {
    strata.push_back({std::move(counts[s]), codec.log2_cells(level, s),
                      [&codec, level, s](dp::NoiseSource& noise) {
                        return codec.random_cell(
                            level, s, [&](std::uint64_t bound) { return noise.below(bound); });
                      }});
  }
  dp::HeavyRequest request;
  request.stage = "binning";
  request.what = release_name(field, level);
  request.rho = options.rho_per_release;
  request.l2_sensitivity = options.l2_sensitivity;
  request.false_cells = options.fine_false_cells;
  request.most = options.most_tokens;
  request.floor = ledger.adds_noise() ? 0 : options.floor;
  dp::KeyCounts opened;
  for (const auto& release : dp::release_heavy(strata, request, ledger)) {
    found.add(level, release.keys, release.counts);
    for (const Key key : release.keys) {
      opened[key] = 1;
    }
  }
  std::vector<Key> left;
  for (const Key value : values) {
    if (!opened.contains(codec.cell(level, value))) {
      left.push_back(value);
    }
  }
  return left;
}

/// Whether the cells of a run are free and neighbours.
bool can_join(const Codec& codec, const std::vector<bool>& taken, Key first, std::uint32_t cells) {
  for (std::uint32_t i = 0; i < cells; ++i) {
    const bool is_last = i + 1 == cells;
    if (taken[static_cast<std::size_t>(first + i)] || (!is_last && !codec.joins(first + i))) {
      return false;
    }
  }
  return true;
}

/// Cells of the last level whose noisy counts stand above the noise, then runs of 2, 4, 8, … free
/// neighbours whose sums do; in order, never none.
std::vector<Run> kept_runs(const Codec& codec, const dp::NoisyCounts& noisy, double false_cells) {
  const auto values = noisy.values();
  const auto sigmas = [&](double harm) {
    const double chance = false_cells / harm / static_cast<double>(values.size());
    return -dp::normal_quantile(std::min(0.5, chance));
  };
  const double usual = sigmas(1);
  std::vector<Run> runs;
  std::vector<bool> taken(values.size());
  for (std::uint32_t length = 1; length <= values.size(); length *= 2) {
    const double sigma = noisy.sigma() * std::sqrt(length);
    for (std::size_t first = 0; first + length <= values.size(); ++first) {
      const auto cells = values.subspan(first, length);
      const auto sum = std::accumulate(cells.begin(), cells.end(), std::int64_t{0});
      const double harm = codec.harm(first + length - 1);
      const double least = std::max(1.0, sigma * (harm > 1 ? sigmas(harm) : usual));
      if (static_cast<double>(sum) >= least && can_join(codec, taken, first, length)) {
        runs.push_back({first, length});
        std::fill_n(taken.begin() + static_cast<std::ptrdiff_t>(first), length, true);
      }
    }
  }
  if (runs.empty()) {
    runs.push_back({codec.quiet_cell(), 1});
  }
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.first < b.first; });
  return runs;
}

void close_last_level(const Codec& codec, const Field& field, std::span<const Key> values,
                      const VocabularyOptions& options, dp::Ledger& ledger, Found& found) {
  const std::size_t level = codec.levels() - 1;
  dp::PrivateCounts counts(codec.last_cells());
  for (const Key value : values) {
    counts.add(static_cast<std::size_t>(codec.cell(level, value)));
  }
  const dp::NoisyCounts noisy = dp::release(
      counts,
      {"binning", release_name(field, level), options.rho_per_release, options.l2_sensitivity},
      ledger);
  const std::vector<Run> kept = kept_runs(codec, noisy, options.false_cells);
  std::vector<std::vector<std::size_t>> groups;
  for (const Run& run : kept) {
    groups.emplace_back(run.cells);
    std::iota(groups.back().begin(), groups.back().end(), static_cast<std::size_t>(run.first));
  }
  found.add(level, kept, noisy.grouped(groups));
}

/// Lists the categories of a column that nobody declared: those whose noisy count passes the
/// threshold of partition selection, and "other".
std::vector<std::string> release_names(const Field& field, const PrivateColumn& column,
                                       const VocabularyOptions& options, dp::Ledger& ledger) {
  std::unordered_map<std::string, std::int64_t> counts;
  for (const Key id : column.values) {
    ++counts[column.names[static_cast<std::size_t>(id)]];
  }
  const dp::ReleaseRequest request{"binning", fmt::format("categories of {}", field.name),
                                   options.rho_per_release, options.l2_sensitivity};
  auto names = dp::release_categories(counts, request, options.category_releases, ledger).names;
  std::erase(names, kOtherCategory);
  names.emplace_back(kOtherCategory);
  return names;
}

}  // namespace

Vocabulary::Learned Vocabulary::learn(const Field& field, const Window& window,
                                      const PrivateColumn& column, const VocabularyOptions& options,
                                      dp::Ledger& ledger) {
  std::vector<std::string> names = field.values;
  std::vector<Key> values = column.values;
  if (field.kind == FieldKind::kCategory) {
    if (names.empty()) {
      names = release_names(field, column, options, ledger);
    }
    values = translate(column, names);
  }
  const std::shared_ptr<const Codec> codec = make_codec(field, window, names.size());
  Found found;
  for (std::size_t level = 0; level + 1 < codec->levels(); ++level) {
    values = open_level(*codec, field, level, values, options, ledger, found);
  }
  close_last_level(*codec, field, values, options, ledger, found);
  return {Vocabulary(codec, std::move(found.tokens), std::move(names)),
          dp::NoisyCounts::joined(found.counts)};
}

}  // namespace tracetwin
