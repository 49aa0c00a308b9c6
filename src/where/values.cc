// Every value is an interval of keys (or, for a name of several codes, a few of them). Times and
// durations are compared in nanoseconds, then cut to the keys that lie inside.
#include "where/values.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "encode/codec.h"
#include "encode/conversations.h"
#include "trace/address.h"
#include "trace/format/text/number.h"
#include "trace/packet.h"
#include "trace/time_range.h"

namespace tracetwin {
namespace {

constexpr std::uint64_t kMicrosecond = 1000;
constexpr std::uint64_t kMostCount = std::numeric_limits<std::int64_t>::max();

/// How the texts of one kind of field become keys.
struct Reading {
  const char* expected;   ///< for messages
  Key least = 0;          ///< of all keys
  Key most = kMostCount;  ///< likewise
  bool in_order = true;   ///< ranges, < and > mean something
  std::function<std::optional<KeySet>(const std::string&)> keys;
};

std::optional<KeySet> one(std::optional<Key> key) {
  return key ? std::optional(KeySet::range(*key, *key)) : std::nullopt;
}

Reading whole_numbers(const char* expected, Key most) {
  return {expected, 0, most, true, [most](const std::string& text) {
            const auto value = parse_whole(text);
            return value && *value <= most ? one(*value) : std::nullopt;
          }};
}

/// An address, or all of a prefix.
std::optional<KeySet> address_keys(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(std::string_view(text).substr(0, slash));
  if (!address || slash == std::string::npos) {
    return address ? one(key_of(*address)) : std::nullopt;
  }
  const auto bits = parse_whole(std::string_view(text).substr(slash + 1));
  const std::uint64_t most = address->is_v4() ? 32 : 128;
  if (!bits || *bits > most) {
    return std::nullopt;
  }
  const std::uint64_t host_bits = most - *bits;
  const Key hosts = host_bits == 128 ? ~Key{0} : (Key{1} << host_bits) - 1;
  const Key first = key_of(*address) & ~hosts;
  return KeySet::range(first, first | hosts);
}

/// Keys of microseconds that last so many nanoseconds.
std::optional<KeySet> duration_keys(const std::string& text) {
  const auto ns = parse_duration_ns(text);
  return ns ? one(static_cast<Key>(*ns)) : std::nullopt;
}

std::optional<KeySet> number_keys(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return one(number_key(value + 0.0));  // one zero
}

constexpr std::array<std::string_view, 4> kOpens = {"handshake", "refused", "unanswered",
                                                    "midstream"};
constexpr std::array<std::string_view, 3> kCloses = {"open", "fin", "reset"};

/// Codes by name: an opening, a closing, both, or neither.
std::optional<KeySet> tcp_keys(const std::string& text) {
  if (text == "not-tcp") {
    return one(kNotTcpCode);
  }
  KeySet keys;
  for (std::size_t open = 0; open < kOpens.size(); ++open) {
    for (std::size_t close = 0; close < kCloses.size(); ++close) {
      if (text == kOpens[open] || text == kCloses[close] ||
          text == fmt::format("{}-{}", kOpens[open], kCloses[close])) {
        keys =
            keys.united(*one(tcp_code(static_cast<TcpOpen>(open), static_cast<TcpClose>(close))));
      }
    }
  }
  const auto number = parse_whole(text);
  return !keys.empty()                      ? std::optional(keys)
         : number && *number <= kNotTcpCode ? one(*number)
                                            : std::nullopt;
}

std::optional<KeySet> protocol_keys(const std::string& text) {
  const auto protocol = parse_protocol(text);
  return protocol ? one(*protocol) : std::nullopt;
}

std::optional<KeySet> moment_keys(const std::string& text) {
  const auto time = parse_moment(text);
  return time ? one(static_cast<std::uint64_t>(*time)) : std::nullopt;
}

std::string listed(std::span<const std::string> texts) {
  constexpr std::size_t kMost = 30;
  const auto shown = texts.first(std::min(texts.size(), kMost));
  return fmt::format("{}{}", fmt::join(shown, ", "),
                     texts.size() > kMost ? fmt::format(" and {} more", texts.size() - kMost) : "");
}

Reading texts_of(const Field& field, std::span<const std::string> texts) {
  return {"one of its texts", 0, texts.empty() ? 0 : texts.size() - 1, false,
          [&field, texts](const std::string& text) {
            const auto found = std::find(texts.begin(), texts.end(), text);
            if (found == texts.end()) {
              const auto near = nearest(text, texts);
              throw Error(fmt::format("the model has no {} '{}'; it has {}", field.name,
                                      shortened(text), listed(texts)),
                          near ? fmt::format("Did you mean '{}'?", *near)
                               : "Give one of those, as it is written there.");
            }
            return one(static_cast<Key>(found - texts.begin()));
          }};
}

Reading reading_of(const Field& field, std::span<const std::string> texts) {
  switch (field.kind) {
    case FieldKind::kAddress:
      return {"an address or a prefix such as 10.0.0.0/8 or 2001:db8::/32", 0, ~Key{0}, false,
              address_keys};
    case FieldKind::kPort:
      return whole_numbers("a port from 0 to 65535", 65535);
    case FieldKind::kProtocol:
      return {"a protocol such as tcp, udp, icmp or 47", 0, 255, false, protocol_keys};
    case FieldKind::kTime:
      return {"a time such as 2026-03-01T12:00:00Z, or seconds since 1970", 0,
              static_cast<std::uint64_t>(kEndOfTimeNs) - 1, true, moment_keys};
    case FieldKind::kDuration:
      return {"a duration such as 250ms, 15s or 1h30m", 0, kMostCount, true, duration_keys};
    case FieldKind::kLength:
      return whole_numbers("a whole number from 0 to 65535", 65535);
    case FieldKind::kByte:
      return whole_numbers("a whole number from 0 to 255", 255);
    case FieldKind::kCode:
      return field.name == "tcp"
                 ? Reading{"handshake, refused, unanswered, midstream, open, fin, reset, one of "
                           "each such as handshake-fin, or not-tcp",
                           0, kNotTcpCode, false, tcp_keys}
                 : whole_numbers("one of its codes", field.cells - 1);
    case FieldKind::kCategory:
      return texts_of(field, texts);
    case FieldKind::kNumber:
      return {"a number", number_key(field.low), number_key(field.high), true, number_keys};
    case FieldKind::kSize:
    case FieldKind::kShape:
    case FieldKind::kShare:
      break;
  }
  return whole_numbers("a whole number", kMostCount);
}

/// Understands the values of one condition.
class Reader {
 public:
  Reader(const Where& where, Reading reading) : where_(where), reading_(std::move(reading)) {}

