#include "evaluate/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tracetwin::evaluate {
namespace {

/// How much worse than real data the value is, in its own unit; negative: better.
double shortfall(const Metric& metric) {
  if (metric.better == Better::kLower) {
    const double floor = metric.floor.value_or(metric.low);
    return *metric.value - std::max(floor, metric.chance.value_or(floor));
  }
  const double worse = metric.floor.value_or(metric.high.value_or(*metric.value)) - *metric.value;
  return metric.better == Better::kFloor ? std::abs(worse) : worse;
}

Verdict judged(const Metric& metric) {
  if (!metric.value || !metric.marks || metric.better == Better::kNone) {
    return Verdict::kInfo;
  }
  const double worse = shortfall(metric);
  return worse <= metric.marks->good   ? Verdict::kGood
         : worse <= metric.marks->fair ? Verdict::kFair
                                       : Verdict::kPoor;
}

/// How often each verdict was given, and what is furthest beyond "fair", in units of that mark.
struct Tally {
  std::array<std::size_t, 4> count{};
  const Metric* worst = nullptr;  ///< none: nothing is poor
  std::size_t judged() const { return count[1] + count[2] + count[3]; }
};

double excess(const Metric& metric) {
  return shortfall(metric) / std::max(metric.marks->fair, 1e-9);
}

Tally tally(const Section& section) {
  Tally all;
  for (const Group& group : section.groups) {
    for (const Metric& metric : group.metrics) {
      ++all.count[static_cast<std::size_t>(metric.verdict)];
      if (metric.verdict == Verdict::kPoor &&
          (all.worst == nullptr || excess(metric) > excess(*all.worst))) {
        all.worst = &metric;
      }
    }
  }
  return all;
}

/// A classifier sees all fields at once, so what it tells apart is not close, whatever single
/// distances say.
bool is_told_apart(const Section& section) {
  return std::ranges::any_of(section.groups, [](const Group& group) {
    return group.id == "two_sample" && std::ranges::any_of(group.metrics, [](const Metric& m) {
             return m.verdict == Verdict::kPoor;
           });
  });
}

/// What no right twin fails at, worst first.
std::vector<const Metric*> hard_failures(const Section& section) {
  std::vector<const Metric*> failures;
  for (const Group& group : section.groups) {
    for (const Metric& metric : group.metrics) {
      if (metric.hard && metric.verdict == Verdict::kPoor) {
        failures.push_back(&metric);
      }
    }
  }
  std::ranges::stable_sort(failures, std::greater(), [](const Metric* m) { return shortfall(*m); });
  return failures;
}

/// At most fair with any such failure, poor when a rule is broken wholesale.
Verdict limit(const Section& section) {
  constexpr double kCollapse = 30;  // percent
  const auto failures = hard_failures(section);
  if (failures.empty()) {
    return Verdict::kGood;
  }
  const bool collapsed = section.id == "validity" && shortfall(*failures[0]) > kCollapse;
  return collapsed ? Verdict::kPoor : Verdict::kFair;
}

/// Fidelity, usefulness and validity are as good as most of what they are made of, within their
/// limits; one leak spoils safety.
Verdict judged(const Section& section, const Tally& all) {
  if (all.judged() == 0) {
    return Verdict::kInfo;
  }
  if (section.id == "safety") {
    return all.count[3] > 0 ? Verdict::kPoor : all.count[2] > 0 ? Verdict::kFair : Verdict::kGood;
  }
  const auto share = [&](std::size_t n) {
    return static_cast<double>(n) / static_cast<double>(all.judged());
  };
  if (share(all.count[3]) > 0.3) {
    return Verdict::kPoor;
  }
  const bool most = share(all.count[1]) >= 0.7 && share(all.count[3]) <= 0.1;
  const bool close = most && !is_told_apart(section);
  return std::max(close ? Verdict::kGood : Verdict::kFair, limit(section));
}

std::string summary(const Tally& all) {
  if (all.judged() == 0) {
    return "Nothing here could be judged.";
  }
  std::string text = fmt::format("{} of {} judged metrics are as good as real data or near it",
                                 all.count[1], all.judged());
  text += all.count[2] > 0 ? fmt::format(", {} fair", all.count[2]) : "";
  if (all.count[3] > 0) {
    text += fmt::format(", {} poor (worst: {})", all.count[3], all.worst->name);
  }
  return text + ".";
}

const Section& section(const Result& result, const std::string& id) {
  return *std::ranges::find(result.sections, id, &Section::id);
}

/// `more`: what follows the verdict.
std::string fidelity_line(Verdict verdict, const std::string& more) {
  switch (verdict) {
    case Verdict::kGood:
      return "Close: the twin looks like the real trace in most of what was compared." + more;
    case Verdict::kFair:
      return "Near, with gaps: parts of the twin differ visibly from the real trace." + more;
    case Verdict::kPoor:
      return "Far: the twin differs from the real trace in much of what was compared." + more;
    default:
      return "How close the twin is could not be judged.";
  }
}

const Group* find_group(const Section& section, const char* id) {
  const auto at = std::ranges::find(section.groups, id, &Group::id);
  return at == section.groups.end() ? nullptr : &*at;
}

bool has_value(const Group& group) {
  return std::ranges::any_of(group.metrics, [](const Metric& m) { return m.value.has_value(); });
}

/// The tasks that did not apply, each with its reason, as a sentence; or nothing.
std::string untried_tasks(const Section& usefulness) {
  constexpr std::array kTasks = {std::pair("prediction", "prediction"),
                                 std::pair("sketches", "counting heavy hitters"),
                                 std::pair("anomaly", "anomaly detection")};
  std::string text;
  for (const auto& [id, name] : kTasks) {
    const Group* group = find_group(usefulness, id);
    if (group != nullptr && !has_value(*group) && !group->metrics.empty()) {
      text += fmt::format("{}{} ({})", text.empty() ? " Not tried: " : ", ", name,
                          group->metrics[0].why);
    }
  }
  return text.empty() ? text : text + ".";
}

/// When only the counting of heavy hitters was tried.
std::string counting_line(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood:
      return "Heavy hitters are counted on the twin as on real data.";
    case Verdict::kFair:
      return "Some heavy hitters are counted differently on the twin.";
    case Verdict::kPoor:
      return "Heavy hitters are counted clearly differently on the twin.";
    default:
      return "How useful the twin is was not measured.";
  }
}

