#include "plain_critic.h"

namespace tracetwin::neural {
namespace {

at::Tensor unit(const at::Tensor& vector) {
  return vector / (vector.norm() + 1e-12);
}

}  // namespace

PlainCritic::PlainCritic(Critic& critic) : options_(critic.options()) {
  const Parameters& parameters = critic.parameters();
  for (const Shape& shape : parameters.shapes()) {
    const at::Tensor values = parameters[shape.name].detach().clone();
    if (options_.spectral_norm && shape.sides.size() == 2) {
      const at::Tensor right = unit(values.t().mv(critic.state()[shape.name + ".left"]));
      left_.push_back(unit(values.mv(right)));
    }
    weights_.push_back(values.requires_grad_(true));
  }
}

at::Tensor PlainCritic::divided(const at::Tensor& weight, std::size_t layer) const {
  if (!options_.spectral_norm) {
    return weight;
  }
  const at::Tensor right = unit(weight.detach().t().mv(left_[layer]));
  // The explicit critic multiplies by the right vector of one step earlier; at rest both agree.
  return weight * (options_.spectral_scale / left_[layer].dot(weight.mv(right)));
}

at::Tensor PlainCritic::forward(at::Tensor rows) const {
  for (std::size_t i = 0; i < weights_.size(); i += 2) {
    rows = at::addmm(weights_[i + 1], rows, divided(weights_[i], i / 2).t());
    if (i + 2 < weights_.size()) {
      rows = options_.leaky_relu ? at::leaky_relu(rows, 0.2) : at::relu(rows);
    }
  }
  return rows.flatten();
}

at::Tensor PlainCritic::penalty(const at::Tensor& between, const at::Tensor& support) const {
  const at::Tensor rows = between.detach().clone().requires_grad_(true);
  const at::Tensor slope =
      torch::autograd::grad({forward(rows).sum()}, {rows}, {}, true, true).front();
  const at::Tensor norms = ((slope * support).pow(2).sum(1) + 1e-8).sqrt();
  return options_.penalty * (norms - 1).pow(2).mean();
}

at::Tensor PlainCritic::loss(const at::Tensor& made, const at::Tensor& real) const {
  if (options_.spectral_norm) {
    return at::relu(1 + forward(made)).mean() + at::relu(1 - forward(real)).mean();
  }
  return forward(made).mean() - forward(real).mean();
}

at::Tensor PlainCritic::gradient(const at::Tensor& loss) const {
  const auto slopes =
      torch::autograd::grad({loss}, weights_, {}, c10::nullopt, false, /*allow_unused=*/true);
  std::vector<at::Tensor> flat;
  for (std::size_t i = 0; i < slopes.size(); ++i) {
    flat.push_back((slopes[i].defined() ? slopes[i] : at::zeros_like(weights_[i])).flatten());
  }
  return at::cat(flat);
}

at::Tensor support_of(const std::vector<std::int64_t>& blocks, const RowShape& shape,
                      const Kind& kind) {
  at::Tensor support = at::zeros({static_cast<std::int64_t>(blocks.size()), shape.columns()}, kind);
  for (std::size_t row = 0; row < blocks.size(); ++row) {
    support[static_cast<std::int64_t>(row)].narrow(0, 0, reach(shape, blocks[row])).fill_(1);
  }
  return support;
}

}  // namespace tracetwin::neural
