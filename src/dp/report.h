#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "dp/budget.h"
#include "dp/sampled_gaussian.h"
#include "dp/sigma2.h"

namespace tracetwin::dp {

/// One mechanism that touched private data.
struct LedgerRow {
  std::string stage;          ///< "binning", "selection", "publishing", …
  std::string what;           ///< "one-way of dstport, exact", …
  double l2_sensitivity = 1;  ///< for one unit more or less
  Sigma2 sigma2;              ///< 0/1 without a guarantee
  double rho = 0;             ///< its cost, gdp_cost() of the above (dp/gdp.h)
  double delta = 0;           ///< threshold releases only
  std::uint64_t cells = 0;    ///< public size of what was measured (saturating); 0: not public
  /// DP-SGD: many steps on samples of the units. Sensitivity and sigma2 are those of one step, in
  /// clip norms; rho is what was set aside for all of them.
  std::optional<SampledSteps> sampled = std::nullopt;
};

/// Where the noise came from.
enum class Noise : std::uint8_t {
  kOperatingSystem,   ///< a guarantee
  kInsecureTestSeed,  ///< reproducible noise: no guarantee
  kNone,              ///< exact counts: no guarantee
};

/// A ledger as pure data, to be stored with a model and shown again. Nothing can be spent from it.
struct LedgerReport {
  Noise noise = Noise::kNone;
  std::optional<Budget> budget;
  Unit unit = Unit::kRecord;
  std::uint64_t unit_rows = 1;  ///< records (captures: conversations) of a unit at most
  double rho_total = 0;
  double rho_spent = 0;
  double threshold_delta_total = 0;
  double threshold_delta_spent = 0;
  std::vector<LedgerRow> rows;

  bool guarantees() const { return noise == Noise::kOperatingSystem; }
  /// "(2, 1e-09)-differential privacy per record", "… per host (rows of one source address, of
  /// which 32 at most were learned from)", or the sentence that says there is none.
  std::string statement() const;
  /// epsilon of the whole budget, at its delta, for `units` units that come or go together (group
  /// privacy: units^2 rho). Empty without a guarantee, when a threshold release was made, which
  /// protects single units only, and when units were sampled.
  std::optional<double> group_epsilon(int units) const;
  /// The same queries in zero-concentrated DP, whose conversion is looser: for comparison. Empty
  /// when units were sampled, which zCDP cannot express; epsilon also without a guarantee.
  std::optional<double> zcdp_rho() const;
  std::optional<double> zcdp_epsilon() const;

  /// {"guarantee": bool, "statement", "noise": "operating system" | "insecure test seed" | "none",
  /// "epsilon", "delta" (null without a budget), "unit", "unit_rows", "rho_total", "rho_spent",
  /// "threshold_delta_total", "threshold_delta_spent", "zcdp_rho", "zcdp_epsilon" (null where they
  /// are empty), "groups": [{"units", "epsilon"}],
  /// "rows": [{"stage", "what", "l2_sensitivity", "sigma2": [numerator, denominator], "rho",
  /// "delta", "cells" (0: not public; null: 2^64 or more); DP-SGD: "rate", "steps"}]}. "guarantee",
  /// "statement", "zcdp_…" and "groups" follow from the rest.
  nlohmann::json to_json() const;
  /// The inverse. Throws Error on anything to_json() could not have written; control characters
  /// in texts are replaced by '?'.
  static LedgerReport from_json(const nlohmann::json& json);

  /// The statement, the totals and a table of the rows, one text line each, for a terminal.
  std::vector<std::string> lines() const;
};

}  // namespace tracetwin::dp
