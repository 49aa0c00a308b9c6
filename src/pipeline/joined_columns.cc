// A column goes from each rank to all others in messages of kBlocks blocks; a block as distances
// from its least number, in as many bytes as the largest of them needs.
#include "pipeline/joined_columns.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <utility>

#include "base/bytes.h"

namespace tracetwin {
namespace {

constexpr std::size_t kBlocks = 64;

std::size_t width_of(Wide distance) {
  std::size_t width = 1;
  while (width < sizeof(Wide) && distance >> (8 * width) != 0) {
    ++width;
  }
  return width;
}

void pack_block(const std::vector<Wide>& values, Packer& to) {
  const auto [least, largest] = std::ranges::minmax(values);
  const std::size_t width = width_of(largest - least);
  std::string bytes(values.size() * width, '\0');
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Wide distance = values[i] - least;
    std::memcpy(bytes.data() + i * width, &distance, width);
  }
  to.put(least);
  to.put(width);
  to.put_text(bytes);
}

/// Adds a block's numbers, each of which `translate` changes, to a column.
template <class Translate>
void unpack_block(Unpacker& from, PackedColumn& column, const Translate& translate) {
  const auto least = from.get<Wide>();
  const auto width = from.get<std::size_t>();
  const std::string_view bytes = from.get_text();
  for (std::size_t at = 0; at < bytes.size(); at += width) {
    Wide distance = 0;
    std::memcpy(&distance, bytes.data() + at, width);
    column.push_back(translate(least + distance));
  }
}

std::string packed_blocks(const PackedColumn& column, std::size_t first) {
  Packer to;
  std::vector<Wide> values;
  for (std::size_t b = first; b < std::min(first + kBlocks, column.blocks()); ++b) {
    column.read(b, values);
    pack_block(values, to);
  }
  return to.take();
}

/// The texts of each rank's column.
std::vector<std::vector<std::string>> exchange_names(const std::vector<std::string>& own,
                                                     const work::Ranks& ranks) {
  Packer to;
  for (const std::string& name : own) {
    to.put_text(name);
  }
  std::vector<std::vector<std::string>> names;
  for (const std::string& told : ranks.exchange(to.take())) {
    names.emplace_back();
    for (Unpacker from(told); !from.at_end();) {
      names.back().emplace_back(from.get_text());
    }
  }
  return names;
}

/// Positions of texts in `all`, which grows by those that are new, as they would be met in the
/// whole trace.
std::vector<Wide> positions(const std::vector<std::string>& names, std::vector<std::string>& all) {
  std::vector<Wide> result;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(all, name);
    result.push_back(static_cast<Wide>(found - all.begin()));
    if (found == all.end()) {
      all.push_back(name);
    }
  }
  return result;
}

PrivateColumn joined(const PrivateColumn& own, const work::Ranks& ranks) {
  PrivateColumn whole;
  const auto names = exchange_names(own.names, ranks);
  for (std::size_t root = 0; root < ranks.size(); ++root) {
    const std::vector<Wide> at = positions(names[root], whole.names);
    for (std::size_t first = 0;; first += kBlocks) {
      const bool mine = root == ranks.rank();
      const std::string bytes =
          ranks.from(root, mine ? packed_blocks(own.values, first) : std::string());
      if (bytes.empty()) {
        break;
      }
      for (Unpacker from(bytes); !from.at_end();) {
        unpack_block(from, whole.values, [&](Wide value) {
          return names[root].empty() ? value : at[static_cast<std::size_t>(value)];
        });
      }
    }
  }
  return whole;
}

/// In order of the first that they are about, where `in_order`, and else by rank.
Skips joined(const Skips& own, bool in_order, const work::Ranks& ranks) {
  Packer to;
  for (const Skips::Row& row : own.rows()) {
    to.put_text(row.reason);
    to.put(row.first);
    to.put(row.count);
  }
  std::vector<Skips::Row> rows;
  for (const std::string& told : ranks.exchange(to.take())) {
    for (Unpacker from(told); !from.at_end();) {
      Skips::Row row;
      row.reason = from.get_text();
      row.first = from.get<std::uint64_t>();
      row.count = from.get<std::uint64_t>();
      rows.push_back(std::move(row));
    }
  }
  if (in_order) {
    std::ranges::stable_sort(rows, {}, &Skips::Row::first);
  }
  Skips all;
  for (const Skips::Row& row : rows) {
    all.add(row.reason, row.first, row.count);
  }
  return all;
}

