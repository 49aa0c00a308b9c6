#include "neural/private_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "neural/row_product.h"

namespace tracetwin::neural {
namespace {

using autoregressive::Layout;
using autoregressive::Records;

const Kind kFloat = at::TensorOptions().dtype(at::kFloat);

/// A token's head, laid out for row_product().
struct Route {
  at::Tensor hidden_weight, hidden_bias, hidden_back;
  at::Tensor out_weight, out_bias, out_back;
};

/// What one group of records leaves behind in a head.
struct Trip {
  at::Tensor in, hidden;               ///< [kPrivateGroup, inputs], [kPrivateGroup, units]
  at::Tensor hidden_slope, out_slope;  ///< of the loss by what leaves the layers
};

struct Group {
  std::vector<std::uint32_t> rows;  ///< kPrivateGroup of them, empty places filled with the first
  std::vector<std::int64_t> sizes;  ///< rows of each unit
};

std::string named(std::size_t t, const char* what) {
  return fmt::format("{}.{}", t, what);
}

at::Tensor squares(const at::Tensor& rows) {
  return rows.to(at::kDouble).square().sum(1);
}

class Walk {
 public:
  Walk(const TokenNetwork& network, const Layout& layout, const Records& records)
      : parameters_(network.parameters()),
        layout_(layout),
        records_(records),
        embedding_(parameters_["embedding"].size(1)),
        sums_(parameters_.shapes(), kFloat.dtype(at::kDouble)) {
    for (std::size_t t = 0; t < layout.size(); ++t) {
      routes_.push_back(route_of(t));
    }
  }

  void add(const Group& group, double clip_norm) {
    const at::Tensor inputs = inputs_of(group.rows);
    const at::Tensor points =
        parameters_["embedding"].index_select(0, inputs).view({kPrivateGroup, -1});
    at::Tensor slopes = at::zeros_like(points);
    at::Tensor lengths = at::zeros({kPrivateGroup}, kFloat.dtype(at::kDouble));
    std::vector<Trip> trips;
    for (std::size_t t = 0; t < layout_.size(); ++t) {
      trips.push_back(send(t, values_of(group.rows, t), points, slopes));
      lengths.add_(squared_length(trips.back()));
    }
    lengths.add_(squares(slopes));
    const at::Tensor scales = clip_scales(lengths, group.sizes, clip_norm).unsqueeze(1);
    for (std::size_t t = 0; t < layout_.size(); ++t) {
      add_slopes(t, trips[t], scales);
    }
    sums_["embedding"].index_add_(0, inputs,
                                  (sound(slopes, scales) * scales).view({-1, embedding_}));
  }

  at::Tensor sum() const { return sums_.flat(); }

 private:
  Route route_of(std::size_t t) const {
    Route route;
    route.out_bias = parameters_[named(t, "out.bias")];
    if (t > 0) {
      route.hidden_weight = parameters_[named(t, "hidden.weight")];
      route.hidden_bias = parameters_[named(t, "hidden.bias")];
      route.hidden_back = route.hidden_weight.t().contiguous();
      route.out_weight = parameters_[named(t, "out.weight")];
      route.out_back = route.out_weight.t().contiguous();
    }
    return route;
  }

  at::Tensor inputs_of(const std::vector<std::uint32_t>& rows) const {
    at::Tensor inputs = at::empty({kPrivateGroup * static_cast<std::int64_t>(layout_.size())},
                                  at::TensorOptions().dtype(at::kLong));
    auto* input = inputs.data_ptr<std::int64_t>();
    for (const std::uint32_t row : rows) {
      std::size_t first = 0;
      for (std::size_t t = 0; t < layout_.size(); ++t) {
        *input++ = static_cast<std::int64_t>(first + records_.record(row)[t]);
        first += layout_[t].choices;
      }
    }
    return inputs;
  }

  at::Tensor values_of(const std::vector<std::uint32_t>& rows, std::size_t t) const {
    at::Tensor values = at::empty({kPrivateGroup, 1}, at::TensorOptions().dtype(at::kLong));
    auto* value = values.data_ptr<std::int64_t>();
    for (const std::uint32_t row : rows) {
      *value++ = records_.record(row)[t];
    }
    return values;
  }

  Trip send(std::size_t t, const at::Tensor& values, const at::Tensor& points,
            at::Tensor& slopes) const {
    const Route& route = routes_[t];
    const std::int64_t width = static_cast<std::int64_t>(t) * embedding_;
    Trip trip;
    at::Tensor scores = route.out_bias.expand({kPrivateGroup, -1});
    if (t > 0) {
      trip.in = points.narrow(1, 0, width).contiguous();
      trip.hidden = row_product(trip.in, route.hidden_weight, route.hidden_bias).relu_();
      scores = row_product(trip.hidden, route.out_weight, route.out_bias);
    }
    trip.out_slope = at::log_softmax(scores.contiguous(), 1).exp_();
    trip.out_slope.scatter_add_(1, values, at::full_like(values, -1, trip.out_slope.options()));
    if (t > 0) {
      const at::Tensor back = row_product(trip.out_slope, route.out_back, {});
      trip.hidden_slope = at::threshold_backward(back, trip.hidden, 0);
      slopes.narrow(1, 0, width).add_(row_product(trip.hidden_slope, route.hidden_back, {}));
    }
    return trip;
  }

  static at::Tensor squared_length(const Trip& trip) {
    if (!trip.in.defined()) {
      return squares(trip.out_slope);
    }
    return squares(trip.out_slope) * (squares(trip.hidden) + 1) +
           squares(trip.hidden_slope) * (squares(trip.in) + 1);
  }

