#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dp/ledger.h"
#include "encode/host_spread.h"
#include "encode/vocabulary.h"
#include "marginal/clique.h"
#include "pipeline/private_trace.h"
#include "pipeline/train.h"

namespace tracetwin {

/// What is learned of fields by themselves; all parallel to them.
struct LearnedFields {
  std::vector<Vocabulary> vocabularies;
  std::vector<HostSpread> hosts;
  std::vector<marginal::NoisyMarginal> one_ways;
};

/// For which window, and for how much.
struct FieldTerms {
  const Window& window;
  double rows_of_unit = 1;
  double rho = 0;  ///< for all fields
};

/// Chooses every field's codes and measures them.
LearnedFields learn_fields(const PrivateTrace& trace, const work::Ranks& ranks,
                           const FieldTerms& terms, dp::Ledger& ledger);

/// Keeps the codes of job.previous, which must be there, and measures each of them once more.
LearnedFields measure_known_fields(const PrivateTrace& trace, const TrainJob& job,
                                   const FieldTerms& terms, dp::Ledger& ledger);

/// Releases that learning a field's codes pays for: one a level, those of an unknown list, and one
/// for how records are spread over addresses.
std::size_t releases_of(const Field& field);

/// Without a budget: values of fewer records than this have no code of their own.
std::int64_t rarest_code(std::size_t rows);

}  // namespace tracetwin
