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

Skips joined(const Skips& own, const work::Ranks& ranks) {
  Packer to;
  for (const Skips::Row& row : own.rows()) {
    to.put_text(row.reason);
    to.put(row.first);
    to.put(row.count);
  }
  Skips all;
  for (const std::string& told : ranks.exchange(to.take())) {
    for (Unpacker from(told); !from.at_end();) {
      const std::string reason(from.get_text());
      const auto first = from.get<std::uint64_t>();
      all.add(reason, first, from.get<std::uint64_t>());
    }
  }
  return all;
}

}  // namespace

PrivateTrace joined(PrivateTrace own, const work::Ranks& ranks) {
  for (PrivateColumn& column : own.columns) {
    column = joined(column, ranks);
  }
  own.summary.skips = joined(own.summary.skips, ranks);
  own.summary.records = own.rows();
  return own;
}

}  // namespace tracetwin
