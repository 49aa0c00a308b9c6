#include "evaluate/ranking.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "evaluate/distances.h"

namespace tracetwin::evaluate {
namespace {

/// What traces are ranked by: a metric, and what it is called in the ranking. Most of them see how
/// fields belong together, so that perfect columns alone do not win.
struct Criterion {
  const char* name;
  const char* metric;
};
constexpr std::array kCriteria = {Criterion{"jsd", "netshare.jsd.mean"},
                                  Criterion{"pairs", "joint.tvd2.core"},
                                  Criterion{"triples", "joint.tvd3.core"},
                                  Criterion{"labels", "joint.tvd3.label"},
                                  Criterion{"information", "joint.information"},
                                  Criterion{"correlation", "joint.correlation"},
                                  Criterion{"queries", "joint.queries"},
                                  Criterion{"auc", "two_sample.records"},
                                  Criterion{"accuracy", "prediction.accuracy"},
                                  Criterion{"f1", "prediction.f1"},
                                  Criterion{"load", "arrivals.load"}};

const Metric* find(const Result& result, const std::string& id) {
  for (const Section& section : result.sections) {
    for (const Group& group : section.groups) {
      const auto at = std::ranges::find(group.metrics, id, &Metric::id);
      if (at != group.metrics.end()) {
        return &*at;
      }
    }
  }
  return nullptr;
}

/// One value a trace; empty when a trace has none.
std::vector<double> values_of(const std::vector<Result>& results, const std::string& id) {
  std::vector<double> values;
  for (const Result& result : results) {
    const Metric* metric = find(result, id);
    if (metric == nullptr || !metric->value) {
      return {};
    }
    values.push_back(*metric->value);
  }
  return values;
}

/// NetShare's normalised EMD of each trace by field, as far as all traces have it.
void normalise_emd(const std::vector<Result>& results, std::vector<Rank>& ranking) {
  constexpr std::string_view kPrefix = "netshare.emd.";
  for (const Group& group : results[0].sections[0].groups) {
    for (const Metric& metric : group.metrics) {
      const auto values =
          metric.id.starts_with(kPrefix) ? values_of(results, metric.id) : std::vector<double>();
      const auto scaled = values.empty() ? values : normalised_across(values);
      for (std::size_t i = 0; i < scaled.size(); ++i) {
        ranking[i].normalised.emplace_back(metric.id.substr(kPrefix.size()), scaled[i]);
      }
    }
  }
}

std::vector<double> means_of_normalised(const std::vector<Rank>& ranking) {
  std::vector<double> means;
  for (const Rank& rank : ranking) {
    double sum = 0;
    for (const auto& [field, value] : rank.normalised) {
      sum += value;
    }
    means.push_back(sum / static_cast<double>(std::max<std::size_t>(1, rank.normalised.size())));
  }
  return means;
}

/// Adds the ranks of `values` (1: best) to the sums, and the values to each trace's list.
void take(const std::string& name, std::vector<double> values, bool higher_is_better,
          std::vector<Rank>& ranking) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    ranking[i].by.emplace_back(name, values[i]);
    values[i] = higher_is_better ? -values[i] : values[i];
  }
  const auto ranked = ranks(values);
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    ranking[i].score += ranked[i];
  }
}

bool has_alarm(const Result& result) {
  for (const Section& section : result.sections) {
    if (section.id == "safety") {
      return section.verdict == Verdict::kPoor;
    }
  }
  return false;
}

}  // namespace

std::vector<double> normalised_across(const std::vector<double>& values) {
  const auto [low, high] = std::ranges::minmax(values);
  std::vector<double> scaled;
  scaled.reserve(values.size());
  for (const double value : values) {
    scaled.push_back(high > low ? 0.1 + 0.8 * (value - low) / (high - low) : 0.1);
  }
  return scaled;
}

bool is_headline(std::string_view id) {
  constexpr std::array<std::string_view, 15> kMore = {"netshare.emd_range.mean",
                                                      "arrivals.burstiness.1s",
                                                      "two_sample.flows",
                                                      "two_sample.hosts",
                                                      "sketches.gap.dstip",
                                                      "sketches.gap.srcip",
                                                      "sketches.gap.five_tuple",
                                                      "anomaly.own",
                                                      "anomaly.transfer",
                                                      "equal_terms.rows",
                                                      "equal_terms.five_tuples",
                                                      "equal_terms.rare_addresses",
                                                      "membership.auc",
                                                      "capture.tcp",
                                                      "file.readable"};
  return std::ranges::find(kMore, id) != kMore.end() ||
         std::ranges::find(kCriteria, id, &Criterion::metric) != kCriteria.end();
}

std::vector<Rank> rank_results(const std::vector<Result>& results) {
  if (results.size() < 2) {
    return {};
  }
  std::vector<Rank> ranking;
  ranking.reserve(results.size());
  for (const Result& result : results) {
    ranking.push_back({result.name, 1, 0, {}, {}});
  }
  normalise_emd(results, ranking);
  take("emd", means_of_normalised(ranking), false, ranking);
  std::size_t criteria = 1;
  for (const Criterion& criterion : kCriteria) {
    const auto values = values_of(results, criterion.metric);
    if (!values.empty()) {
      const bool higher = find(results[0], criterion.metric)->better == Better::kHigher;
      take(criterion.name, values, higher, ranking);
      ++criteria;
    }
  }
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    ranking[i].score /= static_cast<double>(criteria);
    ranking[i].by.emplace_back("alarm", has_alarm(results[i]) ? 1 : 0);
  }
  const auto key = [](const Rank& rank) { return std::pair(rank.by.back().second, rank.score); };
  std::ranges::stable_sort(ranking, {}, key);
  for (std::size_t i = 1; i < ranking.size(); ++i) {
    ranking[i].rank = key(ranking[i]) == key(ranking[i - 1]) ? ranking[i - 1].rank : i + 1;
  }
  return ranking;
}

}  // namespace tracetwin::evaluate
