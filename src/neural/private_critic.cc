#include "neural/private_critic.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <span>

#include "base/error.h"
#include "base/random.h"
#include "dp/discrete_gaussian.h"
#include "neural/row_product.h"

namespace tracetwin::neural {
namespace {

constexpr std::int64_t kGroup = kMostOfUnit;  // flows that go through the critics together
constexpr double kAdding = 1e-4;  // what adding up float64 may be off by, of the clip norm
constexpr double kNormRounding = 1e-9;
constexpr std::uint64_t kGridSigma = 1U << 23;  // sd of the noise, in steps of the grid

/// A critic with its weights laid out for row_product().
struct Route {
  Critic* critic;
  std::vector<at::Tensor> transposed;  ///< [in, out] of each layer
};

Route route_of(Critic& critic) {
  Route route{&critic, {}};
  for (std::size_t layer = 0; layer <= critic.hidden(); ++layer) {
    route.transposed.push_back(critic.weight(layer).t().contiguous());
  }
  return route;
}

/// One group of flows on its way through one critic.
struct Trip {
  std::vector<at::Tensor> in;     ///< of each layer, [kGroup, inputs]
  std::vector<at::Tensor> slope;  ///< of -critic(x) by what leaves the layer, [kGroup, outputs]
};

/// Row by row: what happens to a flow does not depend on its company, to the last bit.
Trip send(const Route& route, const Sequences& flows) {
  const Critic& critic = *route.critic;
  const std::size_t hidden = critic.hidden();
  Trip trip;
  trip.in.push_back(critic_rows(flows, 1, critic.rows().columns()));
  for (std::size_t layer = 0; layer < hidden; ++layer) {
    at::Tensor sums = row_product(trip.in.back(), route.transposed[layer], critic.bias(layer));
    critic.activate(sums);
    trip.in.push_back(std::move(sums));
  }
  trip.slope.assign(hidden + 1, -at::ones({kGroup, 1}, trip.in.front().options()));
  for (std::size_t layer = hidden; layer-- > 0;) {
    const at::Tensor back = row_product(trip.slope[layer + 1], critic.weight(layer + 1), {});
    trip.slope[layer] = critic.masked(back, trip.in[layer + 1]);
  }
  return trip;
}

at::Tensor squares(const at::Tensor& rows) {
  return rows.to(at::kDouble).square().sum(1);
}

/// [kGroup]: squared length of each flow's slope by this critic's weights.
at::Tensor squared_norms(const Trip& trip) {
  at::Tensor sum = at::zeros({kGroup}, trip.in.front().options().dtype(at::kDouble));
  for (std::size_t layer = 0; layer < trip.in.size(); ++layer) {
    sum.add_(squares(trip.slope[layer]) * (squares(trip.in[layer]) + 1));
  }
  return sum;
}

/// Adds the scaled slopes of a group; the product of two float32 is exact in float64.
void add_slopes(const Trip& trip, const at::Tensor& scales, Parameters& sums) {
  const auto& shapes = sums.shapes();
  const at::Tensor taken = (scales > 0).unsqueeze(1);
  const auto sound = [&](const at::Tensor& rows) {
    const at::Tensor wide = rows.to(at::kDouble);
    return at::where(taken, wide, at::zeros_like(wide));  // 0 times infinity is no number
  };
  for (std::size_t layer = 0; layer < trip.in.size(); ++layer) {
    const at::Tensor slopes = sound(trip.slope[layer]) * scales.unsqueeze(1);
    at::Tensor weight = sums[shapes[2 * layer].name];
    at::Tensor bias = sums[shapes[2 * layer + 1].name];
    weight.addmm_(slopes.t(), sound(trip.in[layer]));
    bias.add_(slopes.sum(0));
  }
}

/// Some flows, those of a unit side by side and none of its missing.
struct Group {
  std::vector<std::int64_t> flows;
  std::vector<std::int64_t> sizes;  ///< flows of each unit
};

/// Where slopes are not finite, of no length.
at::Tensor lengths_of(const std::vector<Trip>& trips) {
  at::Tensor norms = squared_norms(trips.front());
  for (std::size_t i = 1; i < trips.size(); ++i) {
    norms.add_(squared_norms(trips[i]));
  }
  norms.sqrt_().mul_(1 + kNormRounding);
  return at::where(at::isfinite(norms), norms, at::zeros_like(norms));
}

/// Scales of a group, 0 for its empty places and for flows whose slope is not finite. The slopes of
/// a unit add up to no more than their lengths do.
at::Tensor scales_of(const std::vector<Trip>& trips, const Group& group, double clip_norm) {
  const at::Tensor lengths = lengths_of(trips);
  const auto* length = lengths.data_ptr<double>();
  at::Tensor scales = at::zeros_like(lengths);
  auto* scale = scales.data_ptr<double>();
  for (const std::int64_t size : group.sizes) {
    const double together = std::accumulate(length, length + size, 0.0);
    for (const double* const end = length + size; length < end; ++length, ++scale) {
      *scale = *length > 0 ? std::min(1.0, clip_norm / together) : 0.0;
    }
  }
  return scales;
}

/// As many of the units from `next` on as have a place.
Group group_of(const RealData& real, std::span<const std::int64_t> units, std::size_t& next) {
  Group group;
  for (; next < units.size(); ++next) {
    const std::vector<std::int64_t> flows = real.flows_of(units[next]);
    if (group.flows.size() + flows.size() > static_cast<std::size_t>(kGroup)) {
      break;
    }
    group.flows.insert(group.flows.end(), flows.begin(), flows.end());
    group.sizes.push_back(static_cast<std::int64_t>(flows.size()));
  }
  group.flows.resize(kGroup, group.flows.front());
  return group;
}

}  // namespace

std::vector<at::Tensor> clipped_sums(const std::vector<Critic*>& critics, const RealData& real,
                                     const std::vector<std::int64_t>& units, double clip_norm) {
  std::vector<Parameters> sums;
  std::vector<Route> routes;
  for (Critic* critic : critics) {
    routes.push_back(route_of(*critic));
    sums.emplace_back(critic->parameters().shapes(),
                      critic->parameters().flat().options().dtype(at::kDouble));
  }
  for (std::size_t next = 0; next < units.size();) {
    const Group group = group_of(real, units, next);
    const Sequences flows = real.batch(group.flows);
    std::vector<Trip> trips;
    for (const Route& route : routes) {
      trips.push_back(send(route, flows));
    }
    const at::Tensor scales = scales_of(trips, group, clip_norm);
    for (std::size_t i = 0; i < trips.size(); ++i) {
      add_slopes(trips[i], scales, sums[i]);
    }
  }
  std::vector<at::Tensor> flat;
  std::transform(sums.begin(), sums.end(), std::back_inserter(flat),
                 [](const Parameters& sum) { return sum.flat(); });
  return flat;
}

PrivateCritics::PrivateCritics(const doppelganger::PrivateTraining& privacy, double expected_batch)
    : privacy_(privacy), expected_batch_(expected_batch) {}

dp::NoiseSource PrivateCritics::noise_of(std::uint64_t step) const {
  return privacy_.insecure_test_seed
             ? dp::NoiseSource::insecure(mix(*privacy_.insecure_test_seed, step))
             : dp::NoiseSource();
}

std::vector<std::int64_t> PrivateCritics::batch(std::int64_t units, dp::NoiseSource& noise) const {
  // 2^64 times the rate, rounded down; all units at a rate of 1.
  const bool all = privacy_.sampling_rate >= 1;
  const auto bound = all ? 0 : static_cast<std::uint64_t>(std::ldexp(privacy_.sampling_rate, 64));
  std::vector<std::int64_t> chosen;
  for (std::int64_t unit = 0; unit < units; ++unit) {
    if (all || noise.bits() < bound) {
      chosen.push_back(unit);
    }
  }
  return chosen;
}

/// With g = z D / s, s = kGridSigma: D = C (1 + kAdding) / (1 - sqrt(d) z / s).
double PrivateCritics::sensitivity(std::int64_t numbers) const {
  const double rounding = std::sqrt(static_cast<double>(numbers)) * privacy_.noise_multiplier /
                          static_cast<double>(kGridSigma);
  if (rounding > 0.5) {
    throw Error("the noise of private training is too large for critics of so many weights",
                "Use fewer units in the critics, or a larger budget.");
  }
  return privacy_.clip_norm * (1 + kAdding) / (1 - rounding);
}

void PrivateCritics::release(at::Tensor& sum, std::int64_t numbers, dp::NoiseSource& noise) const {
  if (privacy_.noise_multiplier == 0) {
    return;  // tests only: see check_job.cc
  }
  const double grid =
      privacy_.noise_multiplier * sensitivity(numbers) / static_cast<double>(kGridSigma);
  const dp::DiscreteGaussian law({kGridSigma * kGridSigma, 1});
  at::Tensor here = sum.to(at::kCPU).contiguous();
  auto* values = here.data_ptr<double>();
  for (std::int64_t i = 0; i < here.numel(); ++i) {
    const std::int64_t steps = std::llround(values[i] / grid);
    values[i] = static_cast<double>(steps + law.draw(noise)) * grid;
  }
  sum.copy_(here);
}

void PrivateCritics::add_real(const std::vector<Critic*>& critics, const RealData& real,
                              std::uint64_t step) const {
  dp::NoiseSource noise = noise_of(step);
  std::vector<at::Tensor> sums =
      clipped_sums(critics, real, batch(real.units(), noise), privacy_.clip_norm);
  std::int64_t numbers = 0;
  for (const at::Tensor& sum : sums) {
    numbers += sum.numel();
  }
  for (std::size_t i = 0; i < critics.size(); ++i) {
    release(sums[i], numbers, noise);
    at::Tensor& gradient = critics[i]->parameters().flat_gradient();
    gradient.add_(sums[i].to(gradient.scalar_type()), 1 / expected_batch_);
  }
}

}  // namespace tracetwin::neural
