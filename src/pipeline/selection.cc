#include "pipeline/selection.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "trace/time_range.h"

namespace tracetwin {
namespace {

Key time_key(std::int64_t time_ns) {
  return static_cast<std::uint64_t>(time_ns);
}

/// Where windows of `length` from `begin` on are that hold a time.
std::int64_t index_of(std::int64_t time_ns, std::int64_t begin, std::int64_t length) {
  return (time_ns - begin) / length;
}

/// `times` moved back by `shift_ns`; none of them ends before time 0.
KeySet moved_back(const KeySet& times, std::int64_t shift_ns) {
  const auto back = [shift_ns](Key key) {
    return time_key(static_cast<std::int64_t>(static_cast<std::uint64_t>(key)) - shift_ns);
  };
  std::vector<KeySet::Interval> moved;
  for (const auto& [first, last] : times.intervals()) {
    moved.push_back({back(first), back(last)});
  }
  return KeySet::of(std::move(moved));
}

}  // namespace

Window twin_window(const Window& model, const Selection& selection) {
  const std::int64_t begin = selection.start_ns.value_or(model.begin);
  const std::int64_t length = selection.duration_ns.value_or(model.end - model.begin);
  if (length <= 0) {
    throw Error("a twin's duration has to be above 0");
  }
  if (!is_possible_time(begin) || length > kEndOfTimeNs - begin) {
    throw Error(
        fmt::format("a twin that begins at {} and covers {} does not lie between 1970 and 2262",
                    format_rfc3339(begin), format_duration(length)),
        "Give another --start or --duration.");
  }
  return {begin, begin + length};
}

std::vector<Stretch> stretches(const Window& model, const Window& twin, const KeySet& allowed) {
  const std::int64_t length = model.end - model.begin;
  const KeySet times =
      allowed.intersected(KeySet::range(time_key(twin.begin), time_key(twin.end - 1)));
  std::vector<Stretch> all;
  std::int64_t next = 0;  // window that has not been looked at
  const auto add = [&](std::int64_t first, std::int64_t count) {
    const std::int64_t begin = twin.begin + first * length;
    const std::int64_t most = std::min(length, twin.end - begin);
    const KeySet inside = times.intersected(KeySet::range(
        time_key(begin), time_key(count > 1 ? begin + length - 1 : begin + most - 1)));
    all.push_back({begin - model.begin, static_cast<std::uint64_t>(count),
                   moved_back(inside, begin - model.begin)});
    next = first + count;
  };
  for (const auto& interval : times.intervals()) {
    const auto first_ns = static_cast<std::int64_t>(static_cast<std::uint64_t>(interval.first));
    const auto last_ns = static_cast<std::int64_t>(static_cast<std::uint64_t>(interval.last));
    const std::int64_t first = std::max(next, index_of(first_ns, twin.begin, length));
    const std::int64_t last = index_of(last_ns, twin.begin, length);
    const auto begin_of = [&](std::int64_t window) { return twin.begin + window * length; };
    std::int64_t whole = first;
    if (first <= last && begin_of(first) < first_ns) {
      add(first, 1);
      ++whole;
    }
    const bool last_is_whole = last_ns - begin_of(last) == length - 1;
    const std::int64_t behind = last_is_whole ? last + 1 : last;
    if (whole < behind) {
      add(whole, behind - whole);
    }
    if (!last_is_whole && next <= last) {
      add(last, 1);
    }
  }
  return all;
}

}  // namespace tracetwin
