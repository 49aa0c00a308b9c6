#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "dp/ledger.h"
#include "schema/table.h"

namespace tracetwin::engine {

/// The last attribute of a table given the others, learned from two noisy tables: the full one
/// and one over the first attribute alone, which fills in where the full one has only noise; a
/// public prior fills in behind that. Holds no record.
class Conditional {
 public:
  struct Options {
    std::string what;           ///< for the ledger
    double rho = 0;             ///< for both tables together
    double l2_sensitivity = 1;  ///< of one table of counts
    /// Row-major over (first attribute, last attribute); empty = uniform.
    std::vector<double> prior;
    unsigned threads = 0;
  };
  static Conditional train(const Table& table, const Options& options, dp::Ledger& ledger);
  /// From what domain() and probabilities() gave; throws Error when they do not fit together.
  Conditional(Domain domain, std::vector<double> probabilities);

  /// Draws the last attribute. `context` holds the codes of the others, in order.
  std::uint16_t draw(std::span<const std::uint16_t> context, Random& random) const;
  double probability(std::span<const std::uint16_t> context, std::uint16_t drawn) const;

  const Domain& domain() const { return domain_; }
  /// Row-major over (context, drawn), each context's row sums to 1.
  const std::vector<double>& probabilities() const { return probabilities_; }

 private:
  std::size_t row_of(std::span<const std::uint16_t> context) const;

  Domain domain_;
  std::vector<double> probabilities_;
  std::vector<double> cumulative_;
};

}  // namespace tracetwin::engine
