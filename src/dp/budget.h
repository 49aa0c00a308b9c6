#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tracetwin::dp {

/// Whose presence the guarantee hides: two inputs are neighbours when one has one unit more.
enum class Unit {
  kRecord,  ///< one record of a flow log
  kFlow,    ///< one conversation of a capture, both directions, as the flow assembler cuts it
};
std::string_view unit_name(Unit unit);

/// An (epsilon, delta) promise. epsilon > 0, 0 < delta < 1.
struct Budget {
  double epsilon = 0;
  double delta = 0;
};

/// Default delta: 1e-9 (it should be below n^-1.1 for a *public* n; none is known, so a
/// value that is so for any trace of up to 10^8 records is taken).
inline constexpr double kDefaultDelta = 1e-9;

}  // namespace tracetwin::dp
