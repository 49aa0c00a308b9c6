#include "where/key_set.h"

#include <algorithm>

namespace tracetwin {
namespace {

using Interval = KeySet::Interval;

double width(const Interval& interval) {
  return static_cast<double>(interval.last - interval.first) + 1;
}

/// Uniform in [0, most].
Key draw_up_to(Key most, Random& random) {
  const auto high = static_cast<std::uint64_t>(most >> 64);
  const auto low = static_cast<std::uint64_t>(most);
  if (high == 0) {
    return low == ~std::uint64_t{0} ? random.bits() : random.below(low + 1);
  }
  Key drawn = most;
  do {
    const std::uint64_t upper = high == ~std::uint64_t{0} ? random.bits() : random.below(high + 1);
    drawn = Key{upper} << 64 | random.bits();
  } while (drawn > most);
  return drawn;
}

}  // namespace

KeySet KeySet::range(Key first, Key last) {
  return first <= last ? KeySet({{first, last}}) : KeySet();
}

bool KeySet::contains(Key key) const {
  const auto behind = std::upper_bound(intervals_.begin(), intervals_.end(), key,
                                       [](Key k, const Interval& i) { return k < i.first; });
  return behind != intervals_.begin() && key <= std::prev(behind)->last;
}

double KeySet::size() const {
  double sum = 0;
  for (const Interval& interval : intervals_) {
    sum += width(interval);
  }
  return sum;
}

Key KeySet::draw(Random& random) const {
  double left = random.uniform() * size();
  std::size_t chosen = 0;
  while (chosen + 1 < intervals_.size() && left >= width(intervals_[chosen])) {
    left -= width(intervals_[chosen]);
    ++chosen;
  }
  const Interval& interval = intervals_[chosen];
  return interval.first + draw_up_to(interval.last - interval.first, random);
}

KeySet KeySet::of(std::vector<Interval> intervals) {
  std::sort(intervals.begin(), intervals.end(),
            [](const Interval& a, const Interval& b) { return a.first < b.first; });
  std::vector<Interval> joined;
  for (const Interval& interval : intervals) {
    if (!joined.empty() && (joined.back().last == ~Key{0} ||  // no key is behind it
                            interval.first <= joined.back().last + 1)) {
      joined.back().last = std::max(joined.back().last, interval.last);
    } else {
      joined.push_back(interval);
    }
  }
  return KeySet(std::move(joined));
}

KeySet KeySet::united(const KeySet& other) const {
  std::vector<Interval> all = intervals_;
  all.insert(all.end(), other.intervals_.begin(), other.intervals_.end());
  return of(std::move(all));
}

KeySet KeySet::intersected(const KeySet& other) const {
  std::vector<Interval> common;
  auto a = intervals_.begin();
  auto b = other.intervals_.begin();
  while (a != intervals_.end() && b != other.intervals_.end()) {
    const Key first = std::max(a->first, b->first);
    const Key last = std::min(a->last, b->last);
    if (first <= last) {
      common.push_back({first, last});
    }
    ++(a->last < b->last ? a : b);
  }
  return KeySet(std::move(common));
}

KeySet KeySet::complement() const {
  std::vector<Interval> gaps;
  Key next = 0;
  for (const Interval& interval : intervals_) {
    if (next < interval.first) {
      gaps.push_back({next, interval.first - 1});
    }
    if (interval.last == ~Key{0}) {
      return KeySet(std::move(gaps));
    }
    next = interval.last + 1;
  }
  gaps.push_back({next, ~Key{0}});
  return KeySet(std::move(gaps));
}

}  // namespace tracetwin
