#pragma once

#include <span>
#include <vector>

#include "base/random.h"
#include "dp/counts.h"

namespace tracetwin {

using dp::Key;

/// A set of keys, as intervals that are in order and neither overlap nor touch.
class KeySet {
 public:
  struct Interval {
    Key first = 0;
    Key last = 0;  ///< included
  };

  /// Nothing is in it.
  KeySet() = default;
  static KeySet all() { return range(0, ~Key{0}); }
  /// Both ends included; empty when `first` is behind `last`.
  static KeySet range(Key first, Key last);
  /// All of these intervals, in any order; they may overlap. None is empty.
  static KeySet of(std::vector<Interval> intervals);

  bool empty() const { return intervals_.empty(); }
  bool contains(Key key) const;
  std::span<const Interval> intervals() const { return intervals_; }
  /// How many keys, to the precision of a double.
  double size() const;
  /// Any of the keys, all alike (to the precision of size()). The set is not empty.
  Key draw(Random& random) const;

  KeySet united(const KeySet& other) const;
  KeySet intersected(const KeySet& other) const;
  KeySet complement() const;

 private:
  explicit KeySet(std::vector<Interval> intervals) : intervals_(std::move(intervals)) {}

  std::vector<Interval> intervals_;
};

}  // namespace tracetwin
