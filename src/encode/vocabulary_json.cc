// Vocabularies in model files.
#include "encode/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace tracetwin {
namespace {

constexpr std::size_t kMostCells = 1 << 16;

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

}  // namespace

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
