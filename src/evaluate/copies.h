#pragma once

#include <cstddef>
#include <cstdint>

#include "evaluate/report.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// How many rows of whom safety holds against which training data, the same for the twin and for
/// its floor: copies and recovered addresses depend on how many rows there are of both.
struct EqualTerms {
  const Sample* known = nullptr;  ///< stands for the training data
  std::size_t drawn = 0;          ///< rows of the synthetic trace
};

/// What safety is judged by: copies and rare addresses, on those terms. `pair.synthetic` is drawn
/// from; of a part of the real trace the marks are that part of the usual, since of so many copies
/// it has only that part.
Group equal_terms_group(const Pair& pair, const EqualTerms& terms, std::uint64_t seed);

/// Records and their parts that stand in the real trace, of all records. Information only, since
/// that depends on how many there are: their floor is that of as many as it holds.
Group copies_group(const Pair& pair);
Group identifiers_group(const Pair& pair);

}  // namespace tracetwin::evaluate
