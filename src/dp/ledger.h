#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "dp/allowance.h"
#include "dp/budget.h"
#include "dp/noise.h"
#include "dp/release_log.h"
#include "dp/report.h"

namespace tracetwin::dp {

/// The only way to private data: every mechanism reserves its cost here before it runs, and the
/// reservation that would exceed the total throws Error with ExitCode::kBudgetExceeded and
/// changes nothing. Composition is that of Gaussian differential privacy, exact for privacy losses
/// of Gaussian noise (dp/gdp.h): rho = mu^2 / 2 adds up; the deltas of threshold releases add up
/// and are taken from the budget's delta before the rest is converted to rho. The total is fixed
/// beforehand, so what to ask next, and with which noise, may depend on earlier noisy answers (a
/// privacy filter).
///
/// What is booked never exceeds the total (see Allowance), and a reservation of all that is left,
/// or of shares that add up to it but for rounding (1e-9 relative), succeeds.
///
/// A ledger without a budget (no_guarantee()) records the same rows with sigma 0 and rho 0.
/// Owns the noise source. Movable, not copyable: a copy would be a second budget. A moved-from
/// ledger has no noise and releases nothing.
class Ledger {
 public:
  static constexpr double kDefaultThresholdShare = 0.1;

  /// `threshold_share`, in [0, 1), of budget.delta is kept for threshold releases. Throws Error on
  /// an impossible budget or share.
  explicit Ledger(const Budget& budget, Unit unit, double threshold_share = kDefaultThresholdShare);
  /// As above with noise from a fixed seed: stamps "no privacy" on whatever is made with it.
  Ledger(const Budget& budget, Unit unit, std::uint64_t insecure_test_seed);
  static Ledger no_guarantee(Unit unit);

  bool guarantees() const { return budget_.has_value() && !noise_.is_insecure(); }
  bool adds_noise() const { return budget_.has_value(); }
  const std::optional<Budget>& budget() const { return budget_; }
  Unit unit() const { return unit_; }

  double rho_total() const { return rho_.total(); }  ///< 0 without a budget
  double rho_spent() const { return rho_.spent(); }
  double rho_left() const { return rho_.left(); }
  double threshold_delta_left() const { return threshold_delta_.left(); }
  const std::vector<LedgerRow>& rows() const { return rows_; }

  /// Pays `rho` for a query of the given sensitivity, and `threshold_delta` for a threshold on its
  /// answer, and returns the noise it must carry (gdp_noise(); what is booked is the exact cost of
  /// that noise, never more than `rho`). Without a budget: Sigma2{0, 1}, and both amounts are
  /// ignored. rho > 0, threshold_delta >= 0. `cells`: public size of what is measured, 0 when that
  /// is not public.
  Sigma2 reserve(std::string stage, std::string what, double rho, double l2_sensitivity,
                 std::uint64_t cells, double threshold_delta = 0);

  /// Sets `rho` aside for steps of DP-SGD and returns the noise multiplier that they must have:
  /// with it they and Gaussian queries for all of the rest of the total keep the budget
  /// (sampled_gaussian_noise()). `rho` and `sampled` must be fixed before anything is measured.
  /// Throws Error (exit 3) as reserve() does, and when a budget has such steps already. Without a
  /// budget: 0.
  double reserve_sampled(std::string stage, std::string what, double rho,
                         const SampledSteps& sampled);

  /// Books a share, in (0, 1), of the whole budget, threshold delta and number of queries for
  /// releases that are made elsewhere, of the same units: those that other ledgers of the same
  /// budget make with what they have not set aside. As long as all shares add up to one at most,
  /// all releases together keep the budget, since costs add up. Of DP-SGD only one of these ledgers
  /// may have any. In the report it is a query of that price. Throws Error (exit 3) when so much is
  /// not left. Without a budget nothing happens.
  void set_aside(std::string what, double share);

  NoiseSource& noise() { return noise_; }
  /// From now on releases go through `log`.
  void keep_releases(std::shared_ptr<ReleaseLog> log) { log_ = std::move(log); }
  /// What came of the reservation that was made last, as bytes: what `draw` makes of noise(), or
  /// what the log has of it. Without noise what is exact is not kept: `draw` is called.
  std::string released(const std::function<std::string(NoiseSource&)>& draw);

  /// What was spent on what, as data that can be stored and shown.
  LedgerReport report() const;
  /// report().statement()
  std::string statement() const { return report().statement(); }
  /// report().to_json()
  nlohmann::json to_json() const;

 private:
  Ledger(std::optional<Budget> budget, Unit unit, double threshold_share, NoiseSource noise);
  void check_first_sampled(const LedgerRow& asked) const;
  void check_left(const LedgerRow& asked) const;

  std::optional<Budget> budget_;
  Unit unit_;
  Allowance rho_;
  Allowance threshold_delta_;
  std::vector<LedgerRow> rows_;
  std::size_t queries_aside_ = 0;  ///< of kMostQueries
  NoiseSource noise_;
  std::shared_ptr<ReleaseLog> log_;
};

}  // namespace tracetwin::dp
