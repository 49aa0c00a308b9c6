#include "dp/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "dp/gdp.h"
#include "dp/zcdp.h"

namespace tracetwin::dp {
namespace {

using nlohmann::json;

constexpr std::array kNoiseNames = {
    std::pair{Noise::kOperatingSystem, "operating system"},
    std::pair{Noise::kInsecureTestSeed, "insecure test seed"},
    std::pair{Noise::kNone, "none"},
};
constexpr std::uint64_t kSaturated = std::numeric_limits<std::uint64_t>::max();
constexpr double kMostRho = 1e6;
constexpr std::array kGroupSizes = {1, 10, 100};

std::string_view noise_name(Noise noise) {
  for (const auto& [value, name] : kNoiseNames) {
    if (value == noise) {
      return name;
    }
  }
  return kNoiseNames.back().second;
}

[[noreturn]] void damaged(std::string_view field, std::string_view expected) {
  throw Error(
      fmt::format("the privacy ledger's field '{}' is damaged, expected {}", field, expected),
      "The file was altered or cut; use an undamaged copy.");
}

const json& member(const json& object, const char* key) {
  if (!object.is_object() || !object.contains(key)) {
    damaged(key, "it to be there");
  }
  return object[key];
}

double amount(const json& object, const char* key) {
  const json& value = member(object, key);
  if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() < 0) {
    damaged(key, "a number of at least 0");
  }
  return value.get<double>();
}

std::uint64_t whole(const json& value, const char* key) {
  if (!value.is_number_unsigned()) {
    damaged(key, "a whole number of at least 0");
  }
  return value.get<std::uint64_t>();
}

std::string text(const json& object, const char* key) {
  const json& value = member(object, key);
  if (!value.is_string()) {
    damaged(key, "a text");
  }
  std::string printable = value.get<std::string>();
  for (char& c : printable) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      c = '?';
    }
  }
  return printable;
}

const json& list(const json& object, const char* key) {
  const json& value = member(object, key);
  if (!value.is_array()) {
    damaged(key, "a list");
  }
  return value;
}

Noise noise_named(const std::string& name) {
  for (const auto& [value, known] : kNoiseNames) {
    if (name == known) {
      return value;
    }
  }
  damaged("noise", "'operating system', 'insecure test seed' or 'none'");
}

Sigma2 sigma2_from(const json& row) {
  const json& parts = list(row, "sigma2");
  if (parts.size() != 2) {
    damaged("sigma2", "a numerator and a denominator");
  }
  const Sigma2 sigma2{whole(parts[0], "sigma2"), whole(parts[1], "sigma2")};
  if (sigma2.denominator == 0) {
    damaged("sigma2", "a denominator above 0");
  }
  return sigma2;
}

std::uint64_t cells_from(const json& cells) {
  return cells.is_null() ? kSaturated : whole(cells, "cells");
}

std::optional<SampledSteps> sampled_from(const json& row) {
  if (!row.contains("rate")) {
    return std::nullopt;
  }
  const SampledSteps sampled{amount(row, "rate"), whole(member(row, "steps"), "steps")};
  if (sampled.rate <= 0 || sampled.rate > 1) {
    damaged("rate", "a number above 0 and up to 1");
  }
  return sampled;
}

LedgerRow row_from(const json& row) {
  return {text(row, "stage"),
          text(row, "what"),
          amount(row, "l2_sensitivity"),
          sigma2_from(row),
          amount(row, "rho"),
          amount(row, "delta"),
          cells_from(member(row, "cells")),
          sampled_from(row)};
}

json row_json(const LedgerRow& row) {
  json result = {{"stage", row.stage},
                 {"what", row.what},
                 {"l2_sensitivity", row.l2_sensitivity},
                 {"sigma2", {row.sigma2.numerator, row.sigma2.denominator}},
                 {"rho", row.rho},
                 {"delta", row.delta},
                 {"cells", row.cells == kSaturated ? json() : json(row.cells)}};
  if (row.sampled) {
    result["rate"] = row.sampled->rate;
    result["steps"] = row.sampled->steps;
  }
  return result;
}

json groups_json(const LedgerReport& report) {
  json groups = json::array();
  for (const int units : kGroupSizes) {
    if (const std::optional<double> epsilon = report.group_epsilon(units)) {
      groups.push_back({{"units", units}, {"epsilon", *epsilon}});
    }
  }
  return groups;
}

std::optional<Budget> budget_from(const json& json_in, Noise noise) {
  if (noise == Noise::kNone) {
    return std::nullopt;
  }
  const Budget budget{amount(json_in, "epsilon"), amount(json_in, "delta")};
  check(budget);
  return budget;
}

std::string row_line(const LedgerRow& row, double rho_total) {
  const std::string cells = row.sampled
                                ? fmt::format("{} x {:.4g}", row.sampled->steps, row.sampled->rate)
                            : row.cells == 0          ? "-"
                            : row.cells == kSaturated ? "2^64 and more"
                                                      : with_thousands(row.cells);
  const double share = rho_total > 0 ? 100 * row.rho / rho_total : 0;
  return fmt::format("{:<12} {:<40} {:>11.4g} {:>10.4g} {:>10.4g} {:>6.2f}% {:>10.4g} {:>16}",
                     row.stage, row.what, row.l2_sensitivity, std::sqrt(row.sigma2.value()),
                     row.rho, share, row.delta, cells);
}