  KeySet read() const {
    const KeySet possible = KeySet::range(reading_.least, reading_.most);
    std::vector<KeySet::Interval> intervals;
    for (const Where::Value& value : where_.values) {
      const KeySet meant = compared(value);
      intervals.insert(intervals.end(), meant.intervals().begin(), meant.intervals().end());
    }
    const KeySet keys = KeySet::of(std::move(intervals));
    return (where_.comparison == Comparison::kNotIn ? keys.complement() : keys)
        .intersected(possible);
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(fmt::format("\"{}\": {}", shortened(where_.text), what));
  }

  KeySet keys_of_text(const std::string& text) const {
    const auto keys = reading_.keys(text);
    if (!keys) {
      refuse(fmt::format("'{}' is not {}", shortened(text), reading_.expected));
    }
    return *keys;
  }

  KeySet compared(const Where::Value& value) const {
    const KeySet keys = keys_of_text(value.first);
    const Key first = keys.intervals().front().first;
    const bool ordered =
        where_.comparison != Comparison::kIn && where_.comparison != Comparison::kNotIn;
    if (ordered && !reading_.in_order) {
      refuse(fmt::format("{} is no quantity with more and less, expected = or in", where_.field));
    }
    switch (where_.comparison) {
      case Comparison::kBelow:
        return first == 0 ? KeySet() : KeySet::range(0, first - 1);
      case Comparison::kAtMost:
        return KeySet::range(0, first);
      case Comparison::kAtLeast:
        return KeySet::range(first, ~Key{0});
      case Comparison::kAbove:
        return KeySet::range(first + 1, ~Key{0});  // no key that is read is the last of all
      case Comparison::kIn:
      case Comparison::kNotIn:
        break;
    }
    return value.is_range ? range(value, keys) : keys;
  }

  KeySet range(const Where::Value& value, const KeySet& from) const {
    const KeySet to = keys_of_text(value.last);
    const Key first = from.intervals().front().first;
    const Key last = to.intervals().back().last;
    if (from.intervals().size() != 1 || to.intervals().size() != 1 || !may_range()) {
      refuse(fmt::format("{} has no ranges; a text with .. in it needs quotes", where_.field));
    }
    if (first > last) {
      refuse(fmt::format("the range {}..{} ends before it begins", value.first, value.last));
    }
    return KeySet::range(first, last);
  }

  /// Addresses have ranges, too, though none is less than another.
  bool may_range() const { return reading_.in_order || reading_.most == ~Key{0}; }

  const Where& where_;
  Reading reading_;
};

/// Of a set of nanoseconds, the microseconds.
KeySet in_microseconds(const KeySet& ns) {
  std::vector<KeySet::Interval> intervals;
  for (const auto& [first, last] : ns.intervals()) {
    const Key rounded_up = first / kMicrosecond + (first % kMicrosecond != 0 ? 1 : 0);
    if (rounded_up <= last / kMicrosecond) {
      intervals.push_back({rounded_up, last / kMicrosecond});
    }
  }
  return KeySet::of(std::move(intervals));
}

}  // namespace

KeySet keys_of(const Where& where, const Field& field, std::span<const std::string> texts) {
  const KeySet keys = Reader(where, reading_of(field, texts)).read();
  return field.kind == FieldKind::kDuration ? in_microseconds(keys) : keys;
}

std::optional<std::int64_t> parse_moment(std::string_view text) {
  constexpr int kNanoseconds = 9;
  const std::string typed(text);
  auto time = parse_scaled(text, kNanoseconds);
  for (const char* rest : {"", "Z", "T00:00:00Z"}) {
    time = time ? time : parse_rfc3339_ns(typed + rest);
  }
  return time && is_possible_time(*time) ? time : std::nullopt;
}

}  // namespace tracetwin
