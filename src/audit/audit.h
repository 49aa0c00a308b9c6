#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "audit/distinguish.h"
#include "audit/half_twin.h"
#include "audit/statistics.h"
#include "base/progress.h"
#include "dp/report.h"
#include "pipeline/train.h"

namespace tracetwin::audit {

/// What a user asks of an audit.
struct AuditJob {
  /// The engine, the budget (needed: it is the claim) and all else that training takes. With an
  /// input, the game is played on units of that trace, and twins of half of it are compared with
  /// both halves; without, on worst_case().
  TrainJob train;
  std::string fixture = "none";
  std::size_t runs = 1000;     ///< of each world and repeat
  std::size_t repeats = 1;     ///< of the game, each with its own choice of attack
  std::size_t records = 2000;  ///< units in the game's trace
  double confidence = 0.95;    ///< of every interval
};

/// One repeat of the canary game.
struct GameResult {
  Outcome epsilon;    ///< of the rule that proves most
  Outcome advantage;  ///< of the rule that is right most often
};

/// What was found with a twin of half of the user's trace. Private.
struct TraceResult {
  std::size_t training = 0;  ///< units
  std::size_t hold_out = 0;
  Outcome membership;
  std::vector<CopyRate> copies;
};

struct AuditReport {
  AuditJob job;
  dp::LedgerReport claim;  ///< of an undoctored training
  double epsilon = 0;      ///< claimed
  double delta = 0;
  std::vector<GameResult> games;
  double provable = 0;         ///< more cannot be proven with so many runs
  double advantage_bound = 0;  ///< 2 Phi(mu / 2) - 1, Gaussian DP mu at the claim
  Separation separated;        ///< of the likelihood ratio, over all repeats
  double separated_bound = 0;  ///< separation_bound() of the claim's rho
  std::optional<TraceResult> trace;

  /// What the claim does not allow, one sentence each; empty when the audit passes.
  std::vector<std::string> violations() const;
  bool passed() const { return violations().empty(); }

  /// {"passed", "violations", "private" (whether the report speaks of a trace that was given),
  /// "claim": {"epsilon", "delta", "unit", "unit_rows", "rho"}, "engine", "fixture", "records",
  /// "runs", "confidence", "provable_epsilon", "advantage_bound", "separation": {"estimate", "low",
  /// "high", "bound"} (null: infinite), "games": [{"epsilon", "attack", "false_alarms", "misses",
  /// "trials", "advantage", "advantage_low", "advantage_high", "advantage_attack"}], "trace":
  /// null | {"training", "hold_out", "membership": {"advantage", "low", "high", "attack"},
  /// "copies": [{"what", "distinct", "in_training", "in_hold_out", "difference", "low", "high"}]}}
  nlohmann::ordered_json to_json() const;
  /// The same for people, one text line each.
  std::vector<std::string> lines() const;
};

/// Attacks the guarantee. Throws Error for a job without a budget, or with reproducible noise, and
/// for what training refuses. Statistically, a sound claim is called violated in at most a share 1
/// - job.confidence of each comparison, and far more rarely where the claim is not tight.
AuditReport audit(const AuditJob& job, const Progress& progress);

}  // namespace tracetwin::audit
