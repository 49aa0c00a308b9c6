// A node sorts its rows by one feature after the other. Nodes that are pure, or constant in all
// features, are leaves. A row is sorted as one whole number: the value's place in the order of
// floats above, its label below.
#include "evaluate/learn/cart.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>

namespace tracetwin::evaluate {

/// Grows one tree depth first over a permutation of its rows.
class TreeGrower {
 public:
  TreeGrower(const Labelled& data, std::span<const std::uint32_t> rows, std::size_t tried,
             Random& random, Tree& tree)
      : data_(data), tried_(tried), random_(random), tree_(tree), rows_(rows.begin(), rows.end()) {
    features_.resize(data.features.columns);
    std::iota(features_.begin(), features_.end(), 0U);
    packed_.resize(rows_.size());
    spare_.resize(rows_.size());
  }

  void grow() {
    std::vector<Range> open = {{0, rows_.size(), new_node()}};
    while (!open.empty()) {
      const Range range = open.back();
      open.pop_back();
      const Split split = best_split(range);
      if (split.feature == Tree::kLeaf) {
        make_leaf(range);
        continue;
      }
      const auto begin = rows_.begin() + static_cast<std::ptrdiff_t>(range.begin);
      const auto end = rows_.begin() + static_cast<std::ptrdiff_t>(range.end);
      const auto middle = std::partition(begin, end, [&](std::uint32_t row) {
        return data_.features.row(row)[split.feature] <= split.threshold;
      });
      const auto cut = static_cast<std::size_t>(middle - rows_.begin());
      const std::uint32_t left = new_node();
      const std::uint32_t right = new_node();
      tree_.nodes_[range.node] = {split.feature, split.threshold, left, right};
      open.push_back({range.begin, cut, left});
      open.push_back({cut, range.end, right});
    }
  }

 private:
  struct Range {
    std::size_t begin;
    std::size_t end;
    std::uint32_t node;
  };
  static constexpr std::uint32_t kSign = 1U << 31;
  struct Split {
    std::uint32_t feature = Tree::kLeaf;
    float threshold = 0;
    double gain = 0;
  };
  using Value = std::uint64_t;

  std::uint32_t new_node() {
    tree_.nodes_.emplace_back();
    return static_cast<std::uint32_t>(tree_.nodes_.size() - 1);
  }

  std::vector<std::uint32_t> counts(const Range& range) const {
    std::vector<std::uint32_t> all(data_.classes);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      ++all[data_.labels[rows_[i]]];
    }
    return all;
  }

  void make_leaf(const Range& range) {
    Tree::Node& node = tree_.nodes_[range.node];
    node.left = static_cast<std::uint32_t>(tree_.leaf_shares_.size());
    const auto rows = static_cast<float>(range.end - range.begin);
    for (const std::uint32_t count : counts(range)) {
      tree_.leaf_shares_.push_back(static_cast<float>(count) / rows);
    }
  }

  /// The best among `tried_` features that are not constant here, drawn in random order.
  Split best_split(const Range& range) {
    const auto all = counts(range);
    const auto size = static_cast<std::uint32_t>(range.end - range.begin);
    Split best;
    if (std::ranges::find(all, size) != all.end()) {
      return best;
    }
    std::size_t seen = 0;
    for (std::size_t i = 0; i < features_.size() && seen < tried_; ++i) {
      std::swap(features_[i], features_[i + random_.below(features_.size() - i)]);
      seen += try_feature(range, features_[i], all, best) ? 1 : 0;
    }
    return best;
  }

