#include "cli/value_counts.h"

#include <algorithm>

namespace tracetwin::cli {

void ValueCounts::add(std::string_view value) {
  if (many_) {
    return;
  }
  const auto found = counts_.find(value);
  if (found != counts_.end()) {
    ++found->second;
    return;
  }
  if (counts_.size() == kMostValues || value.size() > kLongestValue) {
    many_ = true;
    counts_.clear();
    return;
  }
  counts_.emplace(value, 1);
}

std::vector<std::pair<std::string, std::uint64_t>> ValueCounts::most_frequent() const {
  std::vector<std::pair<std::string, std::uint64_t>> rows(counts_.begin(), counts_.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return rows;
}

}  // namespace tracetwin::cli
