#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "evaluate/columns.h"

namespace tracetwin::evaluate {

/// How rows are compared: the mean over all fields but time of the difference of log(1 + x) scaled
/// to the reference's range (numbers, at most 1), 0 or 1 (categories, ports, protocol), and the
/// share of an address behind the common prefix (Gower 1971).
class RowMetric {
 public:
  /// Scales and columns of `reference`; only columns that all `others` have, too, of which any may
  /// be nullptr. Points can be made of the reference and of the others.
  RowMetric(const Columns& reference, std::initializer_list<const Columns*> others);

  /// Rows laid out for comparing.
  struct Points {
    std::vector<std::vector<float>> numbers;
    std::vector<std::vector<std::uint32_t>> categories;
    std::vector<IpAddress> src;
    std::vector<IpAddress> dst;
    std::size_t size() const { return src.size(); }
  };
  Points points(const Columns& columns, std::span<const std::uint32_t> rows) const;

 private:
  struct Scale {
    std::size_t number;  ///< which column
    double low;
    double range;
  };
  std::vector<Scale> scales_;
  std::vector<std::string> categories_;
};

/// Distances from each point of `from` to the nearest and second nearest of `to` (at least two),
/// both of one metric.
struct Neighbours {
  std::vector<double> first;
  std::vector<double> second;
};
Neighbours nearest(const RowMetric::Points& from, const RowMetric::Points& to);

/// Distances from point `at` of `from` to each point of `to`.
void distances(const RowMetric::Points& from, std::size_t at, const RowMetric::Points& to,
               std::vector<float>& found);

}  // namespace tracetwin::evaluate
