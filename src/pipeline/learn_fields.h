#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dp/ledger.h"
#include "encode/host_spread.h"
#include "encode/vocabulary.h"
#include "engine/engine.h"
#include "pipeline/private_trace.h"
#include "work/ranks.h"

namespace tracetwin {

/// Part of a budget that the codes of all fields take.
inline constexpr double kVocabularyShare = 0.25;

/// Releases that learning a field's codes pays for: one a level, those of an unknown list, and one
/// for how records are spread over addresses.
std::size_t releases_of(const Field& field);

/// Without a budget: values of fewer records than this have no code of their own.
std::int64_t rarest_code(std::size_t rows);

/// What is learned of each field by itself, in parallel.
struct LearnedFields {
  std::vector<Vocabulary> vocabularies;
  std::vector<HostSpread> hosts;  ///< of kAddress fields
  std::vector<marginal::NoisyMarginal> one_ways;
};

/// Spends kVocabularyShare of the ledger's budget; fixed fields cost nothing. `rows_of_unit`: rows
/// of a unit at most.
LearnedFields learn_fields(const PrivateTrace& trace, const Window& window, double rows_of_unit,
                           const work::Ranks& ranks, dp::Ledger& ledger);

}  // namespace tracetwin
