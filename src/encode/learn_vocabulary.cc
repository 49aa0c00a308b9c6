// How a vocabulary is learned: level by level, each release paid for.
#include "encode/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "encode/segments.h"
#include "encode/shared_counts.h"

namespace tracetwin {
namespace {

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
                                       const PackedColumn& values) {
  std::vector<dp::KeyCounts> counts(codec.strata());
  for (const Key value : values) {
    const Key cell = codec.cell(level, value);
    if (cell != kNoCell) {
      ++counts[codec.stratum(value)][cell];
    }
  }
  return counts;
}

/// What all ranks counted together.
void merge(std::vector<dp::KeyCounts>& counts, const work::Ranks& ranks) {
  for (std::size_t s = 0; !ranks.alone() && s < counts.size(); ++s) {
    counts[s] = united(counts[s], ranks);
  }
}

std::string release_name(const Field& field, std::size_t level) {
  return fmt::format("one-way of {}, level {}", field.name, level);
}

/// Opens the heavy cells of one level; returns the values that none of them covers.
PackedColumn open_level(const Codec& codec, const Field& field, std::size_t level,
                        const PackedColumn& values, const VocabularyOptions& options,
                        dp::Ledger& ledger, Found& found) {
  std::vector<dp::KeyCounts> counts = count_cells(codec, level, values);
  merge(counts, options.ranks);
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
  PackedColumn left;
  for (const Key value : values) {
    if (!opened.contains(codec.cell(level, value))) {
      left.push_back(value);
    }
  }
  return left;
}

void close_last_level(const Codec& codec, const Field& field, const PackedColumn& values,
                      const VocabularyOptions& options, dp::Ledger& ledger, Found& found) {
  const std::size_t level = codec.levels() - 1;
  dp::PrivateCounts counts(codec.last_cells());
  for (const Key value : values) {
    counts.add(static_cast<std::size_t>(codec.cell(level, value)));
  }
  options.ranks.add_up(counts.exact());
  const dp::NoisyCounts noisy = dp::release(
      counts,
      {"binning", release_name(field, level), options.rho_per_release, options.l2_sensitivity},
      ledger);
  const std::vector<Run> kept = segments(codec, noisy, options.false_cells);
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
                                   options.name_rho, options.l2_sensitivity};
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
  PackedColumn translated;
  if (field.kind == FieldKind::kCategory) {
    if (names.empty()) {
      names = release_names(field, column, options, ledger);
    }
    const std::vector<Key> keys = translate(column, names);
    for (const Key id : column.values) {
      translated.push_back(keys[static_cast<std::size_t>(id)]);
    }
  }
  const PackedColumn* values = field.kind == FieldKind::kCategory ? &translated : &column.values;
  PackedColumn part;
  if (!options.ranks.alone()) {
    part = own_part(*values, options.ranks);
    values = &part;
  }
  const std::shared_ptr<const Codec> codec = make_codec(field, window, names.size());
  Found found;
  PackedColumn left;  // by the levels so far
  for (std::size_t level = 0; level + 1 < codec->levels(); ++level) {
    left = open_level(*codec, field, level, *values, options, ledger, found);
    values = &left;
  }
  close_last_level(*codec, field, *values, options, ledger, found);
  return {Vocabulary(codec, std::move(found.tokens), std::move(names)),
          dp::NoisyCounts::joined(found.counts)};
}

}  // namespace tracetwin
