#include "encode/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/parallel.h"
#include "dp/gaussian.h"

namespace tracetwin {
namespace {

constexpr std::size_t kBlock = 65536;
constexpr std::size_t kMostCells = 1 << 16;

/// Parts of a vocabulary as they are found, level by level.
struct Found {
  std::vector<Vocabulary::Token> tokens;
  std::vector<dp::NoisyCounts> counts;

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
  request.false_cells = std::min(request.false_cells, options.false_cells / 10);
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

/// Cells of the last level that stand above the noise; never none.
std::vector<Key> kept_cells(const Codec& codec, const dp::NoisyCounts& noisy, double false_cells) {
  const auto values = noisy.values();
  const double sigmas =
      dp::normal_quantile(1 - std::min(0.5, false_cells / static_cast<double>(values.size())));
  const double least = std::max(1.0, sigmas * noisy.sigma());
  std::vector<Key> kept;
  for (std::size_t cell = 0; cell < values.size(); ++cell) {
    if (static_cast<double>(values[cell]) >= least) {
      kept.push_back(cell);
    }
  }
  if (kept.empty()) {
    kept.push_back(codec.quiet_cell());
  }
  return kept;
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
  const std::vector<Key> kept = kept_cells(codec, noisy, options.false_cells);
  std::vector<std::size_t> indices(kept.begin(), kept.end());
  found.add(level, kept, noisy.selected(indices));
}

/// "high:low" in hexadecimal, as to_json() writes a cell.
Key parse_cell(const std::string& text) {
  const std::size_t colon = text.find(':');
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  const char* end = text.data() + text.size();
  if (colon == std::string::npos ||
      std::from_chars(text.data(), text.data() + colon, high, 16).ptr != text.data() + colon ||
      std::from_chars(text.data() + colon + 1, end, low, 16).ptr != end) {
    throw Error(fmt::format("\"{}\" is not a cell of a vocabulary", text));
  }
  return Key{high} << 64 | low;
}

/// Codes of a private column's texts in `names`; texts not among them get the last code, which is
/// that of kOtherCategory.
std::vector<Key> translate(const PrivateColumn& column, std::span<const std::string> names) {
  std::vector<Key> codes;
  for (const auto& text : column.names) {
    const auto found = std::find(names.begin(), names.end(), text);
    codes.push_back(
        static_cast<Key>(std::min<std::ptrdiff_t>(found - names.begin(), std::ssize(names) - 1)));
  }
  std::vector<Key> translated(column.values.size());
  std::transform(column.values.begin(), column.values.end(), translated.begin(),
                 [&](Key id) { return codes[static_cast<std::size_t>(id)]; });
  return translated;
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

Vocabulary::Vocabulary(std::shared_ptr<const Codec> codec, std::vector<Token> tokens,
                       std::vector<std::string> names)
    : codec_(std::move(codec)),
      tokens_(std::move(tokens)),
      names_(std::move(names)),
      codes_(codec_->levels()),
      last_(codec_->last_cells()) {
  std::vector<std::uint16_t> last_codes;
  for (std::size_t code = 0; code < tokens_.size(); ++code) {
    const Token& token = tokens_[code];
    codes_[token.level][token.cell] = static_cast<std::uint16_t>(code);
    if (token.level + 1U == codec_->levels()) {
      last_codes.push_back(static_cast<std::uint16_t>(code));
    }
  }
  for (Key cell = 0; cell < last_.size(); ++cell) {
    if (const auto kept = codes_.back().find(cell); kept != codes_.back().end()) {
      last_[static_cast<std::size_t>(cell)] = kept->second;
      continue;
    }
    const auto nearer = [&](std::uint16_t a, std::uint16_t b) {
      return codec_->distance(tokens_[a].cell, cell) < codec_->distance(tokens_[b].cell, cell);
    };
    last_[static_cast<std::size_t>(cell)] =
        *std::min_element(last_codes.begin(), last_codes.end(), nearer);
  }
}

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

std::uint16_t Vocabulary::encode(Key value) const {
  const std::size_t last = codec_->levels() - 1;
  for (std::size_t level = 0; level < last; ++level) {
    if (codes_[level].empty()) {
      continue;
    }
    const auto found = codes_[level].find(codec_->cell(level, value));
    if (found != codes_[level].end()) {
      return found->second;
    }
  }
  return last_[static_cast<std::size_t>(codec_->cell(last, value))];
}

std::vector<std::uint16_t> Vocabulary::encode(const PrivateColumn& column, unsigned threads) const {
  const std::vector<Key> translated =
      names_.empty() ? std::vector<Key>() : translate(column, names_);
  const std::vector<Key>& values = names_.empty() ? column.values : translated;
  std::vector<std::uint16_t> codes(values.size());
  parallel_blocks((values.size() + kBlock - 1) / kBlock, threads, [&](std::size_t block) {
    const std::size_t end = std::min(values.size(), (block + 1) * kBlock);
    for (std::size_t row = block * kBlock; row < end; ++row) {
      codes[row] = encode(values[row]);
    }
  });
  return codes;
}

Key Vocabulary::decode(std::uint16_t code, Random& random) const {
  constexpr int kTries = 16;
  const Token& token = tokens_[code];
  Key value = codec_->draw(token.level, token.cell, random);
  for (int tries = 0; tries < kTries && encode(value) != code; ++tries) {
    value = codec_->draw(token.level, token.cell, random);
  }
  return value;
}

std::string Vocabulary::describe(std::uint16_t code) const {
  const Token& token = tokens_[code];
  return names_.empty() ? codec_->describe(token.level, token.cell)
                        : names_[static_cast<std::size_t>(token.cell)];
}

nlohmann::json Vocabulary::to_json() const {
  nlohmann::json tokens = nlohmann::json::array();
  for (const Token& token : tokens_) {
    tokens.push_back(
        {token.level, fmt::format("{:x}:{:x}", static_cast<std::uint64_t>(token.cell >> 64),
                                  static_cast<std::uint64_t>(token.cell))});
  }
  return {{"tokens", tokens}, {"names", names_}};
}

Vocabulary Vocabulary::from_json(const Field& field, const Window& window,
                                 const nlohmann::json& json) {
  const auto names = json.at("names").get<std::vector<std::string>>();
  if (names.empty() != (field.kind != FieldKind::kCategory) || names.size() > kMostCells) {
    throw Error(
        fmt::format("the vocabulary of field \"{}\" has {} names", field.name, names.size()));
  }
  const std::shared_ptr<const Codec> codec = make_codec(field, window, names.size());
  std::vector<Token> tokens;
  bool has_last = false;
  for (const auto& entry : json.at("tokens")) {
    const auto level =
        entry.at(0).is_number_unsigned() ? entry.at(0).get<std::size_t>() : codec->levels();
    const Key cell = parse_cell(entry.at(1).get<std::string>());
    const bool is_last = level + 1 == codec->levels();
    if (level >= codec->levels() || !codec->has_cell(level, cell)) {
      throw Error(fmt::format("the vocabulary of field \"{}\" has an impossible code", field.name));
    }
    has_last = has_last || is_last;
    tokens.push_back({static_cast<std::uint8_t>(level), cell});
  }
  if (!has_last || tokens.size() > kMostCells) {
    throw Error(fmt::format("the vocabulary of field \"{}\" is incomplete", field.name));
  }
  return {codec, std::move(tokens), names};
}

}  // namespace tracetwin
