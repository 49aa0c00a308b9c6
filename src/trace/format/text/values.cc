#include "trace/format/text/values.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "base/text.h"
#include "trace/format/text/number.h"
#include "trace/packet.h"
#include "trace/time_range.h"

namespace tracetwin {
namespace {

constexpr std::uint64_t kMaxV4 = 0xffffffff;
constexpr int kNanosecondDigits = 9;

/// A dotted address without superfluous zeros. This is the usual case by far; every other text is
/// judged by parse_address().
std::optional<IpAddress> parse_plain_dotted(std::string_view text) {
  std::uint32_t address = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto digit = [&] { return at == end ? 10U : static_cast<unsigned>(*at) - '0'; };
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && (at == end || *at++ != '.')) {
      return std::nullopt;
    }
    unsigned value = digit();
    if (value > 9) {
      return std::nullopt;
    }
    ++at;
    for (unsigned next = digit(); next <= 9 && value > 0 && value < 26; next = digit()) {
      value = value * 10 + next;
      ++at;
    }
    if (value > 255) {
      return std::nullopt;
    }
    address = address << 8 | value;
  }
  return at == end ? std::optional(IpAddress::v4(address)) : std::nullopt;
}

/// parse_address() and, beyond it, IPv4 addresses as the floating-point numbers of data frames.
std::optional<IpAddress> parse_any_address(std::string_view text) {
  if (const auto address = parse_plain_dotted(text)) {
    return address;
  }
  if (const auto address = parse_address(text)) {
    return address;
  }
  const auto number = parse_whole(text);
  if (!number || *number > kMaxV4) {
    return std::nullopt;
  }
  return IpAddress::v4(static_cast<std::uint32_t>(*number));
}

std::optional<std::uint8_t> parse_any_protocol(std::string_view text) {
  if (const auto protocol = parse_protocol(text)) {
    return protocol;
  }
  const auto number = parse_whole(text);
  if (!number || *number > std::numeric_limits<std::uint8_t>::max()) {
    return std::nullopt;
  }
  return static_cast<std::uint8_t>(*number);
}

/// RFC 3339, also with '/' inside the date (Argus) and without an offset (nfdump).
std::optional<std::int64_t> parse_date(std::string_view text) {
  constexpr std::size_t kBehindYear = 4;
  constexpr std::size_t kBehindMonth = 7;
  std::string date(text);
  if (date.size() > kBehindMonth && date[kBehindYear] == '/' && date[kBehindMonth] == '/') {
    date[kBehindYear] = '-';
    date[kBehindMonth] = '-';
  }
  const auto time = parse_rfc3339_ns(date);
  return time ? time : parse_rfc3339_ns(date + "Z");
}

/// parse_whole() and, beyond it, hexadecimal numbers behind "0x" (tshark, Argus).
std::optional<std::uint64_t> parse_any_whole(std::string_view text) {
  if (!text.starts_with("0x")) {
    return parse_whole(text);
  }
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data() + 2, end, number, 16);
  return fault == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

/// Counters that a program which knows no whole numbers wrote.
std::optional<std::uint64_t> parse_rounded(std::string_view text) {
  constexpr double kMost = 9e15;  // where neighbouring doubles are one apart
  double value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool sound = error == std::errc() && end == text.data() + text.size();
  if (!sound || !(value >= 0 && value <= kMost)) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(std::llround(value));
}

}  // namespace

void Values::fail(std::string_view field, std::string_view expected) {
  if (ok()) {
    field_ = field;
    expected_ = expected;
  }
}

std::string Values::reason() const {
  return std::string(field_) + " is not " + std::string(expected_);
}

IpAddress Values::address(std::string_view field, std::string_view text) {
  const auto address = parse_any_address(trim(text));
  if (!address) {
    fail(field, "an address");
  }
  return address.value_or(IpAddress{});
}

std::uint8_t Values::protocol(std::string_view field, std::string_view text) {
  if (text == protocol_text_ && !text.empty()) {
    return protocol_;
  }
  const auto protocol = parse_any_protocol(trim(text));
  if (!protocol) {
    fail(field, "a protocol");
    return 0;
  }
  protocol_text_ = text;
  protocol_ = *protocol;
  return protocol_;
}

std::uint64_t Values::whole(std::string_view field, std::string_view text, std::uint64_t most,
                            std::uint64_t absent) {
  const std::string_view digits = trim(text);
  if (digits.empty()) {
    return absent;
  }
  const auto number = parse_any_whole(digits);
  if (!number || *number > most) {
    fail(field, most == 0xffff ? "a number up to 65535" : "a whole number in its range");
    return absent;
  }
  return *number;
}

std::uint64_t Values::count(std::string_view field, std::string_view text) {
  const std::string_view digits = trim(text);
  auto number = parse_whole(digits);
  if (!number) {
    number = parse_rounded(digits);
  }
  if (!number) {
    fail(field, "a whole number");
  }
  return number.value_or(0);
}

std::int64_t Values::time(std::string_view field, std::string_view text, int scale) {
  const std::string_view shown = trim(text);
  auto time = parse_scaled(shown, scale);
  if (!time) {
    time = parse_date(shown);
  }
  if (!time) {
    fail(field, "a time");
  } else if (!is_possible_time(*time)) {
    fail(field, "a time from 1970 to 2262");
  }
  return time.value_or(0);
}

std::int64_t Values::seconds(std::string_view field, std::string_view text) {
  return span(field, text, kNanosecondDigits);
}

std::int64_t Values::span(std::string_view field, std::string_view text, int scale) {
  const std::string_view digits = trim(text);
  if (digits.empty()) {
    return 0;
  }
  const auto ns = parse_scaled(digits, scale);
  if (!ns || *ns < 0) {
    fail(field, scale == kNanosecondDigits ? "a number of seconds" : "a number of at least 0");
    return 0;
  }
  return *ns;
}

}  // namespace tracetwin
