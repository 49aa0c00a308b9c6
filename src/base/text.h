#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tracetwin {

/// The candidate nearest to `word` by edit distance, when close enough to be a likely slip.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// "1,234,567"
std::string with_thousands(std::uint64_t number);

/// "12.3 MB" (powers of 1000).
std::string human_bytes(std::uint64_t bytes);

/// RFC 3339 date and time ("2026-03-01T12:00:00.25Z", offset or 'Z' required, ' ' accepted for
/// 'T') as nanoseconds since the Unix epoch; empty when the text is not one or does not fit.
std::optional<std::int64_t> parse_rfc3339_ns(std::string_view text);

/// Nanoseconds since the epoch as RFC 3339 in UTC, with as many decimals as needed (0, 3, 6, 9).
std::string format_rfc3339(std::int64_t time_ns);

/// A duration such as "250ms", "15s", "1h30m", "0.5d" in nanoseconds; a bare number is seconds.
std::optional<std::int64_t> parse_duration_ns(std::string_view text);

/// "59 m 44 s", "1.2 s", "340 ms".
std::string format_duration(std::int64_t duration_ns);

}  // namespace tracetwin
