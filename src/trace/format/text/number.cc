// Decimal text is taken apart into up to 19 significant digits and a power of ten; scaling is
// then integer arithmetic. Digits behind the 19th only shift the exponent. Half-way cases round
// away from zero, so of the digits that are cut off only the first can change the result, and
// only when no other digit is scaled away.
#include "trace/format/text/number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "trace/io/byte_order.h"

namespace tracetwin {
namespace {

constexpr std::size_t kMaxDigits = 19;
constexpr int kFarExponent = 100'000;

constexpr auto kPowersOfTen = [] {
  std::array<std::uint64_t, kMaxDigits + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) {
    powers[i] = powers[i - 1] * 10;
  }
  return powers;
}();

/// (-1)^negative * digits * 10^exponent; `inexact` when non-zero digits were cut off.
struct Decimal {
  bool negative = false;
  bool inexact = false;
  bool cut = false;
  bool half_or_more = false;  // the first digit that was cut off is 5 or more
  std::uint64_t digits = 0;
  std::size_t significant = 0;
  int exponent = 0;

  void take(char c, bool behind_point) {
    if (significant < kMaxDigits) {
      digits = digits * 10 + static_cast<std::uint64_t>(c - '0');
      significant += digits != 0 ? 1 : 0;
      exponent -= behind_point ? 1 : 0;
    } else {
      half_or_more = cut ? half_or_more : c >= '5';
      cut = true;
      inexact = inexact || c != '0';
      exponent += behind_point ? 0 : 1;
    }
  }
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<int> parse_exponent(std::string_view text) {
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
  }
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) {
    return std::nullopt;
  }
  return std::clamp(value, -kFarExponent, kFarExponent);
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  constexpr std::size_t kLongest = 400;
  if (text.size() > kLongest) {
    return std::nullopt;
  }
  Decimal decimal;
  std::size_t at = 0;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    decimal.negative = text[0] == '-';
    at = 1;
  }
  bool any = false;
  bool point = false;
  for (; at < text.size() && (is_digit(text[at]) || (text[at] == '.' && !point)); ++at) {
    if (text[at] == '.') {
      point = true;
    } else {
      decimal.take(text[at], point);
      any = true;
    }
  }
  if (any && at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const auto exponent = parse_exponent(text.substr(at + 1));
    decimal.exponent += exponent.value_or(0);
    at = exponent ? text.size() : at;
  }
  return any && at == text.size() ? std::optional(decimal) : std::nullopt;
}

std::optional<std::uint64_t> scale_up(std::uint64_t digits, int power) {
  if (digits == 0) {
    return 0;
  }
  if (power > int{kMaxDigits} ||
      digits > std::numeric_limits<std::uint64_t>::max() / kPowersOfTen[std::size_t(power)]) {
    return std::nullopt;
  }
  return digits * kPowersOfTen[std::size_t(power)];
}

std::uint64_t scale_down(std::uint64_t digits, int power) {
  if (power > int{kMaxDigits}) {
    return 0;
  }
  const std::uint64_t unit = kPowersOfTen[std::size_t(power)];
  return digits / unit + (digits % unit >= unit - unit / 2 ? 1 : 0);
}

constexpr std::uint64_t in_all_bytes(std::uint64_t byte) {
  return byte * 0x0101010101010101;
}

/// Whether all bytes are '0' to '9': the upper half of each is 3 and stays so when 6 is added.
bool are_digits(std::uint64_t bytes) {
  constexpr std::uint64_t kUpper = in_all_bytes(0xf0);
  return (bytes & kUpper) == in_all_bytes('0') &&
         ((bytes + in_all_bytes(6)) & kUpper) == in_all_bytes('0');
}

