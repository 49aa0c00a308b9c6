#include "trace/format/text/values.h"

#include <limits>
#include <optional>

#include "base/text.h"
#include "trace/format/text/number.h"
#include "trace/packet.h"

namespace tracetwin {
namespace {

constexpr std::uint64_t kMaxV4 = 0xffffffff;
constexpr int kNanosecondDigits = 9;

/// parse_address() and, beyond it, IPv4 addresses as the floating-point numbers of data frames.
std::optional<IpAddress> parse_any_address(std::string_view text) {
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

std::optional<std::int64_t> parse_date(std::string_view text) {
  if (const auto time = parse_rfc3339_ns(text)) {
    return time;
  }
  return parse_rfc3339_ns(std::string(text) + "Z");
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
  const auto number = parse_whole(digits);
  if (!number || *number > most) {
    fail(field, most == 0xffff ? "a number up to 65535" : "a whole number in its range");
    return absent;
  }
  return *number;
}

std::uint64_t Values::count(std::string_view field, std::string_view text) {
  const auto number = parse_whole(trim(text));
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
  }
  return time.value_or(0);
}

std::int64_t Values::seconds(std::string_view field, std::string_view text) {
  const std::string_view digits = trim(text);
  if (digits.empty()) {
    return 0;
  }
  const auto span = parse_scaled(digits, kNanosecondDigits);
  if (!span || *span < 0) {
    fail(field, "a number of seconds");
    return 0;
  }
  return *span;
}

}  // namespace tracetwin
