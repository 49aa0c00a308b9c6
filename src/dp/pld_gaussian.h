#pragma once

#include <cstdint>

#include "dp/pld.h"
#include "dp/sigma2.h"

namespace tracetwin::dp {

/// One query of sensitivity 1 with discrete Gaussian noise; losses are rounded up to the grid. The
/// same law in both directions. Throws Error when the loss needs too fine a grid (sigma below
/// about 0.01).
PrivacyLoss discrete_gaussian_loss(const Sigma2& sigma2);

/// One step of the Poisson-subsampled Gaussian mechanism (as in dp/rdp.h, continuous noise), in the
/// two directions in which neighbours can differ; the guarantee is the worse of both. Rounded so
/// that every loss keeps its mass under P and under Q, which dominates the exact law (Doroshenko,
/// Ghazi, Kamath, Kumar, Manurangsi 2022, arXiv 2207.04380, "connecting the dots").
struct SubsampledGaussianLoss {
  PrivacyLoss remove;  ///< P with the record, Q without
  PrivacyLoss add;     ///< P without, Q with

  /// 0 < rate <= 1 (1: the plain Gaussian mechanism), noise_multiplier >= 0.1; else throws Error.
  static SubsampledGaussianLoss one_step(double rate, double noise_multiplier);
  SubsampledGaussianLoss composed(std::uint64_t times, double cut = PrivacyLoss::kDefaultCut) const;
  /// Both after each other.
  SubsampledGaussianLoss composed_with(const SubsampledGaussianLoss& other) const;
  double epsilon_at(double delta) const;
  double delta_at(double epsilon) const;
};

}  // namespace tracetwin::dp
