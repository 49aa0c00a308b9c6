#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tracetwin::dp {

/// Whose presence the guarantee hides: two inputs are neighbours when one has one unit more
/// (add/remove), so the number of units is itself private.
enum class Unit {
  kRecord,  ///< one record of a flow log
  kFlow,    ///< one conversation of a capture, both directions, as the flow assembler cuts it; or
            ///< all records of a five-tuple, both directions, of which a stated number count
  kHost,    ///< all that one source address has, of which a stated number count
};
/// "record", "flow" or "host".
std::string_view unit_name(Unit unit);
/// The inverse; throws Error for any other word.
Unit unit_named(std::string_view name);

/// An (epsilon, delta) promise.
struct Budget {
  double epsilon = 0;
  double delta = 0;
};
/// Throws Error unless epsilon is finite and > 0 and 0 < delta < 1.
void check(const Budget& budget);

/// Default delta: 1e-9 (it should be below n^-1.1 for a *public* n; none is known, so a
/// value that is so for any trace of up to 10^8 records is taken).
inline constexpr double kDefaultDelta = 1e-9;

}  // namespace tracetwin::dp