/// What each rank has of something.
template <class T>
std::vector<std::vector<T>> lists(const std::vector<T>& own, const work::Ranks& ranks) {
  Packer to;
  to.put_list(own);
  std::vector<std::vector<T>> all;
  for (const std::string& told : ranks.exchange(to.take())) {
    all.push_back(Unpacker(told).get_list<T>());
  }
  return all;
}

/// For each row of the whole, the rank whose next row it is.
std::vector<std::size_t> order_of(const std::vector<std::vector<ConversationPlace>>& places) {
  std::vector<std::size_t> next(places.size());
  std::vector<std::size_t> order;
  const auto before = [&](std::size_t a, std::size_t b) {
    const ConversationPlace& left = places[a][next[a]];
    const ConversationPlace& right = places[b][next[b]];
    return std::pair(left.ended, left.first) < std::pair(right.ended, right.first);
  };
  for (;;) {
    std::size_t least = places.size();
    for (std::size_t rank = 0; rank < places.size(); ++rank) {
      const bool left = next[rank] < places[rank].size();
      least = left && (least == places.size() || before(rank, least)) ? rank : least;
    }
    if (least == places.size()) {
      return order;
    }
    order.push_back(least);
    ++next[least];
  }
}

/// A column of all ranks' rows, rank by rank, in that order; `begins` are the ranks' first rows.
PackedColumn in_order(const PackedColumn& column, const std::vector<std::size_t>& begins,
                      const std::vector<std::size_t>& order) {
  std::vector<PackedColumn::Iterator> next;
  for (const std::size_t begin : begins) {
    next.emplace_back(column, begin);
  }
  PackedColumn ordered;
  for (const std::size_t rank : order) {
    ordered.push_back(*next[rank]);
    ++next[rank];
  }
  return ordered;
}

/// The steps of all rows, `order` telling whose next row each is.
std::vector<StepInContext> in_order(const std::vector<std::vector<StepInContext>>& steps,
                                    const std::vector<std::size_t>& order) {
  std::vector<std::size_t> row(steps.size());
  std::vector<std::size_t> next(steps.size());
  std::vector<StepInContext> all;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t rank = order[i];
    const auto& own = steps[rank];
    for (; next[rank] < own.size() && own[next[rank]].conversation == row[rank]; ++next[rank]) {
      all.push_back(own[next[rank]]);
      all.back().conversation = i;
    }
    ++row[rank];
  }
  return all;
}

}  // namespace

PrivateTrace joined(PrivateTrace own, const work::Ranks& ranks) {
  for (PrivateColumn& column : own.columns) {
    column = joined(column, ranks);
  }
  own.summary.skips = joined(own.summary.skips, false, ranks);
  own.summary.records = own.rows();
  return own;
}

PrivateTrace merged(PrivateTrace own, const work::Ranks& ranks) {
  const auto places = lists(own.places, ranks);
  const std::vector<std::size_t> order = order_of(places);
  std::vector<std::size_t> begins;
  std::size_t rows = 0;
  for (const auto& of_rank : places) {
    begins.push_back(rows);
    rows += of_rank.size();
  }
  for (PrivateColumn& column : own.columns) {
    column.values = in_order(joined(column, ranks).values, begins, order);
  }
  own.steps = in_order(lists(own.steps, ranks), order);
  std::vector<std::size_t> next(places.size());
  own.places.clear();
  for (const std::size_t rank : order) {
    own.places.push_back(places[rank][next[rank]++]);
  }
  own.summary.skips = joined(own.summary.skips, true, ranks);
  own.summary.records = own.rows();
  return own;
}

}  // namespace tracetwin
