#include "encode/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.h"
#include "base/parallel.h"
#include "dp/gaussian.h"

namespace tracetwin {
namespace {

constexpr std::size_t kBlock = 65536;
constexpr std::size_t kMostCells = 1 << 16;

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

/// Whether each of `tokens` is in exactly one group, and none is empty.
bool is_partition(const std::vector<std::vector<std::uint16_t>>& groups, std::size_t tokens) {
  std::vector<bool> met(tokens);
  std::size_t seen = 0;
  for (const auto& group : groups) {
    for (const std::uint16_t token : group) {
      if (token >= tokens || met[token]) {
        return false;
      }
      met[token] = true;
      ++seen;
    }
  }
  return seen == tokens && std::none_of(groups.begin(), groups.end(),
                                        [](const auto& group) { return group.empty(); });
}

bool are_weights(const std::vector<double>& weights, std::size_t tokens) {
  return weights.size() == tokens && std::all_of(weights.begin(), weights.end(), [](double weight) {
           return std::isfinite(weight) && weight > 0;
         });
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
      token_at_(codec_->levels()),
      last_(codec_->last_cells()) {
  std::vector<std::uint16_t> last_tokens;
  std::vector<std::vector<std::uint16_t>> alone;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const Token& token = tokens_[i];
    token_at_[token.level][token.cell] = static_cast<std::uint16_t>(i);
    alone.push_back({static_cast<std::uint16_t>(i)});
    if (token.level + 1U == codec_->levels()) {
      last_tokens.push_back(static_cast<std::uint16_t>(i));
    }
  }
  set_groups(std::move(alone), std::vector<double>(tokens_.size(), 1.0));
  const auto distance = [this](std::uint16_t i, Key cell) {
    const Token& token = tokens_[i];
    const Key last = token.cell + token.span - 1;
    return cell >= token.cell && cell <= last
               ? -1.0
               : std::min(codec_->distance(token.cell, cell), codec_->distance(last, cell));
  };
  for (Key cell = 0; cell < last_.size(); ++cell) {
    if (const auto kept = token_at_.back().find(cell); kept != token_at_.back().end()) {
      last_[static_cast<std::size_t>(cell)] = kept->second;
      continue;
    }
    const auto nearer = [&](std::uint16_t a, std::uint16_t b) {
      return distance(a, cell) < distance(b, cell);
    };
    last_[static_cast<std::size_t>(cell)] =
        *std::min_element(last_tokens.begin(), last_tokens.end(), nearer);
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

void Vocabulary::set_groups(std::vector<std::vector<std::uint16_t>> members,
                            std::vector<double> weights) {
  members_ = std::move(members);
  weights_ = std::move(weights);
  code_of_.resize(tokens_.size());
  for (std::size_t code = 0; code < members_.size(); ++code) {
    for (const std::uint16_t token : members_[code]) {
      code_of_[token] = static_cast<std::uint16_t>(code);
    }
  }
}

namespace {

/// Tokens that share a code, and their released count.
struct Group {
  std::vector<std::uint16_t> tokens;
  double count = 0;
  bool joins_next = false;
};

/// Joins the two neighbours that are smallest together until `most` are left, or none may join.
void join_smallest(std::vector<Group>& groups, std::size_t most) {
  while (groups.size() > most) {
    std::size_t best = groups.size();
    for (std::size_t i = 0; i + 1 < groups.size(); ++i) {
      const double both = groups[i].count + groups[i + 1].count;
      if (groups[i].joins_next &&
          (best == groups.size() || both < groups[best].count + groups[best + 1].count)) {
        best = i;
      }
    }
    if (best == groups.size()) {
      return;
    }
    Group& left = groups[best];
    const Group& right = groups[best + 1];
    left.tokens.insert(left.tokens.end(), right.tokens.begin(), right.tokens.end());
    left.count += right.count;
    left.joins_next = right.joins_next;
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

}  // namespace

Vocabulary::Learned Vocabulary::grouped(const dp::NoisyCounts& counts, std::size_t most) const {
  if (!codec_->in_line() || tokens_.size() <= most) {
    return {*this, counts};
  }
  Random random(0);
  std::vector<std::pair<Key, std::uint16_t>> order;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    order.emplace_back(draw(tokens_[i], random), static_cast<std::uint16_t>(i));
  }
  std::sort(order.begin(), order.end(), [this](const auto& a, const auto& b) {
    return std::pair(codec_->stratum(a.first), a) < std::pair(codec_->stratum(b.first), b);
  });
  std::vector<Group> groups;
  std::vector<double> weights(tokens_.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto [value, token] = order[i];
    weights[token] = static_cast<double>(std::max<std::int64_t>(1, counts.values()[token]));
    const bool joins =
        i + 1 < order.size() && codec_->stratum(value) == codec_->stratum(order[i + 1].first);
    groups.push_back({{token}, weights[token], joins});
  }
  join_smallest(groups, most);
  std::vector<std::vector<std::uint16_t>> members;
  std::vector<std::vector<std::size_t>> cells;
  for (Group& group : groups) {
    cells.emplace_back(group.tokens.begin(), group.tokens.end());
    members.push_back(std::move(group.tokens));
  }
  Learned result{*this, counts.grouped(cells)};
  result.vocabulary.set_groups(std::move(members), std::move(weights));
  return result;
}

std::uint16_t Vocabulary::encode(Key value) const {
  return code_of_[token_of(value)];
}

std::uint16_t Vocabulary::token_of(Key value) const {
  const std::size_t last = codec_->levels() - 1;
  for (std::size_t level = 0; level < last; ++level) {
    if (token_at_[level].empty()) {
      continue;
    }
    const auto found = token_at_[level].find(codec_->cell(level, value));
    if (found != token_at_[level].end()) {
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

Key Vocabulary::draw(const Token& token, Random& random) const {
  double weights = 0;
  Key chosen = token.cell;
  for (Key cell = token.cell; token.span > 1 && cell < token.cell + token.span; ++cell) {
    weights += codec_->weight(cell);
    chosen = random.uniform() * weights < codec_->weight(cell) ? cell : chosen;
  }
  return codec_->draw(token.level, chosen, random);
}

Key Vocabulary::decode(std::uint16_t code, Random& random) const {
  constexpr int kTries = 16;
  const std::uint16_t token = pick(code, random);
  Key value = draw(tokens_[token], random);
  for (int tries = 0; tries < kTries && token_of(value) != token; ++tries) {
    value = draw(tokens_[token], random);
  }
  return value;
}

std::uint16_t Vocabulary::pick(std::uint16_t code, Random& random) const {
  const auto& tokens = members_[code];
  std::uint16_t chosen = tokens.front();
  double sum = 0;
  for (const std::uint16_t token : tokens) {
    sum += weights_[token];
    chosen = tokens.size() > 1 && random.uniform() * sum < weights_[token] ? token : chosen;
  }
  return chosen;
}

std::string Vocabulary::describe(std::uint16_t code) const {
  const Token& token = tokens_[members_[code].front()];
  const Token& other = tokens_[members_[code].back()];
  if (!names_.empty()) {
    return names_[static_cast<std::size_t>(token.cell)];
  }
  const std::string first = codec_->describe(token.level, token.cell);
  const std::string last = codec_->describe(other.level, other.cell + other.span - 1);
  return first == last ? first : fmt::format("{} to {}", first, last);
}

nlohmann::json Vocabulary::to_json() const {
  nlohmann::json tokens = nlohmann::json::array();
  for (const Token& token : tokens_) {
    tokens.push_back({token.level,
                      fmt::format("{:x}:{:x}", static_cast<std::uint64_t>(token.cell >> 64),
                                  static_cast<std::uint64_t>(token.cell)),
                      token.span});
  }
  return {{"tokens", tokens}, {"names", names_}, {"codes", members_}, {"weights", weights_}};
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
    const auto span = entry.at(2).get<std::uint32_t>();
    const bool is_last = level + 1 == codec->levels();
    const Key end = is_last ? Key{codec->last_cells()} : cell + 1;
    if (level >= codec->levels() || !codec->has_cell(level, cell) || span == 0 ||
        span > end - cell) {
      throw Error(fmt::format("the vocabulary of field \"{}\" has an impossible code", field.name));
    }
    has_last = has_last || is_last;
    tokens.push_back({static_cast<std::uint8_t>(level), cell, span});
  }
  if (!has_last || tokens.size() > kMostCells) {
    throw Error(fmt::format("the vocabulary of field \"{}\" is incomplete", field.name));
  }
  Vocabulary vocabulary(codec, std::move(tokens), names);
  auto members = json.at("codes").get<std::vector<std::vector<std::uint16_t>>>();
  auto weights = json.at("weights").get<std::vector<double>>();
  if (!is_partition(members, vocabulary.tokens_.size()) ||
      !are_weights(weights, vocabulary.tokens_.size())) {
    throw Error(fmt::format("the codes of field \"{}\" are no groups of its tokens", field.name));
  }
  vocabulary.set_groups(std::move(members), std::move(weights));
  return vocabulary;
}

}  // namespace tracetwin
