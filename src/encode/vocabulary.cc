#include "encode/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>

namespace tracetwin {
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

Vocabulary Vocabulary::of_fixed(const Field& field) {
  return Vocabulary(make_codec(field, {0, 1}, 1), {Token{}}, {});
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

std::vector<Key> Vocabulary::translate(const PrivateColumn& column,
                                       std::span<const std::string> names) {
  std::vector<Key> keys;
  for (const auto& text : column.names) {
    const auto found = std::find(names.begin(), names.end(), text);
    keys.push_back(
        static_cast<Key>(std::min<std::ptrdiff_t>(found - names.begin(), std::ssize(names) - 1)));
  }
  return keys;
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

PackedColumn Vocabulary::encode(const PrivateColumn& column) const {
  const std::vector<Key> names = names_.empty() ? std::vector<Key>() : translate(column, names_);
  PackedColumn codes;
  for (const Key value : column.values) {
    codes.push_back(encode(names_.empty() ? value : names[static_cast<std::size_t>(value)]));
  }
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
  return draw(pick(code, random), random);
}

Key Vocabulary::draw(std::uint16_t token, Random& random) const {
  constexpr int kTries = 16;
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

}  // namespace tracetwin
