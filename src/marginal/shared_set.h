#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "marginal/clique.h"

namespace tracetwin::marginal {

/// An attribute set that several marginals contain, and those marginals. Refers to them: the
/// vector that holds them must outlive it, unmoved.
class SharedSet {
 public:
  SharedSet(const Domain& domain, const Clique& clique, std::vector<NoisyMarginal>& marginals);

  /// Replaces every projection on the set by the inverse-variance mean of all, spreading each
  /// correction evenly over the cells that were summed. Returns the distance() it found.
  double agree();

  /// Largest L1 distance, in records, of a projection from the mean of all.
  double distance() const;

 private:
  struct Member {
    NoisyMarginal* marginal = nullptr;
    std::vector<std::uint32_t> map;  // cell of the marginal -> cell of the set
    double cells_each = 1;           // cells of the marginal per cell of the set
    double weight = 1;               // all weights sum to 1
  };

  std::vector<double> projection(const Member& member) const;
  // gaps[member] = mean - projection, per cell of the set.
  std::vector<std::vector<double>> gaps() const;

  std::size_t cells_;
  std::vector<Member> members_;
};

/// Variance of one cell; a tiny positive number for a marginal without noise, so that it decides
/// against any noisy one while ratios of weights stay finite.
double cell_variance(const NoisyMarginal& marginal);

}  // namespace tracetwin::marginal
