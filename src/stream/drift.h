#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

namespace tracetwin::stream {

/// Watches how well the model of one epoch foretells the next one: the score, 0 … 1, that the twin
/// of the model before gets on an epoch. Where the traffic stays what it is, that wanders about a
/// mean; it has drifted when a score falls below the mean by more than four standard deviations of
/// the scores so far, and by kLeastFall at least, so that traffic that hardly varies is not called
/// drifting for nothing. A fall to half of the mean is one however widely the scores wander. Of the
/// last kMost scores, since traffic may change slowly.
class Drift {
 public:
  static constexpr std::size_t kLeast = 3;  ///< scores before anything is said
  static constexpr std::size_t kMost = 24;
  static constexpr double kLeastFall = 0.05;
  static constexpr double kFarFall = 0.5;  ///< part of the mean

  /// Below which a score is a drift; nothing yet with fewer than kLeast scores.
  std::optional<double> limit() const;
  /// Whether this score is one; it becomes one of the scores so far if not.
  bool see(double score);
  /// What follows is other traffic.
  void forget() { scores_.clear(); }

  nlohmann::json to_json() const;
  static Drift from_json(const nlohmann::json& json);

 private:
  std::vector<double> scores_;
};

}  // namespace tracetwin::stream
