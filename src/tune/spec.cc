#include "tune/spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"

namespace tracetwin::tune {
namespace {

using nlohmann::json;

constexpr const char* kForm =
    R"(Such as {"metrics": [{"metric": "joint.tvd2.core", "weight": 2, "at_most": 0.1}]}.)";

[[noreturn]] void refuse(const std::string& name, const std::string& where,
                         const std::string& expected) {
  throw Error(fmt::format("{}: {} is not {}", name, where, expected), kForm);
}

std::optional<double> number(const json& entry, const char* key, const std::string& name,
                             const std::string& where) {
  if (!entry.contains(key)) {
    return std::nullopt;
  }
  if (!entry[key].is_number() || !std::isfinite(entry[key].get<double>())) {
    refuse(name, fmt::format("\"{}\" of {}", key, where), "a number");
  }
  return entry[key].get<double>();
}

void check_keys(const json& entry, const std::string& name, const std::string& where) {
  static const std::vector<std::string> kKeys = {"metric", "weight", "at_most", "at_least",
                                                 "verdict"};
  for (const auto& [key, value] : entry.items()) {
    if (std::ranges::find(kKeys, key) == kKeys.end()) {
      const auto near = nearest(key, kKeys);
      throw Error(fmt::format("{}: {} has the unknown key \"{}\"{}", name, where, key,
                              near ? fmt::format(", did you mean \"{}\"?", *near) : ""),
                  fmt::format("Keys are {}.", fmt::join(kKeys, ", ")));
    }
  }
}

Wanted wanted_from(const json& entry, const std::string& name, std::size_t index) {
  std::string where = fmt::format("metrics[{}]", index);
  if (!entry.is_object() || !entry.contains("metric") || !entry["metric"].is_string()) {
    refuse(name, where, "an object with the name of a \"metric\"");
  }
  Wanted wanted;
  wanted.metric = entry["metric"].get<std::string>();
  where += fmt::format(" ({})", wanted.metric);
  check_keys(entry, name, where);
  wanted.weight = number(entry, "weight", name, where).value_or(1);
  wanted.at_most = number(entry, "at_most", name, where);
  wanted.at_least = number(entry, "at_least", name, where);
  if (wanted.weight <= 0) {
    refuse(name, "\"weight\" of " + where, "above 0");
  }
  if (entry.contains("verdict")) {
    if (entry["verdict"] != "good" && entry["verdict"] != "fair") {
      refuse(name, "\"verdict\" of " + where, "\"good\" or \"fair\"");
    }
    wanted.verdict =
        entry["verdict"] == "good" ? evaluate::Verdict::kGood : evaluate::Verdict::kFair;
  }
  return wanted;
}

Wanted usual(const char* metric, double weight) {
  return {metric, weight, std::nullopt, std::nullopt, evaluate::Verdict::kFair};
}

}  // namespace

Fidelity fidelity_from(const json& document, const std::string& name) {
  if (!document.is_object() || !document.contains("metrics") || !document["metrics"].is_array() ||
      document["metrics"].empty()) {
    refuse(name, "what it holds", "an object with a list of \"metrics\"");
  }
  Fidelity fidelity;
  for (const json& entry : document["metrics"]) {
    fidelity.metrics.push_back(wanted_from(entry, name, fidelity.metrics.size()));
    const Wanted& last = fidelity.metrics.back();
    if (std::ranges::count(fidelity.metrics, last.metric, &Wanted::metric) > 1) {
      throw Error(fmt::format("{}: the metric {} is named twice", name, last.metric),
                  "Name it once, with the weight of both.");
    }
  }
  return fidelity;
}

Fidelity parse_fidelity(std::string_view text, const std::string& name) {
  const json document = json::parse(text, nullptr, false);
  if (document.is_discarded()) {
    throw Error(fmt::format("{} is no JSON", name), kForm);
  }
  return fidelity_from(document, name);
}

nlohmann::ordered_json to_json(const Fidelity& fidelity) {
  auto metrics = nlohmann::ordered_json::array();
  for (const Wanted& wanted : fidelity.metrics) {
    nlohmann::ordered_json entry = {{"metric", wanted.metric}, {"weight", wanted.weight}};
    if (wanted.at_most) {
      entry["at_most"] = *wanted.at_most;
    }
    if (wanted.at_least) {
      entry["at_least"] = *wanted.at_least;
    }
    if (wanted.verdict) {
      entry["verdict"] = evaluate::word(*wanted.verdict);
    }
    metrics.push_back(std::move(entry));
  }
  return {{"metrics", std::move(metrics)}};
}

Fidelity usual_fidelity(bool packets) {
  std::vector<Wanted> metrics = {usual("joint.tvd2.core", 3),   usual("joint.tvd3.core", 2),
                                 usual("joint.tvd3.label", 2),  usual("joint.correlation", 1),
                                 usual("netshare.jsd.mean", 2), usual("netshare.emd_range.mean", 1),
                                 usual("arrivals.load", 1)};
  if (packets) {
    metrics.push_back(usual("capture.tcp", 1));
  }
  return {std::move(metrics)};
}

Fidelity usual_watch() {
  std::vector<Wanted> metrics;
  for (const char* metric : {"fields.prefix16.srcip", "fields.prefix16.dstip",
                             "structure.ks.fan_in", "structure.ks.fan_out", "structure.ks.ports"}) {
    metrics.push_back({metric, 1, std::nullopt, std::nullopt, std::nullopt});
  }
  return {std::move(metrics)};
}

bool needs_learners(const Fidelity& fidelity) {
  constexpr std::array<std::string_view, 3> kLearned = {"two_sample.", "prediction.", "anomaly."};
  return std::ranges::any_of(fidelity.metrics, [&](const Wanted& wanted) {
    return std::ranges::any_of(kLearned,
                               [&](auto group) { return wanted.metric.starts_with(group); });
  });
}

void check_metrics(const Fidelity& fidelity, std::span<const std::string> known,
                   const std::string& name) {
  for (const Wanted& wanted : fidelity.metrics) {
    if (std::ranges::find(known, wanted.metric) == known.end()) {
      const auto near = nearest(wanted.metric, known);
      throw Error(fmt::format("{}: such traces have no metric {}{}", name, wanted.metric,
                              near ? fmt::format(", did you mean {}?", *near) : ""),
                  "Names are the \"id\" of metrics in what tracetwin evaluate --json writes "
                  "(docs/scores_json.md).");
    }
  }
}

}  // namespace tracetwin::tune
