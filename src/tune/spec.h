#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evaluate/report.h"

namespace tracetwin::tune {

/// What is asked of one metric of scores.json.
struct Wanted {
  std::string metric;                        ///< its id, such as "joint.tvd2.core"
  double weight = 1;                         ///< > 0
  std::optional<double> at_most;             ///< thresholds: of the value,
  std::optional<double> at_least;            ///< likewise,
  std::optional<evaluate::Verdict> verdict;  ///< and of what evaluate calls it: kFair or kGood
};

/// What a good twin is: which metrics count, how much, and what they have to reach.
struct Fidelity {
  std::vector<Wanted> metrics;  ///< at least one, no metric twice
};

/// {"metrics": [{"metric": ID, "weight": W, "at_most": X, "at_least": X, "verdict": "fair"}, …]},
/// all but "metric" optional. Throws Error naming `name`, the entry, the key and what was expected.
Fidelity parse_fidelity(std::string_view text, const std::string& name);
Fidelity fidelity_from(const nlohmann::json& json, const std::string& name);
nlohmann::ordered_json to_json(const Fidelity& fidelity);

/// What is taken where nobody says: how fields belong together first, then single fields, hosts and
/// the course of the load; captures also the structure of conversations.
Fidelity usual_fidelity(bool packets);

/// What tells other traffic from the same traffic at another time: which networks speak, in what
/// numbers, and with which services. Mixes and sizes swing from one epoch to the next without
/// anything having changed.
Fidelity usual_watch();

/// Whether it asks for what `evaluate --quick` leaves out.
bool needs_learners(const Fidelity& fidelity);

/// Throws Error for a metric that `known` does not have, with the nearest that it has.
void check_metrics(const Fidelity& fidelity, std::span<const std::string> known,
                   const std::string& name);

}  // namespace tracetwin::tune
