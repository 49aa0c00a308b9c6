#include "marginal/shared_set.h"

#include <algorithm>
#include <cmath>

#include "marginal/codes.h"

namespace tracetwin::marginal {
namespace {

constexpr double kNoNoise = 1e-5;

double size_of(std::span<const double> gap) {
  double sum = 0;
  for (const double x : gap) {
    sum += std::abs(x);
  }
  return sum;
}

double largest(const std::vector<std::vector<double>>& gaps) {
  double worst = 0;
  for (const auto& gap : gaps) {
    worst = std::max(worst, size_of(gap));
  }
  return worst;
}

}  // namespace

double cell_variance(const NoisyMarginal& marginal) {
  const double sigma = std::max(marginal.sigma, kNoNoise);
  return sigma * sigma;
}

SharedSet::SharedSet(const Domain& domain, const Clique& clique,
                     std::vector<NoisyMarginal>& marginals)
    : cells_(static_cast<std::size_t>(cells_of(domain, clique))) {
  double weights = 0;
  for (NoisyMarginal& marginal : marginals) {
    if (contains(marginal.clique, clique)) {
      const double each = static_cast<double>(marginal.values.size()) / static_cast<double>(cells_);
      const double weight = 1 / (cell_variance(marginal) * each);
      members_.push_back(
          {&marginal, projection_map(domain, marginal.clique, clique), each, weight});
      weights += weight;
    }
  }
  for (Member& member : members_) {
    member.weight /= weights;
  }
}

std::vector<double> SharedSet::projection(const Member& member) const {
  std::vector<double> sums(cells_);
  const std::vector<double>& values = member.marginal->values;
  for (std::size_t cell = 0; cell < values.size(); ++cell) {
    sums[member.map[cell]] += values[cell];
  }
  return sums;
}

std::vector<std::vector<double>> SharedSet::gaps() const {
  std::vector<std::vector<double>> result;
  std::vector<double> mean(cells_);
  for (const Member& member : members_) {
    result.push_back(projection(member));
    for (std::size_t cell = 0; cell < cells_; ++cell) {
      mean[cell] += member.weight * result.back()[cell];
    }
  }
  for (auto& gap : result) {
    for (std::size_t cell = 0; cell < cells_; ++cell) {
      gap[cell] = mean[cell] - gap[cell];
    }
  }
  return result;
}

double SharedSet::distance() const {
  return largest(gaps());
}

double SharedSet::agree() {
  const std::vector<std::vector<double>> found = gaps();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const Member& member = members_[i];
    std::vector<double>& values = member.marginal->values;
    for (std::size_t cell = 0; cell < values.size(); ++cell) {
      values[cell] += found[i][member.map[cell]] / member.cells_each;
    }
  }
  return largest(found);
}

}  // namespace tracetwin::marginal
