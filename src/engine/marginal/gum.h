#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "engine/marginal/fill.h"
#include "engine/marginal/polish.h"

namespace tracetwin::engine {

/// GUM, gradually update (Zhang et al., PrivSyn, section 5): moves records from over-full cells of
/// a marginal to under-full ones, either by copying a whole record that is already there
/// (duplicate: keeps what else goes with the cell) or by overwriting the marginal's attributes
/// (replace: keeps what else goes with the record). O(records + cells) per marginal and round:
/// counting and selection sampling in place of sorting.
class Gum {
 public:
  /// `columns` are changed in place; they, `domain` and `random` must outlive this object.
  Gum(const Domain& domain, std::vector<Target> targets, Columns& columns, Random& random);

  /// At most `rounds` rounds, all marginals once in each, the worst first, with steps
  /// 0.84^floor(10 t / rounds). Stops when the error no longer falls. Leaves the best table seen,
  /// which may be the one it began with.
  void run(int rounds);

  /// Mean over the marginals of the L1 distance to the target, as a share of the records (0 … 2).
  double error();

  /// One update of one marginal: the share `step` of every gap is closed; of the records moved,
  /// the share `duplicates` is copied where the cell has records to copy.
  void update(std::size_t target, double step, double duplicates);

 private:
  struct Cell {
    std::int32_t quota = 0;    // > 0: records to receive; < 0: records to give
    std::uint32_t left = 0;    // records not yet seen by the scan
    std::uint32_t donors = 0;  // where its donors begin
    std::uint32_t donors_got = 0;
  };

  void count(const Target& target);
  std::int64_t set_gains(const Target& target, double step);
  void set_losses(const Target& target, std::int64_t moved);
  void scan();
  void move(const Target& target, double duplicates);
  void copy_row(std::uint32_t from, std::uint32_t to);
  void overwrite(const marginal::Clique& clique, std::size_t cell, std::uint32_t row);
  std::vector<std::size_t> worst_first() const;

  const Domain& domain_;
  std::vector<Target> targets_;
  Columns& columns_;
  Random& random_;
  std::size_t rows_;
  std::vector<double> errors_;
  std::vector<std::uint32_t> codes_;
  std::vector<std::uint32_t> counts_;
  std::vector<Cell> cells_;
  std::vector<std::uint32_t> receiving_;  // cells with quota > 0
  std::vector<std::uint32_t> donors_;     // rows to copy, by cell
  std::vector<std::uint32_t> free_;       // rows to overwrite
};

}  // namespace tracetwin::engine
