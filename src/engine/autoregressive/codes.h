#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/random.h"
#include "engine/autoregressive/job.h"
#include "engine/autoregressive/records.h"
#include "engine/autoregressive/sampler.h"
#include "engine/weights.h"
#include "schema/table.h"

namespace tracetwin::autoregressive {

/// Records as codes, an attribute a token: those of few cells first, so that what is drawn last is
/// given all that decides it. A layout says no more than the domain does.
std::vector<std::size_t> order_of(const Domain& domain);
Layout layout_of(const Domain& domain);

/// The tokens of all records of a table; each is a group of its own. Private if the codes are.
Records records_of(const Codes& codes);

/// A trained network of codes.
struct CodeNetwork {
  Options options;
  engine::Weights weights;
};

/// Draws records as codes. Thread-safe.
class CodeSampler {
 public:
  /// Throws Error as Sampler does.
  CodeSampler(const Domain& domain, const CodeNetwork& network);

  /// Fills the columns, which all have as many rows.
  void draw(Columns& columns, Random& random) const;

 private:
  std::vector<std::size_t> order_;
  Sampler sampler_;
};

}  // namespace tracetwin::autoregressive