std::string tasks_line(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood:
      return "Useful: tasks run on the twin come out as on real data.";
    case Verdict::kFair:
      return "Useful with care: some tasks come out differently on the twin.";
    case Verdict::kPoor:
      return "Of limited use: many tasks come out clearly differently on the twin.";
    default:
      return "How useful the twin is could not be measured.";
  }
}

std::string usefulness_line(const Section& usefulness, bool quick) {
  const bool more = std::ranges::any_of(usefulness.groups, [](const Group& group) {
    return group.id != "sketches" && has_value(group);
  });
  return (more ? tasks_line(usefulness.verdict) : counting_line(usefulness.verdict)) +
         (quick ? " Prediction and anomaly detection were not tried (--quick)."
                : untried_tasks(usefulness));
}

/// What a reader should know beside how many metrics are good.
std::string fidelity_notes(const Section& fidelity, bool quick) {
  const Tally all = tally(fidelity);
  std::string text;
  if (is_told_apart(fidelity)) {
    text += " A classifier tells them apart.";
  }
  std::string lacks;
  for (const Metric* lacking : hard_failures(fidelity)) {
    lacks += (lacks.empty() ? " What is more, " : ", ") + lacking->why;
  }
  text += lacks.empty() ? "" : lacks + ".";
  if (all.worst != nullptr && !all.worst->hard) {
    text += fmt::format(" Furthest off: {}.", all.worst->name);
  }
  return text + (quick ? " No classifier tried to tell them apart (--quick)." : "");
}

/// How sure the tests of membership are.
std::string membership_notes(const Section& safety) {
  constexpr double kDrifted = 0.45;
  const Group* group = find_group(safety, "membership");
  if (group == nullptr || !has_value(*group)) {
    return " Membership was not tested: no hold-out was given.";
  }
  const auto auc = std::ranges::find(group->metrics, "membership.auc", &Metric::id);
  if (auc == group->metrics.end() || auc->floor.value_or(1) >= kDrifted) {
    return "";
  }
  return fmt::format(
      " The hold-out has drifted from the training data (AUC {:.2f} without any learning): "
      "membership is held against guessing, and drift alone can raise it.",
      *auc->floor);
}

std::string validity_notes(const Section& validity) {
  std::string text =
      validity.verdict == Verdict::kPoor ? " Many of its records break protocol rules." : "";
  const auto failures = hard_failures(validity);
  if (!failures.empty()) {
    const Metric& worst = *failures[0];
    text += fmt::format(" Worst rule: {}: {:.3g} %, real {:.3g} %.", worst.name, *worst.value,
                        worst.floor.value_or(100));
  }
  return text;
}

std::string safety_line(Verdict verdict, const std::string& more) {
  switch (verdict) {
    case Verdict::kGood:
      return "No alarm: it copies no more than fresh real data does, which proves no privacy." +
             more;
    case Verdict::kFair:
      return "Look closer: it repeats a little more of the training data than fresh data does." +
             more;
    case Verdict::kPoor:
      return "Alarm: it gives away records or hosts of the data it was learned from." + more;
    default:
      return "What it gives away could not be judged." + more;
  }
}

}  // namespace

void judge(Result& result, bool quick) {
  std::vector<Verdict> verdicts;
  for (Section& part : result.sections) {
    for (Group& group : part.groups) {
      for (Metric& metric : group.metrics) {
        metric.verdict = judged(metric);
      }
    }
    const Tally all = tally(part);
    part.verdict = judged(part, all);
    part.summary = summary(all);
    verdicts.push_back(part.verdict);
  }
  // kInfo is the smallest, so it never decides.
  result.verdict = *std::ranges::max_element(verdicts);
  const Section& fidelity = section(result, "fidelity");
  const Section& safety = section(result, "safety");
  result.lines = {fidelity_line(fidelity.verdict, fidelity_notes(fidelity, quick)),
                  usefulness_line(section(result, "usefulness"), quick),
                  safety_line(safety.verdict, membership_notes(safety) +
                                                  validity_notes(section(result, "validity")))};
}

}  // namespace tracetwin::evaluate
