#include "tune/score.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace tracetwin::tune {
namespace {

using evaluate::Better;
using evaluate::Metric;

constexpr double kLeastFloor = 1e-9;

template <class Use>
void for_each_metric(const evaluate::Result& result, const Use& use) {
  for (const auto& section : result.sections) {
    for (const auto& group : section.groups) {
      for (const Metric& metric : group.metrics) {
        use(metric);
      }
    }
  }
}

const Metric* find(const evaluate::Result& result, const std::string& id) {
  const Metric* found = nullptr;
  for_each_metric(result, [&](const Metric& metric) {
    found = found == nullptr && metric.id == id ? &metric : found;
  });
  return found;
}

bool reaches(const Wanted& wanted, const Metric& metric) {
  if (!metric.value) {
    return false;
  }
  const bool judged = metric.verdict != evaluate::Verdict::kInfo;
  return !(wanted.at_most && *metric.value > *wanted.at_most) &&
         !(wanted.at_least && *metric.value < *wanted.at_least) &&
         !(wanted.verdict && judged && metric.verdict > *wanted.verdict);
}

nlohmann::ordered_json or_null(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

std::optional<double> number(const nlohmann::json& json) {
  return json.is_number() ? std::optional(json.get<double>()) : std::nullopt;
}

}  // namespace

double distance_of(const Metric& metric) {
  if (!metric.value) {
    return 1;
  }
  const bool higher = metric.better == Better::kHigher;
  const double ideal =
      metric.floor.value_or(higher ? metric.high.value_or(metric.low) : metric.low);
  const double off = *metric.value - ideal;
  const bool either = metric.better == Better::kFloor || metric.better == Better::kNone;
  const double gap = either ? std::abs(off) : std::max(0.0, higher ? -off : off);
  const bool down = off < 0;
  const std::optional<double> end = down ? std::optional(metric.low) : metric.high;
  const double room = end ? std::abs(*end - ideal) : 0;
  if (gap <= 0) {
    return 0;
  }
  return std::min(1.0,
                  room > 0 ? gap / room : gap / (gap + std::max(std::abs(ideal), kLeastFloor)));
}

Score score_of(const Fidelity& fidelity, const evaluate::Result& result,
               const evaluate::Result* real) {
  Score score;
  score.passes = true;
  double sum = 0;
  double weights = 0;
  for (const Wanted& wanted : fidelity.metrics) {
    MetricScore one{wanted.metric, std::nullopt, std::nullopt, 1, false};
    if (const Metric* found = find(result, wanted.metric)) {
      Metric metric = *found;
      const Metric* ideal = real == nullptr ? nullptr : find(*real, wanted.metric);
      metric.floor = ideal != nullptr && ideal->value ? ideal->value : metric.floor;
      one = {wanted.metric, metric.value, metric.floor, distance_of(metric),
             reaches(wanted, metric)};
    }
    sum += wanted.weight * one.distance;
    weights += wanted.weight;
    score.passes = score.passes && one.passes;
    score.metrics.push_back(std::move(one));
  }
  score.score = 1 - sum / weights;
  return score;
}

std::vector<std::string> metrics_of(const evaluate::Result& result, bool with_value) {
  std::vector<std::string> ids;
  for_each_metric(result, [&](const Metric& metric) {
    if (!with_value || metric.value) {
      ids.push_back(metric.id);
    }
  });
  return ids;
}

nlohmann::ordered_json to_json(const Score& score) {
  auto metrics = nlohmann::ordered_json::array();
  for (const MetricScore& one : score.metrics) {
    metrics.push_back({{"metric", one.metric},
                       {"value", or_null(one.value)},
                       {"floor", or_null(one.floor)},
                       {"distance", one.distance},
                       {"passes", one.passes}});
  }
  return {{"score", score.score}, {"passes", score.passes}, {"metrics", std::move(metrics)}};
}

Score score_from(const nlohmann::json& json) {
  Score score{json.at("score").get<double>(), json.at("passes").get<bool>(), {}};
  for (const auto& one : json.at("metrics")) {
    score.metrics.push_back({one.at("metric").get<std::string>(), number(one.at("value")),
                             number(one.at("floor")), one.at("distance").get<double>(),
                             one.at("passes").get<bool>()});
  }
  return score;
}

std::string failures(const Score& score) {
  std::string text;
  for (const MetricScore& one : score.metrics) {
    if (!one.passes) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", one.metric,
                          one.value ? fmt::format("{:.3g}", *one.value) : "has no value");
    }
  }
  return text;
}

}  // namespace tracetwin::tune
