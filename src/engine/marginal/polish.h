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
  std::vector<bool> impossible = {};  ///< cells that no record is moved into; empty: none
};

/// Local search that brings a table nearer to all targets together. It takes the place of GUM
/// (PrivSyn, section 5), whose wholesale moves for one marginal undo those for another where
/// marginals form cycles: record by record and attribute by attribute, the value is taken that
/// most of the attribute's marginals want, when the summed L1 distance does not grow by it.
/// O(records x attributes x marginals per attribute x cells of the attribute) a sweep, the last
/// factor in vector instructions. At most kMostRows records.
class Polish {
 public:
  static constexpr std::size_t kMostRows = 32'767;  // so that a cell's excess fits 16 bits

  /// `columns` are changed by run(); they and `random` must outlive this object.
  Polish(const Domain& domain, std::span<const Target> targets, Columns& columns, Random& random);

  /// At most `sweeps` sweeps; stops when one lowers the error by less than 8 %. The error
  /// never grows.
  void run(int sweeps);

  /// Mean over the marginals of the L1 distance to the target, as a share of the records (0 … 2).
  double error() const;

 private:
  // What an attribute's value adds to the place of a cell.
  struct Term {
    std::uint32_t attribute = 0;
    std::uint32_t stride = 1;
  };
  // A marginal is kept once for each of its attributes, that attribute innermost, so that the
  // cells a record could move to lie side by side.
  struct Layout {
    std::uint32_t first = 0;  // of its cells in excess_
    std::vector<Term> terms;
    bool has_impossible = false;  // cells, which are in impossible_
  };

  std::vector<std::int16_t> excess_of(const Domain& domain, const Target& target) const;
  void add_layouts(const Domain& domain, const Target& target);
  void arrange(const Domain& domain, const Target& target, std::span<const std::int16_t> excess,
               const Layout& layout);
  void forbid(std::size_t row, std::vector<std::int16_t>& wants) const;
  void sweep();
  void improve(std::uint16_t* record, std::size_t attribute);
  int crowded(const std::uint16_t* record, std::size_t attribute);
  int count_wants(std::size_t attribute, std::uint16_t present);
  std::int64_t missing(std::size_t attribute, std::uint16_t value) const;
  std::uint16_t pick(std::size_t attribute, int most);
  void move(std::uint16_t* record, std::size_t attribute, std::uint16_t value);
  std::uint32_t place(const Layout& layout, const std::uint16_t* record) const;
  void write_columns();

  Columns& columns_;
  Random& random_;
  std::size_t rows_;
  std::size_t width_;
  std::vector<std::uint16_t> records_;        // row-major copy: one record, one cache line
  std::vector<std::vector<Layout>> inner_;    // by attribute: the layouts with it innermost
  std::vector<std::vector<Layout>> touched_;  // by attribute: all layouts of its marginals
  std::vector<std::int16_t> excess_;          // records minus target, all layouts in a row
  std::vector<std::int16_t> impossible_;  // parallel: kImpossible where no record may be, else 0
  std::vector<std::uint32_t> here_;       // of the record at hand: its row in each inner layout
  std::vector<std::vector<std::int16_t>> wants_;  // by attribute and value: how many marginals
  std::size_t marginals_;
  std::int64_t distance_ = 0;  // summed L1 distance, in records
};

}  // namespace tracetwin::engine