bool has_sampled(const std::vector<LedgerRow>& rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [](const LedgerRow& row) { return row.sampled.has_value(); });
}

/// What a unit of several rows is; nothing where a unit is one row.
std::string rows_of_unit(Unit unit, std::uint64_t rows) {
  if (unit != Unit::kHost && rows == 1) {
    return "";
  }
  return fmt::format(" (rows of one {}, of which {} at most were learned from)",
                     unit == Unit::kHost ? "source address" : "five-tuple", rows);
}

}  // namespace

std::string LedgerReport::statement() const {
  if (!budget) {
    return "no privacy guarantee: made from exact counts, without a privacy budget";
  }
  if (!guarantees()) {
    return "no privacy guarantee: made with an insecure test seed";
  }
  return fmt::format("({:.10g}, {:.10g})-differential privacy per {}{}", budget->epsilon,
                     budget->delta, unit_name(unit), rows_of_unit(unit, unit_rows));
}

std::optional<double> LedgerReport::group_epsilon(int units) const {
  if (!guarantees() || !budget || has_sampled(rows) || threshold_delta_spent > 0 ||
      rho_total <= 0) {
    return std::nullopt;
  }
  const double square = static_cast<double>(units) * units;
  return gdp_epsilon(square * rho_total, square * static_cast<double>(rows.size()),
                     budget->delta - threshold_delta_total);
}

std::optional<double> LedgerReport::zcdp_rho() const {
  if (has_sampled(rows)) {
    return std::nullopt;
  }
  double sum = 0;
  for (const LedgerRow& row : rows) {
    sum += budget ? row.l2_sensitivity * row.l2_sensitivity / (2 * row.sigma2.value()) : 0;
  }
  return sum;
}

std::optional<double> LedgerReport::zcdp_epsilon() const {
  const std::optional<double> rho = zcdp_rho();
  if (!guarantees() || !budget || !rho || *rho <= 0 || !std::isfinite(*rho)) {
    return std::nullopt;
  }
  return epsilon_of(*rho, budget->delta - threshold_delta_total);
}

json LedgerReport::to_json() const {
  json rows_json = json::array();
  for (const LedgerRow& row : rows) {
    rows_json.push_back(row_json(row));
  }
  return {{"guarantee", guarantees()},
          {"statement", statement()},
          {"noise", noise_name(noise)},
          {"epsilon", budget ? json(budget->epsilon) : json()},
          {"delta", budget ? json(budget->delta) : json()},
          {"unit", unit_name(unit)},
          {"unit_rows", unit_rows},
          {"rho_total", rho_total},
          {"rho_spent", rho_spent},
          {"threshold_delta_total", threshold_delta_total},
          {"threshold_delta_spent", threshold_delta_spent},
          {"zcdp_rho", zcdp_rho() ? json(*zcdp_rho()) : json()},
          {"zcdp_epsilon", zcdp_epsilon() ? json(*zcdp_epsilon()) : json()},
          {"groups", groups_json(*this)},
          {"rows", std::move(rows_json)}};
}

LedgerReport LedgerReport::from_json(const json& json_in) {
  LedgerReport report;
  report.noise = noise_named(text(json_in, "noise"));
  report.budget = budget_from(json_in, report.noise);
  report.unit = unit_named(text(json_in, "unit"));
  const double unit_rows = json_in.contains("unit_rows") ? amount(json_in, "unit_rows") : 1;
  if (unit_rows < 1 || unit_rows > 1e9 || unit_rows != std::floor(unit_rows)) {
    damaged("unit_rows", "a whole number from 1 on");
  }
  report.unit_rows = static_cast<std::uint64_t>(unit_rows);
  report.rho_total = amount(json_in, "rho_total");
  if (report.rho_total > kMostRho) {
    damaged("rho_total", "a number that a budget can give");
  }
  report.rho_spent = amount(json_in, "rho_spent");
  report.threshold_delta_total = amount(json_in, "threshold_delta_total");
  report.threshold_delta_spent = amount(json_in, "threshold_delta_spent");
  if (report.rho_spent > report.rho_total ||
      report.threshold_delta_spent > report.threshold_delta_total) {
    damaged("rho_spent", "no more than the total");
  }
  if (report.budget && report.threshold_delta_total >= report.budget->delta) {
    damaged("threshold_delta_total", "less than delta");
  }
  for (const json& row : list(json_in, "rows")) {
    report.rows.push_back(row_from(row));
  }
  return report;
}

std::vector<std::string> LedgerReport::lines() const {
  std::vector<std::string> lines = {statement()};
  if (budget) {
    lines.push_back(
        fmt::format("rho {:.6g} of {:.6g} spent, threshold delta {:.4g} of {:.4g} spent", rho_spent,
                    rho_total, threshold_delta_spent, threshold_delta_total));
    if (const auto epsilon = zcdp_epsilon()) {
      lines.push_back(fmt::format("to compare, these queries in zCDP: rho {:.6g}, epsilon {:.6g}",
                                  *zcdp_rho(), *epsilon));
    }
  }
  lines.push_back(fmt::format("{:<12} {:<40} {:>11} {:>10} {:>10} {:>7} {:>10} {:>16}", "stage",
                              "measured", "sensitivity", "sigma", "rho", "share", "delta",
                              "cells"));
  for (const LedgerRow& row : rows) {
    lines.push_back(row_line(row, rho_total));
  }
  return lines;
}

}  // namespace tracetwin::dp
