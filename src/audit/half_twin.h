#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit/comparable.h"
#include "audit/distinguish.h"
#include "audit/fixture.h"
#include "audit/unit_trace.h"
#include "pipeline/private_trace.h"

namespace tracetwin::audit {

/// A twin of a random half of a trace, beside the half it was made of and the half it never saw:
/// whatever it has in common with the first beyond the second, it has remembered. Private.
struct HalfTwin {
  TwinModel model;
  Rows twin;
  PrivateTrace training;
  PrivateTrace hold_out;
};
/// `job` says how to train (its input is ignored). Throws Error when a half is empty.
HalfTwin twin_of_half(const UnitTrace& trace, const TrainJob& job, const Fixture& fixture,
                      std::uint64_t seed, const Progress& progress);

/// How many different values of one kind a twin holds, and how many of them each half holds.
struct CopyRate {
  std::string what;  ///< "rows" (all fields but the start), "five-tuples", "addresses"
  std::uint64_t distinct = 0;
  std::uint64_t in_training = 0;
  std::uint64_t in_hold_out = 0;
  double difference = 0;  ///< of the two rates
  /// By the values that are in one half only: were nothing remembered, either would be as likely
  /// to have one (McNemar's comparison, with Clopper and Pearson's interval).
  Interval interval;
};
std::vector<CopyRate> copy_rates(const HalfTwin& halves, double confidence);
/// Rates may differ by so much: one value in a thousand.
inline constexpr double kToleratedDifference = 0.001;

/// Attacks that say of single records whether they were in the training half, by what
/// membership_attacks() names: the twin's records with the same five-tuple; the distance of the
/// nearest (a copy has 0); that distance against the one to records known not to be in it (density
/// ratio, DOMIAS); the likelihood under the model. Up to `most` records of each half take part,
/// and as many more of the hold-out serve for comparison. Throws Error when a half has fewer than
/// eight records.
Scores membership_scores(const HalfTwin& halves, std::size_t most, std::uint64_t seed,
                         unsigned threads);
std::span<const std::string_view> membership_attacks();

}  // namespace tracetwin::audit
