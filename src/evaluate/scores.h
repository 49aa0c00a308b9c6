#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evaluate/report.h"

namespace tracetwin::evaluate {

/// Groups of metrics as they are filled. A value that is not a number becomes a metric without
/// one, for the reason given.
class GroupBuilder {
 public:
  GroupBuilder(std::string id, std::string title, std::string explain)
      : group_{std::move(id), std::move(title), std::move(explain), {}} {}

  Metric& add(Metric metric, double value, std::string why = "there is too little data for it") {
    metric.id = group_.id + "." + metric.id;
    if (std::isfinite(value)) {
      metric.value = value;
    } else {
      metric.why = std::move(why);
    }
    return group_.metrics.emplace_back(std::move(metric));
  }
  Metric& add_absent(Metric metric, std::string why) {
    return add(std::move(metric), std::nan(""), std::move(why));
  }
  Group take() { return std::move(group_); }

 private:
  Group group_;
};

/// Marks for distances between 0 and 1, and for divergences in nats.
inline constexpr Marks kDistanceMarks = {0.05, 0.15};
inline constexpr Marks kNatMarks = {0.02, 0.08};

}  // namespace tracetwin::evaluate
