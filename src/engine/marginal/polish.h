#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "engine/marginal/fill.h"

namespace tracetwin::engine {

/// One marginal and how many records each of its cells should get; sums to all records.
struct Target {
  marginal::Clique clique;
  std::vector<std::uint32_t> counts;
};

/// Local search that brings a table nearer to all targets together. It takes the place of GUM
/// (PrivSyn, section 5), whose wholesale moves for one marginal undo those for another where
/// marginals form cycles: record by record and attribute by attribute, a value is drawn from one
/// marginal given the rest of the record, and taken when the summed L1 distance does not grow.
/// O(records x attributes x marginals per attribute) a sweep.
class Polish {
 public:
  /// `columns` are changed by run(); they and `random` must outlive this object.
  Polish(const Domain& domain, std::span<const Target> targets, Columns& columns, Random& random);

  /// At most `sweeps` sweeps; stops when one lowers the error by less than 8 %. The error
  /// never grows.
  void run(int sweeps);

  /// Mean over the marginals of the L1 distance to the target, as a share of the records (0 … 2).
  double error() const;

 private:
  // One attribute of one marginal, with the values that the target gives its records, sorted by
  // the combination of the marginal's other attributes: to draw is to look one up.
  struct Slot {
    std::size_t marginal = 0;
    std::uint32_t stride = 1;          // of the attribute in the marginal's cells
    std::uint32_t cells = 1;           // of the attribute
    std::uint32_t first = 0;           // of the marginal's cells in excess_
    std::vector<std::uint32_t> begin;  // of each combination in values, and the end
    std::vector<std::uint16_t> values;

    std::size_t combination(std::uint32_t cell) const {
      return cell / (stride * cells) * stride + cell % stride;
    }
    std::uint32_t value(std::uint32_t cell) const { return cell / stride % cells; }
  };
  // What an attribute's value adds to the cell of a marginal.
  struct Term {
    std::uint32_t attribute = 0;
    std::uint32_t stride = 1;
  };
  struct Marginal {
    std::uint32_t first = 0;  // of its cells in excess_
    std::vector<Term> terms;
  };

  void add_marginal(const Domain& domain, const Target& target);
  void add_excess(const Domain& domain, const Target& target);
  void add_slot(const Domain& domain, const Target& target, Term term);
  void sweep();
  bool locate(const std::uint16_t* record);
  void improve(std::uint16_t* record, std::size_t attribute);
  int crowded(const std::vector<Slot>& slots) const;
  std::size_t pick_crowded(const std::vector<Slot>& slots);
  std::uint32_t draw(const Slot& slot);
  int cost_of_joining(const std::vector<Slot>& slots, std::uint32_t step, int leaving) const;
  void move(const std::vector<Slot>& slots, std::uint32_t step);
  void write_columns();

  Columns& columns_;
  Random& random_;
  std::size_t rows_;
  std::size_t width_;
  std::vector<std::uint16_t> records_;  // row-major copy: one record, one cache line
  std::vector<Marginal> marginals_;
  std::vector<std::vector<Slot>> slots_;  // by attribute
  std::vector<std::int32_t> excess_;      // records minus target, all marginals behind each other
  std::vector<std::uint32_t> here_;       // cells of the record at hand in excess_, by marginal
  std::int64_t distance_ = 0;             // summed L1 distance, in records
};

}  // namespace tracetwin::engine
