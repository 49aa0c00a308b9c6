#include "trace/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "trace/io/byte_order.h"

namespace tracetwin {

namespace {

/// A decimal number of digits only, at most `limit`; `text` is advanced behind it.
std::optional<std::uint32_t> take_number(std::string_view& text, std::uint32_t limit) {
  std::uint32_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (fault != std::errc() || value > limit || (digits > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  text.remove_prefix(digits);
  return value;
}

std::optional<IpAddress> parse_dotted(std::string_view text) {
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (text.empty() || text.front() != '.') {
        return std::nullopt;
      }
      text.remove_prefix(1);
    }
    const auto number = take_number(text, 255);
    if (!number) {
      return std::nullopt;
    }
    address = address << 8 | *number;
  }
  return text.empty() ? std::optional(IpAddress::v4(address)) : std::nullopt;
}

std::optional<IpAddress> parse_v6(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated = {};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  std::copy(text.begin(), text.end(), terminated.begin());
  std::array<std::uint8_t, 16> bytes;
  if (::inet_pton(AF_INET6, terminated.data(), bytes.data()) != 1) {
    return std::nullopt;
  }
  return IpAddress::v6(bytes.data());
}

struct Run {
  std::size_t begin = 0;
  std::size_t length = 0;
};

/// The first longest run of zero groups, which RFC 5952 section 4.2 abbreviates.
Run longest_zero_run(const std::array<std::uint16_t, 8>& groups) {
  Run best;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::size_t end = i;
    while (end < groups.size() && groups[end] == 0) {
      ++end;
    }
    if (end - i > best.length) {
      best = {i, end - i};
    }
  }
  return best;
}

std::string v6_text(const IpAddress& address) {
  std::array<std::uint16_t, 8> groups;
  for (std::size_t i = 0; i < 8; ++i) {
    const std::uint64_t half = i < 4 ? address.high : address.low;
    groups[i] = static_cast<std::uint16_t>(half >> (48 - 16 * (i % 4)));
  }
  const Run zeros = longest_zero_run(groups);
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (zeros.length > 1 && i == zeros.begin) {
      text += "::";
      i += zeros.length - 1;
      continue;
    }
    const bool separated = text.empty() || text.back() == ':';
    fmt::format_to(std::back_inserter(text), "{}{:x}", separated ? "" : ":", groups[i]);
  }
  return text;
}

}  // namespace

IpAddress IpAddress::v6(const std::uint8_t* bytes) {
  const auto* at = reinterpret_cast<const std::byte*>(bytes);
  return {load_big<std::uint64_t>(at), load_big<std::uint64_t>(at + 8)};
}

std::array<std::uint8_t, 16> IpAddress::bytes() const {
  std::array<std::uint8_t, 16> bytes;
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  }
  return bytes;
}

std::optional<IpAddress> parse_address(std::string_view text) {
  if (text.find(':') != std::string_view::npos) {
    return parse_v6(text);
  }
  if (text.find('.') != std::string_view::npos) {
    return parse_dotted(text);
  }
  const auto number = take_number(text, UINT32_MAX);
  return number && text.empty() ? std::optional(IpAddress::v4(*number)) : std::nullopt;
}

std::string to_string(const IpAddress& address) {
  if (!address.is_v4()) {
    return v6_text(address);
  }
  const std::uint32_t bits = address.v4_bits();
  return fmt::format("{}.{}.{}.{}", bits >> 24, bits >> 16 & 255, bits >> 8 & 255, bits & 255);
}

}  // namespace tracetwin
