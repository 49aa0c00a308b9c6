#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace tracetwin::autoregressive {

/// A token is part of a record only where another one, `parent`, is and is at least `least`: the
/// digits of an address are where its first token says that it is none of the frequent ones.
struct Guard {
  std::uint32_t parent = 0;  ///< an earlier token
  std::uint32_t least = 0;

  friend bool operator==(const Guard&, const Guard&) = default;
};

/// One choice that a record consists of.
struct Token {
  std::string name;           ///< for people
  std::uint32_t choices = 2;  ///< 1 … kMostChoices
  std::uint32_t field = 0;    ///< tokens of one field are forgotten together in training
  /// Only tokens of the same field read it: the last digits of an address say little of what its
  /// host does, and are what a network would know a single host by.
  bool local = false;
  std::optional<Guard> guard = std::nullopt;
  /// What the others are drawn given, and is known beforehand: neither learned nor drawn. Such
  /// tokens come before all others.
  bool given = false;

  friend bool operator==(const Token&, const Token&) = default;
};

/// The tokens of a record in the order in which they are drawn, each given those before it.
using Layout = std::vector<Token>;

/// Value of a token that is no part of its record.
inline constexpr std::uint16_t kInactive = 0xFFFF;
inline constexpr std::uint32_t kMostChoices = 1U << 14;
inline constexpr std::size_t kMostTokens = 4096;

/// Whether token `t` is part of a record whose tokens before it are `record`.
inline bool is_active(const Layout& layout, std::size_t t, const std::uint16_t* record) {
  const auto& guard = layout[t].guard;
  return !guard || (record[guard->parent] != kInactive && record[guard->parent] >= guard->least);
}

/// The tokens before `t` that it depends on: first those that all read, then its field's own.
std::vector<std::size_t> reads_of(const Layout& layout, std::size_t t);

/// Choices of all tokens before `t`: the place of its first value among all values.
std::size_t first_value(const Layout& layout, std::size_t t);

/// How many tokens are given.
std::size_t given_tokens(const Layout& layout);

/// Throws Error on a layout without tokens to draw, of too many choices, or whose guards look
/// ahead; the first token has none.
void check(const Layout& layout);

nlohmann::ordered_json to_json(const Layout& layout);
/// The inverse, checked. Throws Error, or nlohmann's exception for a wrong type.
Layout layout_from(const nlohmann::json& json);

}  // namespace tracetwin::autoregressive
