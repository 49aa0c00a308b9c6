#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tracetwin {

/// A whole number >= 0 in decimal. Decimal fractions and exponents are accepted when the value is
/// whole ("80.0", "1.5e3": the forms in which data frames write integers). Empty when the text is
/// anything else or does not fit.
std::optional<std::uint64_t> parse_whole(std::string_view text);

/// The decimal number in `text` times 10^scale, rounded half away from zero, without passing
/// through floating point: parse_scaled("1713484795.943239", 9) is that time in nanoseconds.
/// Accepts a sign, a fraction and an exponent. Empty when the text is no number or does not fit.
std::optional<std::int64_t> parse_scaled(std::string_view text, int scale);

void append_whole(std::string& text, std::uint64_t value);

/// Appends value / 10^scale in decimal with at least `min_decimals` decimals and otherwise no
/// trailing zeros: the inverse of parse_scaled(). 0 <= scale <= 18.
void append_scaled(std::string& text, std::int64_t value, int scale, int min_decimals = 0);

/// `text` without spaces and tabs at its ends.
inline std::string_view trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_space(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace tracetwin
