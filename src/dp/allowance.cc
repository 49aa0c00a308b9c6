#include "dp/allowance.h"

#include <cmath>

namespace tracetwin::dp {
namespace {

constexpr double kRoundingMargin = 0x1p-49;
constexpr std::uint64_t kParts = std::uint64_t{1} << 60;

double share(std::uint64_t parts) {
  return static_cast<double>(parts) / static_cast<double>(kParts);
}

}  // namespace

double Allowance::spent() const {
  return total_ * share(kParts - parts_left_);
}
double Allowance::left() const {
  return total_ * share(parts_left_);
}

bool Allowance::covers_nearly(double cost) const {
  return parts_left_ > 0 && cost <= left() * (1 + 1e-9);
}

double Allowance::covered_part(double cost) const {
  double part = std::fmin(cost, left());
  while (!covers(part)) {
    part *= 1 - 2 * kRoundingMargin;
  }
  return part;
}

std::uint64_t Allowance::parts_of(double cost) const {
  if (cost == 0) {
    return 0;
  }
  const double parts = std::ceil(cost / total_ * 0x1p60 * (1 + kRoundingMargin));
  return parts <= 0x1p60 ? static_cast<std::uint64_t>(parts) : kParts + 1;
}

}  // namespace tracetwin::dp