  /// 0 times infinity is no number.
  static at::Tensor sound(const at::Tensor& rows, const at::Tensor& scales) {
    const at::Tensor wide = rows.to(at::kDouble);
    return at::where(scales > 0, wide, at::zeros_like(wide));
  }

  /// The product of two float32 is exact in float64.
  void add_slopes(std::size_t t, const Trip& trip, const at::Tensor& scales) {
    const at::Tensor out = sound(trip.out_slope, scales) * scales;
    sums_[named(t, "out.bias")].add_(out.sum(0));
    if (t > 0) {
      const at::Tensor hidden = sound(trip.hidden_slope, scales) * scales;
      at::Tensor(sums_[named(t, "out.weight")]).addmm_(sound(trip.hidden, scales).t(), out);
      at::Tensor(sums_[named(t, "hidden.bias")]).add_(hidden.sum(0));
      at::Tensor(sums_[named(t, "hidden.weight")]).addmm_(sound(trip.in, scales).t(), hidden);
    }
  }

  const Parameters& parameters_;
  const Layout& layout_;
  const Records& records_;
  std::int64_t embedding_;
  Parameters sums_;
  std::vector<Route> routes_;
};

/// As many of the units from `next` on as have a place.
Group group_of(const UnitRows& units, const std::vector<std::int64_t>& chosen, std::size_t& next) {
  Group group;
  for (; next < chosen.size(); ++next) {
    const auto& rows = units[static_cast<std::size_t>(chosen[next])];
    if (group.rows.size() + rows.size() > static_cast<std::size_t>(kPrivateGroup)) {
      break;
    }
    group.rows.insert(group.rows.end(), rows.begin(), rows.end());
    group.sizes.push_back(static_cast<std::int64_t>(rows.size()));
  }
  group.rows.resize(kPrivateGroup, group.rows.front());
  return group;
}

UnitRows units_of(const Records& records) {
  UnitRows units;
  for (std::uint32_t row = 0; row < records.size(); ++row) {
    const std::uint32_t unit = records.groups[row];
    units.resize(std::max<std::size_t>(units.size(), unit + std::size_t{1}));
    units[unit].push_back(row);
  }
  std::erase_if(units, [](const auto& rows) { return rows.empty(); });
  return units;
}

AdamOptions adam_of(const autoregressive::Options& options) {
  AdamOptions adam;
  adam.rate = options.rate;
  adam.beta1 = 0.9;
  return adam;
}

const autoregressive::Job& checked(const autoregressive::Job& job, const UnitRows& units) {
  if (!job.privacy || job.device != "cpu") {
    throw Error("private training of a network of tokens runs on the CPU, with a privacy budget");
  }
  engine::check(*job.privacy);
  const bool plain = std::ranges::none_of(
      job.layout, [](const auto& token) { return token.guard || token.given || token.local; });
  if (!plain || !(job.expected_batch > 0)) {
    throw Error("private training takes codes as tokens, and a number that batches have");
  }
  const bool few = std::ranges::all_of(units, [](const auto& rows) {
    return rows.size() <= static_cast<std::size_t>(kPrivateGroup);
  });
  if (!few) {
    throw Error(fmt::format("a unit of privacy has more than {} records", kPrivateGroup),
                "Lower --unit-bound.");
  }
  return job;
}

}  // namespace

at::Tensor clipped_sum(const TokenNetwork& network, const Layout& layout, const Records& records,
                       const UnitRows& units, const std::vector<std::int64_t>& chosen,
                       double clip_norm) {
  Walk walk(network, layout, records);
  for (std::size_t next = 0; next < chosen.size();) {
    walk.add(group_of(units, chosen, next), clip_norm);
  }
  return walk.sum();
}

PrivateTokenTrainer::PrivateTokenTrainer(const autoregressive::Job& job, Records records,
                                         const engine::Weights& start)
    : job_(job),
      records_(std::move(records)),
      units_(units_of(records_)),
      network_(job.layout, job.options, kFloat),
      adam_(adam_of(job.options), network_.parameters().flat()),
      sum_(checked(job_, units_).privacy.value()) {
  network_.parameters().load("", start);
  average_ = network_.parameters().flat().clone();
}

void PrivateTokenTrainer::step() {
  dp::NoiseSource noise = sum_.noise_of(steps_);
  const auto chosen = sum_.batch(static_cast<std::int64_t>(units_.size()), noise);
  at::Tensor sum = clipped_sum(network_, job_.layout, records_, units_, chosen, sum_.clip_norm());
  sum_.release(sum, sum.numel(), noise);
  Parameters& parameters = network_.parameters();
  parameters.flat_gradient().copy_(sum.div_(job_.expected_batch).to(at::kFloat));
  adam_.step(parameters.flat(), parameters.flat_gradient());
  ++steps_;
  const auto n = static_cast<double>(steps_);
  average_.lerp_(parameters.flat(), 1 - std::min(job_.options.average, n / (n + 9)));
}

engine::Weights PrivateTokenTrainer::checkpoint() const {
  engine::Weights weights;
  network_.parameters().save("", weights);
  adam_.save("adam.", weights);
  weights.add(to_weights("average", average_));
  weights.add(digits("steps", {steps_}));
  return weights;
}

void PrivateTokenTrainer::restore(const engine::Weights& checkpoint) {
  network_.parameters().load("", checkpoint);
  adam_.load("adam.", checkpoint);
  from_weights(checkpoint, "average", average_);
  steps_ = number_at(checkpoint["steps"], 0);
}

engine::Weights PrivateTokenTrainer::result() {
  network_.parameters().flat().copy_(average_);
  engine::Weights weights;
  network_.parameters().save("", weights);
  return weights;
}

}  // namespace tracetwin::neural
