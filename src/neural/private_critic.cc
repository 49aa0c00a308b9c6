#include "neural/private_critic.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "neural/row_product.h"

namespace tracetwin::neural {
namespace {

constexpr std::int64_t kGroup = kPrivateGroup;  // flows that go through the critics together

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

/// [kGroup]: the same over all critics.
at::Tensor squared_norms(const std::vector<Trip>& trips) {
  at::Tensor norms = squared_norms(trips.front());
  for (std::size_t i = 1; i < trips.size(); ++i) {
    norms.add_(squared_norms(trips[i]));
  }
  return norms;
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
    const at::Tensor scales = clip_scales(squared_norms(trips), group.sizes, clip_norm);
    for (std::size_t i = 0; i < trips.size(); ++i) {
      add_slopes(trips[i], scales, sums[i]);
    }
  }
  std::vector<at::Tensor> flat;
  std::transform(sums.begin(), sums.end(), std::back_inserter(flat),
                 [](const Parameters& sum) { return sum.flat(); });
  return flat;
}

PrivateCritics::PrivateCritics(const engine::PrivateTraining& privacy, double expected_batch)
    : sum_(privacy), expected_batch_(expected_batch) {}

void PrivateCritics::add_real(const std::vector<Critic*>& critics, const RealData& real,
                              std::uint64_t step) const {
  dp::NoiseSource noise = sum_.noise_of(step);
  std::vector<at::Tensor> sums =
      clipped_sums(critics, real, sum_.batch(real.units(), noise), sum_.clip_norm());
  std::int64_t numbers = 0;
  for (const at::Tensor& sum : sums) {
    numbers += sum.numel();
  }
  for (std::size_t i = 0; i < critics.size(); ++i) {
    sum_.release(sums[i], numbers, noise);
    at::Tensor& gradient = critics[i]->parameters().flat_gradient();
    gradient.add_(sums[i].to(gradient.scalar_type()), 1 / expected_batch_);
  }
}

}  // namespace tracetwin::neural