  /// False when the feature is constant here.
  bool try_feature(const Range& range, std::uint32_t feature, const std::vector<std::uint32_t>& all,
                   Split& best) {
    const std::size_t size = range.end - range.begin;
    const std::span<Value> values(packed_.data(), size);
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint32_t row = rows_[range.begin + i];
      values[i] =
          packed(data_.features.values[row * data_.features.columns + feature], data_.labels[row]);
    }
    sort(values);
    if (value_of(values.front()) == value_of(values.back())) {
      return false;
    }
    scan(values, feature, all, best);
    return true;
  }

  /// Moves the rows from right to left one by one. Gini impurity is least where the sum over both
  /// sides of (sum of squared counts / rows) is largest.
  void scan(std::span<const Value> values, std::uint32_t feature,
            const std::vector<std::uint32_t>& all, Split& best) {
    std::vector<std::uint32_t> left(all.size());
    std::vector<std::uint32_t> right = all;
    double left_squares = 0;
    double right_squares = 0;
    for (const std::uint32_t count : all) {
      right_squares += static_cast<double>(count) * count;
    }
    for (std::size_t i = 0; i + 1 < values.size(); ++i) {
      const auto label = static_cast<std::uint32_t>(values[i]);
      left_squares += 2.0 * left[label]++ + 1;
      right_squares -= 2.0 * right[label]-- - 1;
      if (values[i] >> 32 == values[i + 1] >> 32) {
        continue;
      }
      const auto done = static_cast<double>(i + 1);
      const double gain =
          left_squares / done + right_squares / (static_cast<double>(values.size()) - done);
      if (gain > best.gain) {
        best = {feature, between(value_of(values[i]), value_of(values[i + 1])), gain};
      }
    }
  }

  static Value packed(float value, std::uint32_t label) {
    const auto bits = std::bit_cast<std::uint32_t>(value + 0.0F);  // no negative zero
    return Value{bits >> 31 != 0 ? ~bits : bits | kSign} << 32 | label;
  }
  static float value_of(Value packed) {
    const auto ordered = static_cast<std::uint32_t>(packed >> 32);
    return std::bit_cast<float>((ordered & kSign) != 0 ? ordered & ~kSign : ~ordered);
  }

  /// By value; by its digits, the last first, where there are many.
  void sort(std::span<Value> values) {
    constexpr std::size_t kFew = 1500;
    if (values.size() < kFew) {
      std::ranges::sort(values);
      return;
    }
    constexpr int kDigit = 11;
    for (int shift = 32; shift < 64; shift += kDigit) {
      std::array<std::uint32_t, (1U << kDigit) + 1> begins{};
      const auto digit = [&](Value value) { return (value >> shift) & ((1U << kDigit) - 1); };
      for (const Value value : values) {
        ++begins[digit(value) + 1];
      }
      std::partial_sum(begins.begin(), begins.end(), begins.begin());
      for (const Value value : values) {
        spare_[begins[digit(value)]++] = value;
      }
      std::copy_n(spare_.begin(), values.size(), values.begin());
    }
  }

  /// A threshold that parts two neighbours even where no float lies between them.
  static float between(float low, float high) {
    const float middle = low + (high - low) / 2;
    return middle < high ? middle : low;
  }

  const Labelled& data_;
  std::size_t tried_;
  Random& random_;
  Tree& tree_;
  std::vector<std::uint32_t> rows_;
  std::vector<std::uint32_t> features_;
  std::vector<Value> packed_;
  std::vector<Value> spare_;
};

Tree::Tree(const Labelled& data, std::span<const std::uint32_t> rows, std::size_t tried,
           Random& random) {
  TreeGrower(data, rows, tried, random, *this).grow();
}

void Tree::add_shares(std::span<const float> row, std::span<double> shares) const {
  std::uint32_t at = 0;
  while (nodes_[at].feature != kLeaf) {
    const Node& node = nodes_[at];
    at = row[node.feature] <= node.threshold ? node.left : node.right;
  }
  for (std::size_t i = 0; i < shares.size(); ++i) {
    shares[i] += leaf_shares_[nodes_[at].left + i];
  }
}

namespace {

std::uint32_t likeliest(std::span<const double> shares) {
  return static_cast<std::uint32_t>(std::ranges::max_element(shares) - shares.begin());
}

}  // namespace

std::vector<std::uint32_t> classify_by_tree(const Labelled& data, const Matrix& asked,
                                            std::uint64_t seed) {
  Random random(seed);
  std::vector<std::uint32_t> rows(data.features.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  const Tree tree(data, rows, data.features.columns, random);
  std::vector<std::uint32_t> classes;
  for (std::size_t row = 0; row < asked.rows(); ++row) {
    std::vector<double> shares(data.classes);
    tree.add_shares(asked.row(row), shares);
    classes.push_back(likeliest(shares));
  }
  return classes;
}

Forest::Forest(const Labelled& data, std::size_t trees, std::uint64_t seed)
    : classes_(data.classes) {
  const std::size_t rows = data.features.rows();
  const auto tried = static_cast<std::size_t>(
      std::max(1.0, std::floor(std::sqrt(static_cast<double>(data.features.columns)))));
  for (std::size_t t = 0; t < trees; ++t) {
    Random random(seed, t);
    std::vector<std::uint32_t> drawn(rows);
    for (std::uint32_t& row : drawn) {
      row = static_cast<std::uint32_t>(random.below(rows));
    }
    trees_.emplace_back(data, drawn, tried, random);
  }
}

std::vector<std::uint32_t> Forest::classes(const Matrix& asked) const {
  std::vector<std::uint32_t> found;
  for (std::size_t row = 0; row < asked.rows(); ++row) {
    std::vector<double> shares(classes_);
    for (const Tree& tree : trees_) {
      tree.add_shares(asked.row(row), shares);
    }
    found.push_back(likeliest(shares));
  }
  return found;
}

}  // namespace tracetwin::evaluate
