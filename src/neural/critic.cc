#include "neural/critic.h"

#include <fmt/format.h>

namespace tracetwin::neural {
namespace {

constexpr double kLeak = 0.2;
constexpr double kSpread = 0.02;  // of the first weights
constexpr double kNormFloor = 1e-8;

std::vector<Shape> shapes_of(const RowShape& rows, const CriticOptions& options) {
  std::vector<Shape> shapes;
  std::int64_t in = rows.columns();
  for (std::int64_t layer = 0; layer < options.layers; ++layer) {
    const std::int64_t out = layer + 1 < options.layers ? options.units : 1;
    shapes.push_back({fmt::format("{}.weight", layer), {out, in}});
    shapes.push_back({fmt::format("{}.bias", layer), {out}});
    in = out;
  }
  return shapes;
}

std::vector<Shape> states_of(const RowShape& rows, const CriticOptions& options) {
  std::vector<Shape> shapes;
  for (const Shape& shape : shapes_of(rows, options)) {
    if (options.spectral_norm && shape.sides.size() == 2) {
      shapes.push_back({shape.name + ".left", {shape.sides[0]}});
    }
  }
  return shapes;
}

at::Tensor unit(const at::Tensor& vector) {
  return vector / (vector.norm() + 1e-12);
}

}  // namespace

Critic::Critic(const RowShape& rows, const CriticOptions& options, const Kind& kind)
    : rows_(rows),
      options_(options),
      parameters_(shapes_of(rows, options), kind),
      state_(states_of(rows, options), kind) {
  for (std::int64_t layer = 0; layer < options.layers; ++layer) {
    const std::string weight = fmt::format("{}.weight", layer);
    const std::string bias = fmt::format("{}.bias", layer);
    weights_.push_back(parameters_[weight]);
    biases_.push_back(parameters_[bias]);
    weight_slopes_.push_back(parameters_.gradient(weight));
    bias_slopes_.push_back(parameters_.gradient(bias));
  }
  sigmas_.resize(weights_.size());
}

void Critic::initialise(Draws& draws) {
  for (const Shape& shape : parameters_.shapes()) {
    if (shape.sides.size() == 2) {
      at::Tensor weight = parameters_[shape.name];
      weight.copy_(draws.normal(shape.sides[0], shape.sides[1]).mul_(kSpread));
    }
  }
  for (const Shape& shape : state_.shapes()) {
    at::Tensor left = state_[shape.name];
    left.copy_(unit(draws.normal(1, shape.sides[0]).flatten()));
  }
}

/// One step of the power iteration a layer (Miyato et al. 2018).
void Critic::normalise() {
  for (std::size_t layer = 0; options_.spectral_norm && layer < weights_.size(); ++layer) {
    const std::string name = fmt::format("{}.weight", layer);
    const at::Tensor& weight = parameters_[name];
    at::Tensor left = state_[name + ".left"];
    const at::Tensor right = unit(weight.t().mv(left));
    const at::Tensor image = weight.mv(right);
    left.copy_(unit(image));
    sigmas_[layer] = left.dot(image);
    weights_[layer] = weight * (options_.spectral_scale / sigmas_[layer]);
  }
}

/// From slopes by the divided weights to slopes by the weights themselves:
/// W' = s W / sigma, sigma = l^T W r, so dL/dW = s / sigma * (G - <G, W> / sigma * l r^T).
void Critic::spectral_gradient() {
  for (std::size_t layer = 0; options_.spectral_norm && layer < weights_.size(); ++layer) {
    const std::string name = fmt::format("{}.weight", layer);
    const at::Tensor& weight = parameters_[name];
    const at::Tensor left = state_[name + ".left"];
    const at::Tensor& sigma = sigmas_[layer];
    const at::Tensor right = weight.t().mv(left) / sigma;
    at::Tensor& slope = weight_slopes_[layer];
    const at::Tensor along = (slope * weight).sum() / sigma;
    slope.sub_(along * at::outer(left, right)).mul_(options_.spectral_scale / sigma);
  }
}

void Critic::activate(at::Tensor& rows) const {
  if (options_.leaky_relu) {
    at::leaky_relu_(rows, kLeak);
  } else {
    at::relu_(rows);
  }
}

at::Tensor Critic::masked(const at::Tensor& slope, const at::Tensor& activations) const {
  return options_.leaky_relu ? at::leaky_relu_backward(slope, activations, kLeak, true)
                             : at::threshold_backward(slope, activations, 0);
}

Critic::Pass Critic::forward(const Ragged& data, const Ragged* between) {
  Pass pass;
  const std::int64_t extra = between != nullptr ? between->rows() : 0;
  for (std::size_t layer = 0; layer < hidden(); ++layer) {
    at::Tensor rows =
        at::empty({data.rows() + extra, weights_[layer].size(0)}, data.values.options());
    if (layer > 0) {
      at::addmm_out(rows, biases_[layer], pass.a.back(), weights_[layer].t());
    } else {
      multiply(data, weights_[0], biases_[0], rows.narrow(0, 0, data.rows()));
      if (extra > 0) {
        multiply(*between, weights_[0], biases_[0], rows.narrow(0, data.rows(), extra));
      }
    }
    activate(rows);
    pass.a.push_back(std::move(rows));
  }
  const at::Tensor& last = weights_.back();
  if (pass.a.empty()) {
    pass.out = at::empty({data.rows(), 1}, data.values.options());
    multiply(data, last, biases_[0], pass.out);
    pass.out = pass.out.flatten();
  } else {
    pass.out = at::addmv(biases_.back(), pass.a.back().narrow(0, 0, data.rows()), last[0]);
  }
  return pass;
}

void Critic::backward(Pass& pass, const at::Tensor& slopes) const {
  pass.u.resize(pass.a.size());
  at::Tensor slope = slopes.unsqueeze(1);
  for (std::size_t layer = pass.a.size(); layer-- > 0;) {
    const at::Tensor& next = weights_[layer + 1];
    // The last layer has one output: a plain product is faster than a matrix product.
    slope = next.size(0) == 1 ? slope * next : at::mm(slope, next);
    slope = masked(slope, pass.a[layer]);
    pass.u[layer] = slope;
  }
}

std::pair<at::Tensor, Ragged> Critic::penalise(Pass& pass, const Ragged& between) {
  const std::int64_t rows = between.rows();
  const auto tail = [&](const at::Tensor& all) { return all.narrow(0, all.size(0) - rows, rows); };
  const at::Tensor first =
      pass.u.empty() ? at::ones({rows, 1}, between.values.options()) : tail(pass.u.front());
  Ragged r = multiply_back(first, weights_[0], between);
  const at::Tensor norms = (r.values * r.values).sum(1).add_(kNormFloor).sqrt_();
  const at::Tensor above = norms - 1;
  const double weight = options_.penalty / static_cast<double>(rows);
  r.values.mul_((above / norms).mul_(2 * weight).unsqueeze(1));
  for (std::size_t layer = 0; layer < pass.a.size(); ++layer) {
    at::Tensor here = tail(pass.a[layer]);
    at::Tensor moved = at::empty_like(here);
    if (layer == 0) {
      multiply(r, weights_[0], {}, moved);
    } else {
      at::mm_out(moved, tail(pass.a[layer - 1]), weights_[layer].t());
    }
    here.copy_(masked(moved, here));
  }
  return {(above * above).sum() * weight, r};
}

void Critic::last_gradient(const Pass& pass, const at::Tensor& slopes) {
  const std::int64_t data = pass.out.size(0);
  const at::Tensor& a = pass.a.back();
  at::Tensor gradient = weight_slopes_.back()[0];
  gradient.copy_(a.narrow(0, 0, data).t().mv(slopes.narrow(0, 0, data)));
  if (a.size(0) > data) {
    gradient.add_(a.narrow(0, data, a.size(0) - data).sum(0));
  }
}

/// Biases have no part in the penalty.
void Critic::weight_gradients(const Pass& pass, const at::Tensor& slopes, const Ragged& data,
                              const Ragged* r0) {
  const std::int64_t rows = data.rows();
  for (std::size_t layer = 0; layer < weights_.size(); ++layer) {
    const bool last = layer == hidden();
    const at::Tensor u = last ? slopes.unsqueeze(1) : pass.u[layer];
    at::sum_out(bias_slopes_[layer], u.narrow(0, 0, rows), 0);
    if (layer == 0) {
      outer(u.narrow(0, 0, rows), data, weight_slopes_[0], false);
      if (r0 != nullptr) {
        outer(u.narrow(0, rows, r0->rows()), *r0, weight_slopes_[0], true);
      }
    } else if (!last) {
      at::mm_out(weight_slopes_[layer], u.t(), pass.a[layer - 1]);
    } else {
      last_gradient(pass, slopes);
    }
  }
}

at::Tensor Critic::slopes_of(const at::Tensor& out, const at::Tensor& signs) const {
  return options_.spectral_norm ? signs * (1 + signs.sign() * out > 0).to(signs.scalar_type())
                                : signs;
}

CriticLosses Critic::learn(const Ragged& data, const at::Tensor& signs, const Ragged& between) {
  normalise();
  const Ragged* penal = options_.spectral_norm ? nullptr : &between;
  Pass pass = forward(data, penal);
  at::Tensor slopes = slopes_of(pass.out, signs);
  const at::Tensor difference = signs.dot(pass.out);
  at::Tensor loss = options_.spectral_norm
                        ? (signs.abs() * (1 + signs.sign() * pass.out).relu()).sum()
                        : difference;
  if (penal != nullptr) {
    slopes = at::cat({slopes, at::ones({penal->rows()}, slopes.options())});
  }
  backward(pass, slopes);
  if (penal != nullptr) {
    const auto [penalty, r0] = penalise(pass, between);
    weight_gradients(pass, slopes, data, &r0);
    loss = loss + penalty;
  } else {
    weight_gradients(pass, slopes, data, nullptr);
  }
  spectral_gradient();
  return {loss, -difference};
}

std::pair<at::Tensor, at::Tensor> Critic::slope_of_generator(const Ragged& made, double weight) {
  normalise();
  Pass pass = forward(made, nullptr);
  const double each = -weight / static_cast<double>(made.rows());
  const at::Tensor slopes = at::full({made.rows()}, each, made.values.options());
  backward(pass, slopes);
  const at::Tensor& first = pass.u.empty() ? slopes.unsqueeze(1) : pass.u.front();
  return {multiply_back(first, weights_[0], made).unsorted(), pass.out.sum() * each};
}

}  // namespace tracetwin::neural
