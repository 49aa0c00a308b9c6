#include "stream/drift.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

namespace tracetwin::stream {

std::optional<double> Drift::limit() const {
  if (scores_.size() < kLeast) {
    return std::nullopt;
  }
  constexpr double kDeviations = 4;
  const auto count = static_cast<double>(scores_.size());
  const double mean = std::accumulate(scores_.begin(), scores_.end(), 0.0) / count;
  double squares = 0;
  for (const double score : scores_) {
    squares += (score - mean) * (score - mean);
  }
  const double unusual = std::max(kLeastFall, kDeviations * std::sqrt(squares / (count - 1)));
  return std::max(mean - unusual, mean * kFarFall);
}

bool Drift::see(double score) {
  if (limit() && score < *limit()) {
    return true;
  }
  scores_.push_back(score);
  if (scores_.size() > kMost) {
    scores_.erase(scores_.begin());
  }
  return false;
}

nlohmann::json Drift::to_json() const {
  return scores_;
}

Drift Drift::from_json(const nlohmann::json& json) {
  Drift drift;
  drift.scores_ = json.get<std::vector<double>>();
  return drift;
}

}  // namespace tracetwin::stream
