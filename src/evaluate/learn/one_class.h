#pragma once

#include <memory>

#include "evaluate/learn/matrix.h"

namespace tracetwin::evaluate {

/// A one-class support vector machine (Schölkopf et al. 2001) with a radial kernel whose width
/// follows the variance of the data: gamma = 1 / (columns * variance). libsvm.
class OneClass {
 public:
  /// `nu`: upper bound on the share of rows that are outliers, 0 to 1.
  OneClass(const Matrix& features, double nu);
  ~OneClass();
  OneClass(OneClass&&) noexcept;

  /// Share of rows that are outliers.
  double outlier_share(const Matrix& features) const;

 private:
  class Model;
  std::unique_ptr<Model> model_;
};

}  // namespace tracetwin::evaluate
