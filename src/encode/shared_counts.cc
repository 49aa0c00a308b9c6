#include "encode/shared_counts.h"

#include <string>
#include <vector>

#include "base/bytes.h"

namespace tracetwin {

PackedColumn own_part(const PackedColumn& column, const work::Ranks& ranks) {
  PackedColumn part;
  std::vector<Wide> values;
  for (std::size_t block = ranks.rank(); block < column.blocks(); block += ranks.size()) {
    column.read(block, values);
    for (const Wide value : values) {
      part.push_back(value);
    }
  }
  return part;
}

dp::KeyCounts united(const dp::KeyCounts& own, const work::Ranks& ranks) {
  Packer packer;
  for (const auto& [key, count] : own) {
    packer.put(key);
    packer.put(count);
  }
  dp::KeyCounts all;
  for (const std::string& made : ranks.exchange(packer.take())) {
    for (Unpacker from(made); !from.at_end();) {
      const auto key = from.get<dp::Key>();
      all[key] += from.get<std::int64_t>();
    }
  }
  return all;
}

}  // namespace tracetwin
