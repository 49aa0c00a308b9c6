#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "evaluate/learn/matrix.h"

namespace tracetwin::evaluate {

/// How trees are boosted: histograms of 256 bins, leaf-wise growth, at most 31 leaves a tree.
struct BoostingSettings {
  int rounds = 100;
  double rate = 0.1;
  int leaf_rows = 20;  ///< least rows of a leaf, about
  std::uint64_t seed = 0;
};

/// Gradient-boosted trees (XGBoost, one thread, so that the result is always the same).
class Boosting {
 public:
  /// Fits labels 0 … classes - 1; two classes at least.
  Boosting(const Labelled& data, const BoostingSettings& settings);
  ~Boosting();
  Boosting(Boosting&&) noexcept;

  /// Two classes: the probability of class 1 of each row.
  std::vector<double> probabilities(const Matrix& features) const;
  /// The likeliest class of each row.
  std::vector<std::uint32_t> classes(const Matrix& features) const;

 private:
  class Model;
  std::unique_ptr<Model> model_;
};

}  // namespace tracetwin::evaluate
