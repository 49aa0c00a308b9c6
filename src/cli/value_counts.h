#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tracetwin::cli {

/// How often each value of a column occurs, as long as there are few.
class ValueCounts {
 public:
  static constexpr std::size_t kMostValues = 64;
  static constexpr std::size_t kLongestValue = 256;

  void add(std::string_view value);
  /// More than kMostValues distinct values, or one longer than kLongestValue: nothing is kept.
  bool many() const { return many_; }
  std::size_t distinct() const { return counts_.size(); }
  /// Most frequent first; ties in order of the texts.
  std::vector<std::pair<std::string, std::uint64_t>> most_frequent() const;

 private:
  std::map<std::string, std::uint64_t, std::less<>> counts_;
  bool many_ = false;
};

}  // namespace tracetwin::cli
