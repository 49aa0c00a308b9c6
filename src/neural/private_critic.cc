#include "neural/private_critic.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/error.h"
#include "base/random.h"
#include "dp/discrete_gaussian.h"
#include "neural/row_product.h"

namespace tracetwin::neural {
namespace {

constexpr std::int64_t kGroup = 64;  // flows that go through the critics together
constexpr double kAdding = 1e-4;     // what adding up float64 may be off by, of the clip norm
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

/// Scales of a group, 0 for its empty places and for flows whose slope is not finite.
at::Tensor scales_of(const std::vector<Trip>& trips, std::int64_t flows, double clip_norm) {
  at::Tensor norms = squared_norms(trips.front());
  for (std::size_t i = 1; i < trips.size(); ++i) {
    norms.add_(squared_norms(trips[i]));
  }
  norms.sqrt_().mul_(1 + kNormRounding);
  at::Tensor scales = (clip_norm / norms).clamp_max(1);
  scales = at::where(at::isfinite(norms), scales, at::zeros_like(scales));
  scales.narrow(0, flows, kGroup - flows).zero_();
  return scales;
}

Sequences group_of(const RealData& real, const std::vector<std::int64_t>& flows,
                   std::size_t begin) {
  const std::size_t end = std::min(flows.size(), begin + kGroup);
  std::vector<std::int64_t> group(flows.begin() + static_cast<std::int64_t>(begin),
                                  flows.begin() + static_cast<std::int64_t>(end));
  group.resize(kGroup, group.front());
  return real.batch(group);
}

}  // namespace

std::vector<at::Tensor> clipped_sums(const std::vector<Critic*>& critics, const RealData& real,
                                     const std::vector<std::int64_t>& flows, double clip_norm) {
  std::vector<Parameters> sums;
  std::vector<Route> routes;
  for (Critic* critic : critics) {
    routes.push_back(route_of(*critic));
    sums.emplace_back(critic->parameters().shapes(),
                      critic->parameters().flat().options().dtype(at::kDouble));
  }
  for (std::size_t begin = 0; begin < flows.size(); begin += kGroup) {
    const Sequences group = group_of(real, flows, begin);
    std::vector<Trip> trips;
    for (const Route& route : routes) {
      trips.push_back(send(route, group));
    }
    const auto count = std::min<std::int64_t>(
        kGroup, static_cast<std::int64_t>(flows.size()) - static_cast<std::int64_t>(begin));
    const at::Tensor scales = scales_of(trips, count, clip_norm);
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

std::vector<std::int64_t> PrivateCritics::batch(std::int64_t flows, dp::NoiseSource& noise) const {
  // 2^64 times the rate, rounded down; all flows at a rate of 1.
  const bool all = privacy_.sampling_rate >= 1;
  const auto bound = all ? 0 : static_cast<std::uint64_t>(std::ldexp(privacy_.sampling_rate, 64));
  std::vector<std::int64_t> chosen;
  for (std::int64_t flow = 0; flow < flows; ++flow) {
    if (all || noise.bits() < bound) {
      chosen.push_back(flow);
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
      clipped_sums(critics, real, batch(real.size(), noise), privacy_.clip_norm);
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
