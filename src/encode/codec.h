#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/random.h"
#include "dp/counts.h"
#include "schema/field.h"
#include "trace/address.h"

namespace tracetwin {

using dp::Key;

/// A cell that a value does not have at some level ("too large for an exact token").
inline constexpr Key kNoCell = ~Key{0};

/// How one kind of field is cut into cells, coarser from level to level: the *public* half of its
/// encoding. Level 0 is the finest. The last level is small and enumerable: its cells are the keys
/// 0 … last_cells()-1 and every value has one. Which cells of the finer levels become codes of
/// their own is decided by a Vocabulary, with noise.
///
/// A value is a Key: an address as its 128 bits, a port, microseconds, two counters packed into
/// one; see each codec. Encoder and decoder stand side by side, and for every level, cell and
/// random stream: cell(level, draw(level, c)) == c (a property test walks all codecs).
///
/// Some domains fall into public strata (IPv4 and IPv6) of very different size; a value is in
/// exactly one, so that measuring each costs no more than measuring one (parallel composition).
class Codec {
 public:
  virtual ~Codec() = default;

  virtual std::size_t levels() const = 0;
  virtual std::size_t strata() const { return 1; }
  virtual std::size_t stratum(Key /*value*/) const { return 0; }
  /// log2 of the number of cells of one stratum; not asked for the last level.
  virtual double log2_cells(std::size_t level, std::size_t stratum) const = 0;
  virtual std::uint32_t last_cells() const = 0;
  /// The cell of the last level that stays when none stands out: a harmless one.
  virtual Key quiet_cell() const { return 0; }

  virtual Key cell(std::size_t level, Key value) const = 0;
  /// Whether there is such a cell on this level (below levels()).
  virtual bool has_cell(std::size_t level, Key cell) const = 0;
  /// A value inside a cell, by the codec's public prior (uniform, or uniform on the log scale).
  virtual Key draw(std::size_t level, Key cell, Random& random) const = 0;
  /// A uniformly drawn cell of a stratum; not asked for the last level.
  virtual Key random_cell(std::size_t level, std::size_t stratum,
                          const std::function<std::uint64_t(std::uint64_t)>& below) const = 0;
  /// How far apart two cells of the last level are: values of a cell that was given up go to the
  /// nearest one kept.
  virtual double distance(Key a, Key b) const {
    return a > b ? static_cast<double>(a - b) : static_cast<double>(b - a);
  }
  /// Whether cells a and a+1 of the last level are neighbours, so that cells that hold too few
  /// records each may share a code together.
  virtual bool joins(Key /*a*/) const { return false; }
  /// Whether values that are near as numbers are near in meaning.
  virtual bool in_line() const { return false; }
  /// How likely a cell of the last level is beside others that share its code: a public prior.
  virtual double weight(Key /*cell*/) const { return 1; }
  /// How much rarer than elsewhere a false code in this cell of the last level must be: usually 1;
  /// more where one such code would spoil a whole trace (a conversation of 100,000 packets), 0
  /// where it does no harm.
  virtual double harm(Key /*cell*/) const { return 1; }
  /// For people: "10.0.0.0/8", "1024-1279", …
  virtual std::string describe(std::size_t level, Key cell) const = 0;
};

/// The codec of a field. `window` is used by kTime, `categories` (their number) by kCategory.
std::unique_ptr<const Codec> make_codec(const Field& field, const Window& window,
                                        std::size_t categories);

/// Values as keys and back, for the kinds that pack something.
Key key_of(const IpAddress& address);
IpAddress address_of(Key key);
/// Two 64-bit counters, first in the high half.
Key pair_key(std::uint64_t first, std::uint64_t second);
std::uint64_t first_of(Key key);
std::uint64_t second_of(Key key);
/// A real number as an order-preserving key, and back.
Key number_key(double value);
double number_of(Key key);

/// Number of public time slots of a window.
inline constexpr std::uint32_t kTimeSlots = 256;

}  // namespace tracetwin
