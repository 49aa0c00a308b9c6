#include "cli/evaluate_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/text.h"
#include "cli/text_table.h"
#include "evaluate/ranking.h"

namespace tracetwin::cli {
namespace {

using namespace evaluate;  // NOLINT(google-build-using-namespace)

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{:.4g}", *value) : "-";
}

std::string with_unit(const Metric& metric) {
  return number(metric.value) + (metric.unit == "%" ? " %" : "");
}

std::string mark(Verdict verdict) {
  return verdict == Verdict::kInfo ? "" : word(verdict);
}

/// Whether a metric stands in the compact table: what sums up a section, and what is poor.
bool is_shown(const Metric& metric) {
  return metric.verdict == Verdict::kPoor ||
         (metric.verdict != Verdict::kInfo && is_headline(metric.id));
}

/// "40 more: 38 good, 2 fair", or nothing.
std::string others(const std::array<std::size_t, 4>& hidden) {
  const std::size_t count = hidden[1] + hidden[2] + hidden[3];
  if (count == 0) {
    return "";
  }
  std::string text = fmt::format("{} more:", count);
  for (const Verdict verdict : {Verdict::kGood, Verdict::kFair}) {
    const std::size_t n = hidden[static_cast<std::size_t>(verdict)];
    text += n == 0 ? "" : fmt::format("{} {} {}", text.back() == ':' ? "" : ",", n, word(verdict));
  }
  return text;
}

/// Name, value, floor, memoriser where there is a hold-out, and verdict.
class MetricTable {
 public:
  explicit MetricTable(bool memoriser) : memoriser_(memoriser) {
    add("", "value", "floor", "memoriser", "");
  }

  void add(const Section& section, bool all) {
    add(section.title, "", "", "", mark(section.verdict));
    std::array<std::size_t, 4> hidden{};
    for (const Group& group : section.groups) {
      for (const Metric& metric : group.metrics) {
        if (all || is_shown(metric)) {
          add("  " + metric.name, with_unit(metric), number(metric.floor), number(metric.memoriser),
              mark(metric.verdict));
        } else {
          ++hidden[static_cast<std::size_t>(metric.verdict)];
        }
      }
    }
    if (const std::string rest = others(hidden); !rest.empty()) {
      add("  " + rest, "", "", "", "");
    }
  }
  std::string text() const { return table_.text(); }

 private:
  void add(std::string name, std::string value, std::string floor, std::string memoriser,
           std::string verdict) {
    std::vector<std::string> row = {std::move(name), std::move(value), std::move(floor)};
    if (memoriser_) {
      row.push_back(std::move(memoriser));
    }
    row.push_back(std::move(verdict));
    table_.add(std::move(row));
  }

  bool memoriser_;
  TextTable table_;
};

std::string result_text(const Result& result, const TraceFacts& facts, bool memoriser, bool all) {
  std::string text =
      fmt::format("{} ({}, {} {}): {}\n", result.name, facts.file, with_thousands(facts.records),
                  facts.kind == "packets" ? "packets" : "records", word(result.verdict));
  for (const std::string& line : result.lines) {
    text += "  " + line + "\n";
  }
  MetricTable table(memoriser);
  for (const Section& section : result.sections) {
    table.add(section, all);
  }
  return text + "\n" + table.text();
}

std::string ranking_text(const std::vector<Rank>& ranking) {
  if (ranking.empty()) {
    return "";
  }
  TextTable table(2);
  std::vector<std::string> head = {"rank", "name", "mean rank"};
  for (const auto& by : ranking.front().by) {
    head.push_back(by.first);
  }
  table.add(head);
  for (const Rank& rank : ranking) {
    std::vector<std::string> row = {std::to_string(rank.rank), rank.name,
                                    fmt::format("{:.2f}", rank.score)};
    for (const auto& by : rank.by) {
      row.push_back(fmt::format("{:.4g}", by.second));
    }
    table.add(row);
  }
  return "Ranking\n" + table.text(2) + "\n";
}

}  // namespace

/// A line a trace of which not everything could be read.
std::string skipped_text(const Report& report) {
  std::vector<const TraceFacts*> traces = {&report.real};
  for (const TraceFacts& facts : report.synthetic) {
    traces.push_back(&facts);
  }
  if (report.holdout) {
    traces.push_back(&*report.holdout);
  }
  std::string text;
  for (const TraceFacts* facts : traces) {
    if (facts->skipped > 0) {
      text += fmt::format("{}: {} of {} {} could not be read or were not chosen\n", facts->file,
                          with_thousands(facts->skipped),
                          with_thousands(facts->records + facts->skipped),
                          facts->kind == "packets" ? "packets" : "records");
    }
  }
  return text.empty() ? "" : text + "\n";
}

std::string evaluation_text(const Report& report, bool all) {
  std::string text = skipped_text(report) + ranking_text(report.ranking);
  for (std::size_t i = 0; i < report.results.size(); ++i) {
    text += (i == 0 ? "" : "\n") +
            result_text(report.results[i], report.synthetic[i], report.holdout.has_value(), all);
  }
  text += "\nfloor: real data against other real data";
  text += report.floor_from == "time" ? " (its beginning against its end, since few conversations "
                                        "hold most packets)."
                                      : ".";
  if (report.holdout) {
    text += " memoriser: the training data in the place of the twin.";
  }
  if (!all) {
    text += " All figures: --verbose, --report or --json.";
  }
  return text + "\nThese figures are not private.\n";
}

}  // namespace tracetwin::cli
