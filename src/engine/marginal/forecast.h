#pragma once

#include <span>
#include <vector>

namespace tracetwin::engine {

/// How much noise the tables of a choice will carry once published: rho shared in proportion to
/// cells^(2/3), which minimises the summed L1 error (Zhang et al., PrivSyn, section 4.2). Without
/// a budget every cell is taken to carry kPseudoSigma, whatever else is chosen.
class NoiseForecast {
 public:
  /// What one cell of an exact table is worth: a table is worth having when the dependence it
  /// shows exceeds this many records per cell (times sqrt(2 / pi)).
  static constexpr double kPseudoSigma = 0.1;

  /// What consistency and non-negativity leave of the noise, as a share of its L1 norm. Measured
  /// on 20,000 records of 11 attributes: with 1 (the papers' objective) all pairs are .410 and .292
  /// from the truth at epsilon 2 and 10, with .35 .380 and .233, with .2 .367 and .233, with .1
  /// .363 and .240; sampling alone makes .206.
  static constexpr double kNoiseLeft = 0.35;

  static NoiseForecast with_budget(double rho, double l2_sensitivity);
  static NoiseForecast without_budget();

  /// Expected sum of the L1 errors, in records, of tables of `two_thirds` = sum of cells^(2/3) and
  /// `cells` in all.
  double total_error(double two_thirds, double cells) const;
  /// Expected L1 error of one table of `cells` among tables of `two_thirds` in all.
  double table_error(double cells, double two_thirds) const;

 private:
  NoiseForecast(double rho, double l2_sensitivity) : rho_(rho), l2_sensitivity_(l2_sensitivity) {}
  double rho_;  // 0: none
  double l2_sensitivity_;
};

/// cells^(2/3)
double two_thirds_power(double cells);

/// The shares of `rho` of tables of these sizes; their sum never exceeds `rho`.
std::vector<double> allocate_rho(std::span<const double> cells, double rho);

}  // namespace tracetwin::engine
