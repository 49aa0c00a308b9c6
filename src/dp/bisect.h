#pragma once

namespace tracetwin::dp {

/// Two neighbouring doubles around the point where a monotone predicate changes.
struct Bracket {
  double yes;  ///< the predicate holds here
  double no;   ///< and does not hold here
};

/// Narrows [yes, no] (in either order) until no double lies between. The predicate is not
/// evaluated at the ends given.
template <class Predicate>
Bracket bisect(double yes, double no, const Predicate& holds) {
  for (;;) {
    const double middle = yes + (no - yes) / 2;
    if (middle == yes || middle == no) {
      return {yes, no};
    }
    (holds(middle) ? yes : no) = middle;
  }
}

}  // namespace tracetwin::dp
