#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "encode/vocabulary.h"
#include "schema/field.h"
#include "where/key_set.h"
#include "where/where.h"

namespace tracetwin {

/// What of a field's key a condition speaks about: all of it, or one number of a pair.
enum class Quantity : std::uint8_t {
  kWhole,
  kFirst,   ///< packets of a flow, packets forward of a conversation
  kSecond,  ///< bytes of a flow, packets backward of a conversation
  kSum,     ///< packets of a conversation
};
Key quantity_of(Quantity quantity, Key key);

/// A condition that a model's records can be held against: a quantity of one field is among `keys`.
struct Condition {
  std::size_t field = 0;  ///< of the schema
  Quantity quantity = Quantity::kWhole;
  KeySet keys;
  std::string name;  ///< of the quantity, as users know it
  std::string text;  ///< as it was typed

  bool holds(Key key) const { return keys.contains(quantity_of(quantity, key)); }
};

/// What users call the quantities of a schema's fields, in its order: the field's name, or for a
/// pair `packets` and `bytes` (flow records), `packets`, `fwd_packets` and `bwd_packets`
/// (conversations). Names are compared without case and without anything but letters and digits;
/// flow-csv's other names (docs/formats.md) and those of Zeek are known, too.
std::vector<std::string> quantity_names(const Schema& schema);

/// Gives conditions their meaning for a model's fields; `vocabularies` are parallel to the
/// schema's. Values are, by kind of field:
///   address   an address, a prefix (10.0.0.0/8), a range
///   port, byte, length, numbers of packets and bytes   whole numbers
///   protocol  names and numbers
///   time      dates and times (UTC when nothing else is said) and seconds since 1970
///   duration  with units (10ms, 1h30m); a bare number is seconds
///   code      numbers; of `tcp` also how a conversation opens (handshake, refused, unanswered,
///             midstream), closes (open, fin, reset), both (handshake-fin), or not-tcp
///   category  its texts
///   number    numbers
///   share     (orig_pkts, orig_ip_bytes) the number of packets or bytes in the output
/// Throws Error for an unknown field (naming the nearest and all), a value that is none of its
/// field, a text that the model does not have (naming those it has), and for conditions on one
/// quantity that exclude each other.
std::vector<Condition> understand(std::span<const Where> wheres, const Schema& schema,
                                  std::span<const Vocabulary> vocabularies);

/// The same of one condition, on a quantity that is no category; empty when `schema` has none of
/// that name.
std::optional<Condition> understand_if_there(const Where& where, const Schema& schema);

/// Throws what understand() would, as far as a schema tells: all but the texts of categories that
/// nobody declared. So that a budget is not spent on a twin that cannot be.
void check_conditions(std::span<const Where> wheres, const Schema& schema);

/// A date and time as RFC 3339 has it (without an offset: UTC; without a time: midnight), or
/// seconds since 1970, as nanoseconds since then; empty when it is neither, or not a possible time.
std::optional<std::int64_t> parse_moment(std::string_view text);

}  // namespace tracetwin
