#include "trace/skips.h"

#include <algorithm>

namespace tracetwin {

void Skips::add(std::string_view reason, std::uint64_t position, std::uint64_t count) {
  const auto find = [&](std::string_view wanted) {
    return std::find_if(rows_.begin(), rows_.end(),
                        [&](const Row& row) { return row.reason == wanted; });
  };
  auto row = find(reason);
  if (row == rows_.end() && rows_.size() + 1 >= kMaxReasons) {
    reason = "other reasons";
    row = find(reason);
  }
  if (row == rows_.end()) {
    rows_.push_back({std::string(reason), 0, position});
    row = rows_.end() - 1;
  }
  row->count += count;
}

void Skips::merge(const Skips& other) {
  for (const auto& row : other.rows_) {
    add(row.reason, row.first, row.count);
  }
}

std::uint64_t Skips::total() const {
  std::uint64_t total = 0;
  for (const auto& row : rows_) {
    total += row.count;
  }
  return total;
}

}  // namespace tracetwin
