#include <nlohmann/json.hpp>

#include "base/text.h"
#include "evaluate/report.h"

namespace tracetwin::evaluate {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

std::string word(Better better) {
  return better == Better::kLower    ? "lower"
         : better == Better::kHigher ? "higher"
         : better == Better::kFloor  ? "floor"
                                     : "none";
}

Json metric_json(const Metric& metric) {
  Json json = {{"id", metric.id},
               {"name", metric.name},
               {"value", or_null(metric.value)},
               {"spread", or_null(metric.spread)},
               {"why", text_or_null(metric.why)},
               {"floor", or_null(metric.floor)},
               {"memoriser", or_null(metric.memoriser)},
               {"better", word(metric.better)},
               {"range", Json::array({Json(metric.low), or_null(metric.high)})},
               {"unit", metric.unit},
               {"explain", metric.explain},
               {"verdict", word(metric.verdict)}};
  if (metric.n) {
    json["n"] = *metric.n;
  }
  return json;
}

Json group_json(const Group& group) {
  Json metrics = Json::array();
  for (const Metric& metric : group.metrics) {
    metrics.push_back(metric_json(metric));
  }
  return {{"id", group.id},
          {"title", group.title},
          {"explain", group.explain},
          {"metrics", std::move(metrics)}};
}

Json result_json(const Result& result) {
  Json sections = Json::array();
  for (const Section& section : result.sections) {
    Json groups = Json::array();
    for (const Group& group : section.groups) {
      groups.push_back(group_json(group));
    }
    sections.push_back({{"id", section.id},
                        {"title", section.title},
                        {"summary", section.summary},
                        {"verdict", word(section.verdict)},
                        {"groups", std::move(groups)}});
  }
  return {{"name", result.name},
          {"verdict", {{"level", word(result.verdict)}, {"lines", result.lines}}},
          {"sections", std::move(sections)}};
}

Json facts_json(const TraceFacts& facts) {
  return {{"name", facts.name},
          {"file", facts.file},
          {"format", facts.format},
          {"kind", facts.kind},
          {"records", facts.records},
          {"packets", facts.packets ? Json(*facts.packets) : Json(nullptr)},
          {"flows", facts.flows},
          {"skipped", facts.skipped},
          {"begin", format_rfc3339(facts.begin_ns)},
          {"end", format_rfc3339(facts.end_ns)}};
}

Json traces_json(const Report& report) {
  Json synthetic = Json::array();
  for (const TraceFacts& facts : report.synthetic) {
    Json one = facts_json(facts);
    one["provenance"] =
        facts.provenance.empty() ? Json(nullptr) : Json::parse(facts.provenance, nullptr, false);
    if (one["provenance"].is_discarded()) {
      one["provenance"] = nullptr;
    }
    synthetic.push_back(std::move(one));
  }
  return {{"real", facts_json(report.real)},
          {"holdout", report.holdout ? facts_json(*report.holdout) : Json(nullptr)},
          {"synthetic", std::move(synthetic)}};
}

Json axis_json(const Axis& axis) {
  return {{"label", axis.label}, {"scale", axis.scale}};
}

Json plot_json(const Plot& plot) {
  Json json = {{"id", plot.id},
               {"section", plot.section},
               {"title", plot.title},
               {"kind", plot.kind},
               {"explain", plot.explain}};
  if (plot.kind == "heatmap") {
    json["labels"] = plot.labels;
    json["maps"] = Json::array();
    for (const HeatMap& map : plot.maps) {
      json["maps"].push_back({{"name", map.name}, {"values", map.values}});
    }
    json["range"] = {0, 1};
    return json;
  }
  json["x"] = axis_json(plot.x);
  json["y"] = axis_json(plot.y);
  json["series"] = Json::array();
  for (const Series& series : plot.series) {
    Json x = std::visit([](const auto& values) { return Json(values); }, series.x);
    json["series"].push_back({{"name", series.name}, {"x", std::move(x)}, {"y", series.y}});
  }
  return json;
}

Json ranking_json(const std::vector<Rank>& ranking) {
  Json all = Json::array();
  for (const Rank& rank : ranking) {
    Json by = Json::object();
    for (const auto& [name, value] : rank.by) {
      by[name] = value;
    }
    Json normalised = Json::object();
    for (const auto& [field, value] : rank.normalised) {
      normalised[field] = value;
    }
    all.push_back({{"name", rank.name},
                   {"rank", rank.rank},
                   {"score", rank.score},
                   {"by", std::move(by)},
                   {"normalised", std::move(normalised)}});
  }
  return all;
}

}  // namespace

std::string word(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood:
      return "good";
    case Verdict::kFair:
      return "fair";
    case Verdict::kPoor:
      return "poor";
    default:
      return "info";
  }
}

nlohmann::ordered_json to_json(const Report& report) {
  Json json = {
      {"schema", "tracetwin-scores"},
      {"version", 1},
      {"made_by", report.made_by},
      {"notice",
       "Computed from real data without any privacy protection: treat it like the real trace."},
      {"seed", report.seed},
      {"label_column", text_or_null(report.label_column)},
      {"floor_from", report.floor_from},
      {"traces", traces_json(report)}};
  json["results"] = Json::array();
  for (const Result& result : report.results) {
    json["results"].push_back(result_json(result));
  }
  json["ranking"] = ranking_json(report.ranking);
  json["plots"] = Json::array();
  for (const Plot& plot : report.plots) {
    json["plots"].push_back(plot_json(plot));
  }
  return json;
}

}  // namespace tracetwin::evaluate
