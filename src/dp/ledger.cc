#include "dp/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "dp/gdp.h"

namespace tracetwin::dp {
namespace {

/// Releases over huge domains are exact but for some 2^-53 in total variation each.
constexpr double kLeastDelta = 1e-12;

double threshold_part(const std::optional<Budget>& budget, double share) {
  if (!(share >= 0 && share < 1)) {
    throw Error(
        fmt::format("the share of delta kept for thresholds is {}, expected 0 to below 1", share));
  }
  if (!budget) {
    return 0;
  }
  check(*budget);
  if (budget->delta < kLeastDelta) {
    throw Error(fmt::format("delta is {}, below what the noise's arithmetic can promise ({})",
                            budget->delta, kLeastDelta),
                "Give a larger --delta.");
  }
  return budget->delta * share;
}

double rho_part(const std::optional<Budget>& budget, double threshold_delta) {
  if (!budget) {
    return 0;
  }
  const double rho = gdp_total({budget->epsilon, budget->delta - threshold_delta});
  if (!(rho > 0)) {
    throw Error(fmt::format("the privacy budget is too small: epsilon {} leaves nothing to spend",
                            budget->epsilon),
                "Give a larger --epsilon (usual values lie between 0.1 and 10).",
                ExitCode::kBudgetExceeded);
  }
  return rho;
}

void check_query(const LedgerRow& asked) {
  const auto positive = [&](const char* name, double value) {
    if (!std::isfinite(value) || value <= 0) {
      throw Error(fmt::format("stage '{}' asks for {} with {} {}, expected a number above 0",
                              asked.stage, asked.what, name, value));
    }
  };
  positive("rho", asked.rho);
  positive("sensitivity", asked.l2_sensitivity);
  if (!(asked.delta >= 0 && asked.delta < 1)) {
    throw Error(fmt::format("stage '{}' asks for {} with delta {}, expected 0 to below 1",
                            asked.stage, asked.what, asked.delta));
  }
}

[[noreturn]] void refuse(const LedgerRow& asked, const char* kind, double amount,
                         const Allowance& allowance) {
  throw Error(
      fmt::format("stage '{}' asks for {} {:.6g} ({}), but {:.6g} of {:.6g} is left", asked.stage,
                  kind, amount, asked.what, allowance.left(), allowance.total()),
      "Give a larger budget, or measure less.", ExitCode::kBudgetExceeded);
}

}  // namespace

Ledger::Ledger(std::optional<Budget> budget, Unit unit, double threshold_share, NoiseSource noise)
    : budget_(budget),
      unit_(unit),
      threshold_delta_(threshold_part(budget, threshold_share)),
      noise_(std::move(noise)) {
  rho_ = Allowance(rho_part(budget, threshold_delta_.total()));
}

Ledger::Ledger(const Budget& budget, Unit unit, double threshold_share)
    : Ledger(std::optional(budget), unit, threshold_share, NoiseSource()) {}

Ledger::Ledger(const Budget& budget, Unit unit, std::uint64_t insecure_test_seed)
    : Ledger(std::optional(budget), unit, kDefaultThresholdShare,
             NoiseSource::insecure(insecure_test_seed)) {}

Ledger Ledger::no_guarantee(Unit unit) {
  return Ledger(std::nullopt, unit, 0, NoiseSource());
}

Sigma2 Ledger::reserve(std::string stage, std::string what, double rho, double l2_sensitivity,
                       std::uint64_t cells, double threshold_delta) {
  LedgerRow row{std::move(stage), std::move(what), l2_sensitivity, Sigma2{}, 0, 0, cells};
  if (budget_) {
    row.rho = rho;
    row.delta = threshold_delta;
    check_query(row);
    check_left(row);
    row.sigma2 = gdp_noise(l2_sensitivity, rho_.covered_part(rho));
    row.rho = gdp_cost(l2_sensitivity, row.sigma2);
    row.delta = threshold_delta_.covered_part(threshold_delta);
    rho_.book(row.rho);
    threshold_delta_.book(row.delta);
  }
  rows_.push_back(std::move(row));
  return rows_.back().sigma2;
}

double Ledger::reserve_sampled(std::string stage, std::string what, double rho,
                               const SampledSteps& sampled) {
  LedgerRow row{std::move(stage), std::move(what), 1, Sigma2{}, 0, 0, 0, sampled};
  double multiplier = 0;
  if (budget_) {
    row.rho = rho;
    check_query(row);
    check_first_sampled(row);
    check_left(row);
    const Budget budget{budget_->epsilon, budget_->delta - threshold_delta_.total()};
    const double other = std::max(0.0, rho_.total() - rho);
    const double needed = sampled_gaussian_noise(budget, other, sampled);
    row.sigma2 = Sigma2::at_least(needed * needed);
    multiplier = std::sqrt(row.sigma2.value());
    row.rho = rho_.covered_part(rho);
    rho_.book(row.rho);
  }
  rows_.push_back(std::move(row));
  return multiplier;
}

void Ledger::set_aside(std::string what, double share) {
  if (!budget_) {
    return;
  }
  if (!(share > 0 && share < 1)) {
    throw Error(
        fmt::format("a share of {} of the budget cannot be set aside, expected more than 0 "
                    "and less than 1",
                    share));
  }
  LedgerRow row{"set aside", std::move(what),      1,
                Sigma2{},    share * rho_.total(), share * threshold_delta_.total()};
  check_left(row);
  row.sigma2 = gdp_noise(1, rho_.covered_part(row.rho));
  // All of the share, though such noise costs a little less: shares have to add up.
  row.rho = rho_.covered_part(row.rho);
  row.delta = threshold_delta_.covered_part(row.delta);
  rho_.book(row.rho);
  threshold_delta_.book(row.delta);
  rows_.push_back(std::move(row));
  queries_aside_ += static_cast<std::size_t>(std::ceil(share * static_cast<double>(kMostQueries)));
}

/// Each reservation counts all of the rest as Gaussian, so there is one.
void Ledger::check_first_sampled(const LedgerRow& asked) const {
  if (std::ranges::any_of(rows_, [](const LedgerRow& row) { return row.sampled.has_value(); })) {
    throw Error(fmt::format("stage '{}' asks for a second training on samples ({})", asked.stage,
                            asked.what),
                "Take a second budget for it.", ExitCode::kBudgetExceeded);
  }
}

void Ledger::check_left(const LedgerRow& asked) const {
  if (rows_.size() + queries_aside_ >= kMostQueries) {
    throw Error(
        fmt::format("stage '{}' asks for {} as query {}, but a budget pays for {} at most",
                    asked.stage, asked.what, rows_.size() + 1, kMostQueries - queries_aside_),
        "Take fewer columns.", ExitCode::kBudgetExceeded);
  }
  if (!rho_.covers_nearly(asked.rho)) {
    refuse(asked, "rho", asked.rho, rho_);
  }
  if (asked.delta > 0 && !threshold_delta_.covers_nearly(asked.delta)) {
    refuse(asked, "delta", asked.delta, threshold_delta_);
  }
}

/// Insecure noise goes on behind what was drawn when the release was made, so that a run that was
/// broken off ends like one that was not.
std::string Ledger::released(const std::function<std::string(NoiseSource&)>& draw) {
  if (!adds_noise() || !log_) {
    return draw(noise_);
  }
  const LedgerRow& row = rows_.back();
  const std::string request =
      fmt::format("{}: {}, sensitivity {}, sigma2 {}/{}", row.stage, row.what, row.l2_sensitivity,
                  row.sigma2.numerator, row.sigma2.denominator);
  const std::string kept = log_->once(request, [&] {
    const std::string bytes = draw(noise_);
    Packer packer;
    packer.put(noise_.is_insecure() ? noise_.position() : std::uint64_t{0});
    packer.put_text(bytes);
    return packer.take();
  });
  Unpacker from(kept);
  const auto position = from.get<std::uint64_t>();
  if (noise_.is_insecure()) {
    noise_.go_on_at(position);
  }
  return std::string(from.get_text());
}

LedgerReport Ledger::report() const {
  LedgerReport report;
  if (budget_) {
    report.noise = noise_.is_insecure() ? Noise::kInsecureTestSeed : Noise::kOperatingSystem;
  }
  report.budget = budget_;
  report.unit = unit_;
  report.rho_total = rho_.total();
  report.rho_spent = rho_.spent();
  report.threshold_delta_total = threshold_delta_.total();
  report.threshold_delta_spent = threshold_delta_.spent();
  report.rows = rows_;
  return report;
}

nlohmann::json Ledger::to_json() const {
  return report().to_json();
}

}  // namespace tracetwin::dp
