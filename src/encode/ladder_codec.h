#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "encode/codec.h"

namespace tracetwin {

/// A codec over whole numbers with levels of enumerable cells, each level an object with
///   std::uint32_t cells() const;
///   Key cell(Key value) const;               // kNoCell when the value has none here
///   Key draw(std::uint32_t cell, Random&) const;
///   std::string describe(std::uint32_t cell) const;
/// given as function values, so that each field's file states its levels as a list.
struct Rung {
  std::uint32_t cells;
  std::function<Key(Key)> cell;
  std::function<Key(std::uint32_t, Random&)> draw;
  std::function<std::string(std::uint32_t)> describe;
};

/// How the cells of the last level lie beside each other. What is absent is as Codec has it.
struct Layout {
  std::function<double(std::uint32_t, std::uint32_t)> distance;
  std::function<bool(std::uint32_t)> joins;
  std::function<double(std::uint32_t)> weight;
  std::function<double(std::uint32_t)> harm;
  bool in_line = false;
  /// Values of level 0 that stand apart from the others, ascending: a stratum of their own.
  std::span<const std::uint16_t> apart;

  /// Cells in a row, each a neighbour of the next.
  static Layout line() {
    Layout layout;
    layout.joins = [](std::uint32_t) { return true; };
    layout.in_line = true;
    return layout;
  }
};

class LadderCodec final : public Codec {
 public:
  /// A ladder with values apart has two levels: the strata are those of level 0.
  explicit LadderCodec(std::vector<Rung> rungs, Layout layout = {})
      : rungs_(std::move(rungs)), layout_(std::move(layout)) {}

  std::size_t levels() const override { return rungs_.size(); }
  std::uint32_t last_cells() const override { return rungs_.back().cells; }
  std::size_t strata() const override { return layout_.apart.empty() ? 1 : 2; }
  std::size_t stratum(Key value) const override { return is_apart(value) ? 1 : 0; }
  double log2_cells(std::size_t level, std::size_t stratum) const override {
    const std::size_t apart = level == 0 ? layout_.apart.size() : 0;
    return std::log2(stratum == 1 ? layout_.apart.size() : rungs_[level].cells - apart);
  }
  Key cell(std::size_t level, Key value) const override { return rungs_[level].cell(value); }
  bool has_cell(std::size_t level, Key cell) const override { return cell < rungs_[level].cells; }
  Key draw(std::size_t level, Key cell, Random& random) const override {
    return rungs_[level].draw(static_cast<std::uint32_t>(cell), random);
  }
  Key random_cell(std::size_t level, std::size_t stratum,
                  const std::function<std::uint64_t(std::uint64_t)>& below) const override {
    if (stratum == 1) {
      return layout_.apart[static_cast<std::size_t>(below(layout_.apart.size()))];
    }
    Key cell = below(rungs_[level].cells);
    while (level == 0 && is_apart(cell)) {
      cell = below(rungs_[level].cells);
    }
    return cell;
  }
  double distance(Key a, Key b) const override {
    return layout_.distance
               ? layout_.distance(static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b))
               : Codec::distance(a, b);
  }
  bool joins(Key a) const override {
    return layout_.joins && a + 1 < last_cells() && layout_.joins(static_cast<std::uint32_t>(a));
  }
  bool in_line() const override { return layout_.in_line; }
  double weight(Key cell) const override {
    return layout_.weight ? layout_.weight(static_cast<std::uint32_t>(cell)) : 1;
  }
  double harm(Key cell) const override {
    return layout_.harm ? layout_.harm(static_cast<std::uint32_t>(cell)) : 1;
  }
  std::string describe(std::size_t level, Key cell) const override {
    return rungs_[level].describe(static_cast<std::uint32_t>(cell));
  }

 private:
  bool is_apart(Key value) const {
    return std::binary_search(layout_.apart.begin(), layout_.apart.end(), value);
  }

  std::vector<Rung> rungs_;
  Layout layout_;
};

}  // namespace tracetwin
