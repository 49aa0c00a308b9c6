#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "evaluate/learn/matrix.h"

namespace tracetwin::evaluate {

/// A classification tree (Breiman et al. 1984): Gini impurity, exact splits between neighbouring
/// values, grown until every leaf is pure or cannot be divided. XGBoost's trees fit gradients and
/// are not these.
class Tree {
 public:
  /// `rows` may repeat rows (bootstrap). `tried`: how many features, drawn afresh at each node, a
  /// split is sought among.
  Tree(const Labelled& data, std::span<const std::uint32_t> rows, std::size_t tried,
       Random& random);

  /// Shares of the classes in the leaf of `row`, added to `shares`.
  void add_shares(std::span<const float> row, std::span<double> shares) const;

 private:
  friend class TreeGrower;
  struct Node {
    std::uint32_t feature = kLeaf;
    float threshold = 0;     ///< left: value <= threshold
    std::uint32_t left = 0;  ///< node; leaf: where its shares begin
    std::uint32_t right = 0;
  };
  static constexpr std::uint32_t kLeaf = UINT32_MAX;

  std::vector<Node> nodes_;
  std::vector<float> leaf_shares_;
};

/// One tree over all rows and features.
std::vector<std::uint32_t> classify_by_tree(const Labelled& data, const Matrix& asked,
                                            std::uint64_t seed);

/// A random forest (Breiman 2001): trees over bootstrapped rows that try the square root of the
/// features at each node; the mean of the leaves' shares decides.
class Forest {
 public:
  Forest(const Labelled& data, std::size_t trees, std::uint64_t seed);
  std::vector<std::uint32_t> classes(const Matrix& asked) const;

 private:
  std::uint32_t classes_;
  std::vector<Tree> trees_;
};

}  // namespace tracetwin::evaluate
