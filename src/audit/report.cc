#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "audit/audit.h"
#include "audit/observation.h"
#include "base/text.h"

namespace tracetwin::audit {
namespace {

using Json = nlohmann::ordered_json;

std::string_view attack_of(const Outcome& outcome) {
  return statistic_names()[outcome.rule.attack];
}

Json finite_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json game_json(const GameResult& game) {
  const Outcome& proof = game.epsilon;
  const Outcome& guess = game.advantage;
  return {{"epsilon", proof.epsilon},
          {"attack", attack_of(proof)},
          {"false_alarms", proof.false_alarms},
          {"misses", proof.misses},
          {"trials", proof.trials_with},
          {"advantage", guess.advantage},
          {"advantage_low", guess.advantage_interval.low},
          {"advantage_high", guess.advantage_interval.high},
          {"advantage_attack", attack_of(guess)}};
}

Json copy_json(const CopyRate& copy) {
  return {{"what", copy.what},
          {"distinct", copy.distinct},
          {"in_training", copy.in_training},
          {"in_hold_out", copy.in_hold_out},
          {"difference", copy.difference},
          {"low", copy.interval.low},
          {"high", copy.interval.high}};
}

Json trace_json(const TraceResult& trace) {
  Json copies = Json::array();
  for (const CopyRate& copy : trace.copies) {
    copies.push_back(copy_json(copy));
  }
  const Outcome& guess = trace.membership;
  return {{"training", trace.training},
          {"hold_out", trace.hold_out},
          {"membership",
           {{"advantage", guess.advantage},
            {"low", guess.advantage_interval.low},
            {"high", guess.advantage_interval.high},
            {"attack", membership_attacks()[guess.rule.attack]}}},
          {"copies", copies}};
}

std::string advantage_text(const Outcome& outcome) {
  return fmt::format("{:.3f} ({:.3f} to {:.3f})", outcome.advantage, outcome.advantage_interval.low,
                     outcome.advantage_interval.high);
}

void add_games(const AuditReport& report, std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < report.games.size(); ++i) {
    const GameResult& game = report.games[i];
    lines.push_back(fmt::format(
        "game {}: epsilon is at least {:.3f}, by {} ({} false alarms, {} misses, {} runs each)",
        i + 1, game.epsilon.epsilon, attack_of(game.epsilon), game.epsilon.false_alarms,
        game.epsilon.misses, game.epsilon.trials_with));
    lines.push_back(fmt::format("        membership advantage {}, by {}",
                                advantage_text(game.advantage), attack_of(game.advantage)));
  }
  lines.push_back(fmt::format(
      "so many runs can prove an epsilon of {:.2f} at most; the advantage may be {:.3f}",
      report.provable, report.advantage_bound));
  lines.push_back(fmt::format(
      "separation of the worlds: {:.3f} ({:.3f} to {:.3f}) standard deviations; it may be {:.3f}",
      report.separated.estimate, report.separated.interval.low, report.separated.interval.high,
      report.separated_bound));
}

void add_trace(const TraceResult& trace, std::vector<std::string>& lines) {
  lines.push_back(fmt::format("a twin of {} units, against {} that were held out:",
                              with_thousands(trace.training), with_thousands(trace.hold_out)));
  lines.push_back(fmt::format("  membership advantage {}, by {}", advantage_text(trace.membership),
                              membership_attacks()[trace.membership.rule.attack]));
  for (const CopyRate& copy : trace.copies) {
    lines.push_back(fmt::format(
        "  {} different {}: {} were learned from, {} held out; difference {:.3f} % ({:.3f} to "
        "{:.3f})",
        with_thousands(copy.distinct), copy.what, with_thousands(copy.in_training),
        with_thousands(copy.in_hold_out), 100 * copy.difference, 100 * copy.interval.low,
        100 * copy.interval.high));
  }
}

void judge_advantage(const std::string& what, const Outcome& outcome, double bound,
                     std::vector<std::string>& found) {
  if (outcome.advantage_interval.low > bound) {
    found.push_back(
        fmt::format("{}: the membership advantage is {:.3f} at least, allowed is {:.3f}", what,
                    outcome.advantage_interval.low, bound));
  }
}

void judge_games(const AuditReport& report, std::vector<std::string>& found) {
  for (std::size_t i = 0; i < report.games.size(); ++i) {
    const std::string name = fmt::format("game {}", i + 1);
    const GameResult& game = report.games[i];
    if (game.epsilon.epsilon > report.epsilon) {
      found.push_back(fmt::format("{}: epsilon is {:.3f} at least, claimed was {}", name,
                                  game.epsilon.epsilon, report.epsilon));
    }
    judge_advantage(name, game.advantage, report.advantage_bound, found);
  }
  if (report.separated.interval.low > report.separated_bound) {
    found.push_back(
        fmt::format("the worlds lie {:.3f} standard deviations apart at least, allowed "
                    "is {:.3f}",
                    report.separated.interval.low, report.separated_bound));
  }
}

void judge_trace(const AuditReport& report, std::vector<std::string>& found) {
  judge_advantage("the twin", report.trace->membership, report.advantage_bound, found);
  for (const CopyRate& copy : report.trace->copies) {
    if (copy.interval.low > kToleratedDifference) {
      found.push_back(fmt::format(
          "the twin has {:.3f} % more {} of the half it learned than of the other at least",
          100 * copy.interval.low, copy.what));
    }
  }
}

}  // namespace

std::vector<std::string> AuditReport::violations() const {
  std::vector<std::string> found;
  judge_games(*this, found);
  if (trace) {
    judge_trace(*this, found);
  }
  return found;
}

Json AuditReport::to_json() const {
  Json all_games = Json::array();
  for (const GameResult& game : games) {
    all_games.push_back(game_json(game));
  }
  return {{"passed", passed()},
          {"violations", violations()},
          {"private", trace.has_value()},
          {"claim",
           {{"epsilon", epsilon},
            {"delta", delta},
            {"unit", dp::unit_name(claim.unit)},
            {"unit_rows", claim.unit_rows},
            {"rho", claim.rho_total}}},
          {"engine", job.train.engine},
          {"fixture", job.fixture},
          {"records", job.records},
          {"runs", job.runs},
          {"confidence", job.confidence},
          {"provable_epsilon", provable},
          {"advantage_bound", advantage_bound},
          {"separation",
           {{"estimate", finite_or_null(separated.estimate)},
            {"low", finite_or_null(separated.interval.low)},
            {"high", finite_or_null(separated.interval.high)},
            {"bound", separated_bound}}},
          {"games", all_games},
          {"trace", trace ? trace_json(*trace) : Json(nullptr)}};
}

std::vector<std::string> AuditReport::lines() const {
  std::vector<std::string> lines;
  if (trace) {
    lines.emplace_back("This report is NOT differentially private: keep it with the trace.");
  }
  lines.push_back(fmt::format("claim: {}, engine {}{}", claim.statement(), job.train.engine,
                              job.fixture == "none" ? "" : ", doctored: " + job.fixture));
  lines.push_back(fmt::format("{} runs with a canary and {} without in each of {} games, on {} {}",
                              with_thousands(job.runs), with_thousands(job.runs), games.size(),
                              with_thousands(job.records), trace ? "units at most" : "records"));
  add_games(*this, lines);
  if (trace) {
    add_trace(*trace, lines);
  }
  for (const std::string& violation : violations()) {
    lines.push_back("violation: " + violation);
  }
  lines.emplace_back(passed() ? "passed: no attack went beyond the claim" : "FAILED");
  return lines;
}

}  // namespace tracetwin::audit
