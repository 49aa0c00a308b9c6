#include "series/flows.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "trace/packet.h"

namespace tracetwin::series {
namespace {

constexpr std::size_t kTupleFields = 5;
constexpr std::int64_t kMicrosecond = 1000;

std::int64_t time_of(Key key) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(key));
}

std::strong_ordering compare(const KeyColumns& columns, const KeyFields& keys, std::uint32_t a,
                             std::uint32_t b) {
  for (const std::size_t f : keys) {
    if (columns[f][a] != columns[f][b]) {
      return columns[f][a] < columns[f][b] ? std::strong_ordering::less
                                           : std::strong_ordering::greater;
    }
  }
  return keys.empty() ? a <=> b : std::strong_ordering::equal;
}

/// Puts flows in order of their first record.
Flows in_order(const Flows& flows) {
  std::vector<std::size_t> order(flows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return flows.time_ns[flows.begin[a]] < flows.time_ns[flows.begin[b]];
  });
  Flows sorted;
  for (const std::size_t flow : order) {
    sorted.owner.push_back(flows.owner[flow]);
    sorted.begin.push_back(sorted.record.size());
    for (std::size_t r = flows.begin[flow]; r < flows.begin[flow + 1]; ++r) {
      sorted.record.push_back(flows.record[r]);
      sorted.time_ns.push_back(flows.time_ns[r]);
    }
  }
  sorted.begin.push_back(sorted.record.size());
  return sorted;
}

/// The same of both directions, and of all messages of ICMP, whose ports are their kinds.
std::array<Key, kTupleFields> conversation_of(const KeyColumns& columns, std::uint32_t row) {
  std::array<Key, kTupleFields> tuple;
  for (std::size_t f = 0; f < kTupleFields; ++f) {
    tuple[f] = columns[f][row];
  }
  if (tuple[4] == kIcmp || tuple[4] == kIcmpV6) {
    tuple[2] = tuple[3] = 0;
  }
  if (std::tie(tuple[1], tuple[3]) < std::tie(tuple[0], tuple[2])) {
    std::swap(tuple[0], tuple[1]);
    std::swap(tuple[2], tuple[3]);
  }
  return tuple;
}

std::vector<std::uint32_t> units_of(const KeyColumns& columns, const Flows& flows) {
  std::map<std::array<Key, kTupleFields>, std::uint32_t> numbers;
  std::vector<std::uint32_t> units;
  for (const std::uint32_t row : flows.owner) {
    const auto next = static_cast<std::uint32_t>(numbers.size());
    units.push_back(numbers.try_emplace(conversation_of(columns, row), next).first->second);
  }
  return units;
}

std::vector<std::uint32_t> first_numbers(std::size_t count) {
  std::vector<std::uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), std::uint32_t{0});
  return numbers;
}

/// Counts what is in slices between `edges`, and leaves out those with nothing in them.
std::vector<Chunk> count_chunks(const Flows& flows, const std::vector<std::int64_t>& edges) {
  std::vector<Chunk> chunks(edges.size() - 1);
  for (std::size_t c = 0; c < chunks.size(); ++c) {
    chunks[c].begin_ns = edges[c];
    chunks[c].end_ns = edges[c + 1];
  }
  for (std::size_t flow = 0; flow < flows.size(); ++flow) {
    std::size_t last = chunks.size();
    for (std::size_t r = flows.begin[flow]; r < flows.begin[flow + 1]; ++r) {
      const auto above = std::upper_bound(edges.begin() + 1, edges.end() - 1, flows.time_ns[r]);
      const auto c = static_cast<std::size_t>(above - edges.begin() - 1);
      ++chunks[c].records;
      chunks[c].flows += c != last ? 1 : 0;
      last = c;
    }
  }
  std::erase_if(chunks, [](const Chunk& chunk) { return chunk.records == 0; });
  return chunks;
}

}  // namespace

Flows flows_of_records(const KeyColumns& columns, std::size_t time_column, const KeyFields& keys) {
  const std::vector<Key>& times = columns[time_column];
  std::vector<std::uint32_t> order = first_numbers(times.size());
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    const auto tuples = compare(columns, keys, a, b);
    return tuples != 0 ? tuples < 0 : std::tie(times[a], a) < std::tie(times[b], b);
  });
  Flows flows;
  for (const std::uint32_t row : order) {
    if (flows.owner.empty() || compare(columns, keys, flows.owner.back(), row) != 0) {
      flows.owner.push_back(row);
      flows.begin.push_back(flows.record.size());
    }
    flows.record.push_back(row);
    flows.time_ns.push_back(time_of(times[row]));
  }
  flows.begin.push_back(flows.record.size());
  flows = in_order(flows);
  flows.unit = keys == kFiveTuple ? units_of(columns, flows) : first_numbers(flows.size());
  return flows;
}

Flows flows_of_conversations(const std::vector<Key>& starts,
                             const std::vector<StepInContext>& steps) {
  std::vector<std::uint32_t> order = first_numbers(steps.size());
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(steps[a].conversation, steps[a].step.packet) <
           std::tie(steps[b].conversation, steps[b].step.packet);
  });
  Flows flows;
  std::int64_t time = 0;
  for (const std::uint32_t at : order) {
    const std::size_t conversation = steps[at].conversation;
    if (flows.owner.empty() || flows.owner.back() != conversation) {
      flows.owner.push_back(static_cast<std::uint32_t>(conversation));
      flows.begin.push_back(flows.record.size());
      time = time_of(starts[conversation]);
    } else {
      time += std::int64_t{steps[at].step.gap_us} * kMicrosecond;
    }
    flows.record.push_back(at);
    flows.time_ns.push_back(time);
  }
  flows.begin.push_back(flows.record.size());
  flows = in_order(flows);
  flows.unit = first_numbers(flows.size());
  return flows;
}

std::vector<Chunk> chunks_of_equal_time(const Flows& flows, std::size_t count) {
  const auto [first, last] = std::ranges::minmax(flows.time_ns);
  const auto span = static_cast<double>(last + 1 - first);
  std::vector<std::int64_t> edges;
  for (std::size_t c = 0; c < count; ++c) {
    edges.push_back(first + static_cast<std::int64_t>(span * static_cast<double>(c) /
                                                      static_cast<double>(count)));
  }
  edges.push_back(last + 1);
  return count_chunks(flows, edges);
}

std::vector<Chunk> chunks_of_equal_size(const Flows& flows, std::size_t count) {
  std::vector<std::int64_t> times = flows.time_ns;
  std::ranges::sort(times);
  std::vector<std::int64_t> edges;
  for (std::size_t c = 0; c < count; ++c) {
    edges.push_back(times[c * times.size() / count]);
  }
  edges.push_back(times.back() + 1);
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return count_chunks(flows, edges);
}

}  // namespace tracetwin::series
