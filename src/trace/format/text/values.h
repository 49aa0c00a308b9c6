#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "trace/address.h"

namespace tracetwin {

/// Typed values of one record. The first text that is not what it should be is remembered and
/// makes the record unreadable; reading on after it is harmless. Spaces around texts are ignored.
class Values {
 public:
  IpAddress address(std::string_view field, std::string_view text);
  /// Name or number.
  std::uint8_t protocol(std::string_view field, std::string_view text);
  /// A whole number up to `most`, also hexadecimal behind "0x"; `absent` when the text is blank.
  std::uint64_t whole(std::string_view field, std::string_view text, std::uint64_t most,
                      std::uint64_t absent = 0);
  /// A number of at least 0 that has to be there; what is no whole number is rounded.
  std::uint64_t count(std::string_view field, std::string_view text);
  /// A point in time as nanoseconds since the epoch: a number in units of 10^scale ns, or an
  /// RFC 3339 date and time, UTC where it names no offset; '/' may stand for '-' in the date.
  /// Only the times of trace/time_range.h are accepted.
  std::int64_t time(std::string_view field, std::string_view text, int scale);
  /// A length of time in nanoseconds from a number of seconds >= 0; 0 when the text is blank.
  std::int64_t seconds(std::string_view field, std::string_view text);
  /// The same from a number in units of 10^scale ns.
  std::int64_t span(std::string_view field, std::string_view text, int scale);

  /// Remembers that `field` is not `expected`, unless something else was wrong before.
  void fail(std::string_view field, std::string_view expected);
  bool ok() const { return field_.empty(); }
  /// "srcip is not an address".
  std::string reason() const;
  void clear() { field_ = {}; }

 private:
  std::string_view field_;
  std::string_view expected_;
  std::string protocol_text_;  // the last one, since most records repeat it
  std::uint8_t protocol_ = 0;
};

}  // namespace tracetwin
