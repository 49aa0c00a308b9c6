#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "dp/budget.h"
#include "dp/noise.h"

namespace tracetwin::dp {

/// One mechanism that touched private data.
struct LedgerRow {
  std::string stage;         ///< "binning", "selection", "publishing", …
  std::string what;          ///< "one-way of dstport, exact", …
  double l2_sensitivity = 1; ///< for one unit more or less
  Sigma2 sigma2;             ///< 0/1 without a guarantee
  double rho = 0;            ///< l2_sensitivity^2 / (2 sigma2)
  double delta = 0;          ///< threshold releases only
  std::uint64_t cells = 0;   ///< public size of what was measured (saturating)
};

/// The only way to private data: every mechanism reserves its cost here before it runs, and the
/// reservation that would exceed the total throws Error with ExitCode::kBudgetExceeded and
/// changes nothing. Composition is zCDP's: rho adds up; the deltas of threshold releases add up
/// and are taken from the budget's delta before the rest is converted to rho.
///
/// A ledger without a budget (no_guarantee()) records the same rows with sigma 0 and rho 0.
/// Owns the noise source. Movable, not copyable: a copy would be a second budget.
class Ledger {
 public:
  /// `threshold_share` of budget.delta is kept for threshold releases.
  Ledger(const Budget& budget, Unit unit, double threshold_share = 0.1);
  /// As above with noise from a fixed seed: stamps "no privacy" on whatever is made with it.
  Ledger(const Budget& budget, Unit unit, std::uint64_t insecure_test_seed);
  static Ledger no_guarantee(Unit unit);

  bool guarantees() const { return budget_.has_value() && !noise_.is_insecure(); }
  bool adds_noise() const { return budget_.has_value(); }
  const std::optional<Budget>& budget() const { return budget_; }
  Unit unit() const { return unit_; }

  double rho_total() const { return rho_total_; }  ///< 0 without a budget
  double rho_spent() const;
  double rho_left() const { return rho_total_ - rho_spent(); }
  double threshold_delta_left() const;
  const std::vector<LedgerRow>& rows() const { return rows_; }

  /// Pays `rho` for a query of the given sensitivity and returns the noise it must carry
  /// (the smallest fraction >= l2_sensitivity^2 / (2 rho); what is booked is the exact cost of
  /// that fraction, never more than `rho`). Without a budget: Sigma2{0, 1}. rho > 0.
  Sigma2 reserve(std::string stage, std::string what, double rho, double l2_sensitivity,
                 std::uint64_t cells);
  /// Pays `delta` for a threshold release; Error as reserve().
  void reserve_delta(std::string stage, std::string what, double delta);

  NoiseSource& noise() { return noise_; }

  /// "(2, 1e-9)-differential privacy per record", or the sentence that says there is none.
  std::string statement() const;
  /// {"guarantee": …, "epsilon", "delta", "unit", "rho_total", "rho_spent", "rows": […]}
  nlohmann::json to_json() const;

 private:
  Ledger(std::optional<Budget> budget, Unit unit, double threshold_share, NoiseSource noise);

  std::optional<Budget> budget_;
  Unit unit_;
  double rho_total_ = 0;
  double threshold_delta_ = 0;
  std::vector<LedgerRow> rows_;
  NoiseSource noise_;
};

}  // namespace tracetwin::dp
