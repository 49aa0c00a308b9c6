#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "evaluate/report.h"
#include "tune/spec.h"

namespace tracetwin::tune {

/// One metric of a specification, of one twin.
struct MetricScore {
  std::string metric;
  std::optional<double> value;
  std::optional<double> floor;  ///< what other real data gets
  double distance = 1;          ///< 0: as good as real data; 1: as bad as can be
  bool passes = true;           ///< its thresholds
};

/// How good a twin is by a specification.
struct Score {
  double score = 0;  ///< 0 … 1, the higher the better: 1 less the weighted mean of the distances
  bool passes = false;
  std::vector<MetricScore> metrics;
};

/// The distance of a value v from its floor f (without one: the good end of its range), only in the
/// direction that is worse ("floor": in either):
///   where the range ends at b on that side  |v - f| / |b - f|
///   where it has no end                     |v - f| / (|v - f| + max(|f|, 1e-9))
/// A metric without a value is at distance 1 and does not pass. Where `real` is given, its values
/// are the floors: real data of the twin's size, held against the same trace.
Score score_of(const Fidelity& fidelity, const evaluate::Result& result,
               const evaluate::Result* real = nullptr);
double distance_of(const evaluate::Metric& metric);

/// Ids of all metrics of a result, and of those that have a value.
std::vector<std::string> metrics_of(const evaluate::Result& result, bool with_value = false);

/// {"score", "passes", "metrics": [{"metric", "value", "floor", "distance", "passes"}…]}
nlohmann::ordered_json to_json(const Score& score);
/// The inverse of what it wrote itself.
Score score_from(const nlohmann::json& json);

/// The metrics that did not pass, "joint.tvd2.core 0.31, arrivals.load 0.5"; empty when all did.
std::string failures(const Score& score);

}  // namespace tracetwin::tune
