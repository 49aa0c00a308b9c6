#pragma once

#include <fmt/format.h>

#include <cmath>
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

class LadderCodec final : public Codec {
 public:
  using Distance = std::function<double(std::uint32_t, std::uint32_t)>;

  explicit LadderCodec(std::vector<Rung> rungs, Distance distance = {})
      : rungs_(std::move(rungs)), distance_(std::move(distance)) {}

  std::size_t levels() const override { return rungs_.size(); }
  std::uint32_t last_cells() const override { return rungs_.back().cells; }
  double log2_cells(std::size_t level, std::size_t) const override {
    return std::log2(rungs_[level].cells);
  }
  Key cell(std::size_t level, Key value) const override { return rungs_[level].cell(value); }
  bool has_cell(std::size_t level, Key cell) const override { return cell < rungs_[level].cells; }
  Key draw(std::size_t level, Key cell, Random& random) const override {
    return rungs_[level].draw(static_cast<std::uint32_t>(cell), random);
  }
  Key random_cell(std::size_t level, std::size_t,
                  const std::function<std::uint64_t(std::uint64_t)>& below) const override {
    return below(rungs_[level].cells);
  }
  double distance(Key a, Key b) const override {
    return distance_ ? distance_(static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b))
                     : Codec::distance(a, b);
  }
  std::string describe(std::size_t level, Key cell) const override {
    return rungs_[level].describe(static_cast<std::uint32_t>(cell));
  }

 private:
  std::vector<Rung> rungs_;
  Distance distance_;
};

}  // namespace tracetwin