/// The number that eight digits make, the first in the lowest byte: neighbours are joined to
/// numbers of two digits, those to four, those to eight.
std::uint64_t join_digits(std::uint64_t bytes) {
  bytes &= in_all_bytes(0x0f);
  bytes = (bytes * 10 + (bytes >> 8)) & 0x00ff00ff00ff00ff;
  bytes = (bytes * 100 + (bytes >> 16)) & 0x0000ffff0000ffff;
  return (bytes * 10'000 + (bytes >> 32)) & 0xffffffff;
}

/// Appends the digits at the front of `text` to `value`; returns how many there were.
std::size_t take_digits(std::string_view text, std::uint64_t& value) {
  constexpr std::size_t kWord = 8;
  std::size_t taken = 0;
  for (; taken + kWord <= text.size(); taken += kWord) {
    const auto* at = reinterpret_cast<const std::byte*>(text.data() + taken);
    const auto bytes = load<std::uint64_t>(at, std::endian::little);
    if (!are_digits(bytes)) {
      break;
    }
    value = value * kPowersOfTen[kWord] + join_digits(bytes);
  }
  for (; taken < text.size() && is_digit(text[taken]); ++taken) {
    value = value * 10 + static_cast<std::uint64_t>(text[taken] - '0');
  }
  return taken;
}

/// Plain digits, few enough of them never to overflow.
std::optional<std::uint64_t> parse_short_whole(std::string_view text) {
  std::uint64_t value = 0;
  const bool plain =
      !text.empty() && text.size() <= kMaxDigits && take_digits(text, value) == text.size();
  return plain ? std::optional(value) : std::nullopt;
}

/// The same with a point among them.
std::optional<std::int64_t> parse_short(std::string_view text, int scale) {
  std::uint64_t value = 0;
  if (text.size() > kMaxDigits) {
    return std::nullopt;
  }
  const std::size_t whole = take_digits(text, value);
  std::size_t decimals = 0;
  if (whole < text.size()) {
    decimals = take_digits(text.substr(whole + 1), value);
    if (text[whole] != '.' || whole + 1 + decimals != text.size()) {
      return std::nullopt;
    }
  }
  const int power = scale - static_cast<int>(decimals);
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (power < 0 || power > int{kMaxDigits} || whole + decimals == 0 ||
      value > kMost / kPowersOfTen[std::size_t(power)]) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(value * kPowersOfTen[std::size_t(power)]);
}

}  // namespace

std::optional<std::uint64_t> parse_whole(std::string_view text) {
  if (const auto value = parse_short_whole(text)) {
    return value;
  }
  std::uint64_t longest = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, longest);
  if (error == std::errc() && stop == end) {
    return longest;
  }
  auto decimal = parse_decimal(text);
  if (!decimal || decimal->inexact || (decimal->negative && decimal->digits != 0)) {
    return std::nullopt;
  }
  while (decimal->exponent < 0 && decimal->digits != 0 && decimal->digits % 10 == 0) {
    decimal->digits /= 10;
    ++decimal->exponent;
  }
  if (decimal->exponent < 0 && decimal->digits != 0) {
    return std::nullopt;
  }
  return scale_up(decimal->digits, std::max(decimal->exponent, 0));
}

std::optional<std::int64_t> parse_scaled(std::string_view text, int scale) {
  if (const auto value = parse_short(text, scale)) {
    return value;
  }
  const auto decimal = parse_decimal(text);
  if (!decimal) {
    return std::nullopt;
  }
  const int power = decimal->exponent + scale;
  const std::uint64_t digits = decimal->digits + (power == 0 && decimal->half_or_more ? 1 : 0);
  const auto magnitude =
      power >= 0 ? scale_up(digits, power) : std::optional(scale_down(digits, -power));
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (!magnitude || *magnitude > kMost + (decimal->negative ? 1 : 0)) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(decimal->negative ? std::uint64_t{0} - *magnitude : *magnitude);
}

void append_whole(std::string& text, std::uint64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  text.append(digits.data(), end);
}

void append_scaled(std::string& text, std::int64_t value, int scale, int min_decimals) {
  const auto bits = static_cast<std::uint64_t>(value);
  const std::uint64_t magnitude = value < 0 ? std::uint64_t{0} - bits : bits;
  const std::uint64_t unit = kPowersOfTen[std::size_t(scale)];
  if (value < 0) {
    text += '-';
  }
  append_whole(text, magnitude / unit);
  std::uint64_t fraction = magnitude % unit;
  int decimals = scale;
  for (; decimals > min_decimals && fraction % 10 == 0; --decimals) {
    fraction /= 10;
  }
  if (decimals <= 0) {
    return;
  }
  text += '.';
  const std::size_t begin = text.size();
  text.append(std::size_t(decimals), '0');
  for (std::size_t at = begin + std::size_t(decimals); fraction != 0; fraction /= 10) {
    text[--at] = static_cast<char>('0' + fraction % 10);
  }
}

}  // namespace tracetwin
