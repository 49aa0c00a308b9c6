#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "evaluate/columns.h"
#include "evaluate/learn/matrix.h"

namespace tracetwin::evaluate {

/// Features of rows, and their classes.
struct Rows {
  Matrix features;
  std::vector<std::uint32_t> labels;
};

/// What rows of any of the aligned traces are made into.
struct Plan {
  std::string label;
  std::vector<std::uint32_t> class_of;  ///< of each label
  std::size_t merged = 0;               ///< labels of the real trace that share the last class
  bool by_time = true;                  ///< else the parts are drawn at random
};

/// Of the real trace, which has the column `label`. More than 50 labels: those of less than 0.1 %
/// of the rows, and those beyond the 49 most frequent, are one class. By time, unless a class with
/// 1 % of the rows or more is in the earliest 80 % or the latest 20 % only.
Plan plan_of(const Columns& real, const std::string& label);

/// What in it differs from the usual, in sentences.
std::string notes_on(const Plan& plan);

/// The earliest 80 % (or as many at random) and the rest, each thinned to at most kMostRows.
struct Parts {
  Rows learned;
  Rows asked;
};

Parts parts_of(const Columns& columns, const Plan& plan, Random& random);

}  // namespace tracetwin::evaluate
