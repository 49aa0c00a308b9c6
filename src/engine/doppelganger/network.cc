#include "engine/doppelganger/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/softmax.h"
#include "engine/product.h"

namespace tracetwin::doppelganger {
namespace {

constexpr float kNormEpsilon = 1e-5F;

const engine::Tensor& tensor_of(const engine::Weights& weights, const std::string& name,
                                std::vector<std::uint64_t> shape) {
  const engine::Tensor& tensor = weights[name];
  if (tensor.shape != shape) {
    throw Error(fmt::format("array {} has the shape [{}], not [{}]", name,
                            fmt::join(tensor.shape, ", "), fmt::join(shape, ", ")));
  }
  return tensor;
}

Linear linear_of(const engine::Weights& weights, const std::string& matrix, const std::string& bias,
                 std::size_t in, std::size_t out) {
  Linear linear{in, out, Floats(in * out), {}};
  const Floats& stored = tensor_of(weights, matrix, {out, in}).values;
  for (std::size_t o = 0; o < out; ++o) {
    for (std::size_t i = 0; i < in; ++i) {
      linear.weights[i * out + o] = stored[o * in + i];
    }
  }
  if (!bias.empty()) {
    linear.bias = tensor_of(weights, bias, {out}).values;
  }
  return linear;
}

Perceptron perceptron_of(const engine::Weights& weights, const std::string& prefix, std::size_t in,
                         const Options& options, std::size_t out) {
  Perceptron perceptron;
  const std::size_t units = options.attribute_units;
  for (std::uint32_t k = 0; k + 1 < options.attribute_layers; ++k) {
    const std::string name = fmt::format("{}.{}.", prefix, k);
    Perceptron::Hidden layer{
        linear_of(weights, name + "weight", name + "bias", k == 0 ? in : units, units), {}, {}};
    const Floats& scale = tensor_of(weights, name + "scale", {units}).values;
    const Floats& shift = tensor_of(weights, name + "shift", {units}).values;
    const Floats& mean = tensor_of(weights, name + "mean", {units}).values;
    const Floats& variance = tensor_of(weights, name + "variance", {units}).values;
    for (std::size_t u = 0; u < units; ++u) {
      layer.factor.push_back(scale[u] / std::sqrt(variance[u] + kNormEpsilon));
      layer.offset.push_back(shift[u] - mean[u] * layer.factor.back());
    }
    perceptron.hidden.push_back(std::move(layer));
  }
  perceptron.heads = linear_of(weights, prefix + ".heads.weight", prefix + ".heads.bias",
                               perceptron.hidden.empty() ? in : units, out);
  return perceptron;
}

}  // namespace

Floats Linear::apply(const Floats& rows, std::size_t count) const {
  Floats result(count * out, 0.0F);
  for (std::size_t r = 0; r < count && !bias.empty(); ++r) {
    std::ranges::copy(bias, result.begin() + static_cast<std::ptrdiff_t>(r * out));
  }
  engine::multiply_add(rows, weights, count, in, out, result);
  return result;
}

Floats Perceptron::apply(Floats rows, std::size_t count) const {
  for (const Hidden& layer : hidden) {
    rows = layer.linear.apply(rows, count);
    rectify(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t u = i % layer.factor.size();
      rows[i] = rows[i] * layer.factor[u] + layer.offset[u];
    }
  }
  return heads.apply(rows, count);
}

Sampler::Sampler(const Layout& layout, const Options& options, std::uint32_t most_records,
                 const engine::Weights& weights) {
  auto network = std::make_unique<Network>();
  Network& n = *network;
  n.layout = layout;
  n.options = options;
  n.most_records = most_records;
  n.attribute_width = width_of(layout.attributes);
  n.additional_width = width_of(layout.additional);
  n.record_outputs = layout.features;
  if (options.given_lengths) {
    n.lengths = weights["lengths"].values;
  } else {
    n.record_outputs.push_back({"flags", Activation::kSoftmax, kFlags});
  }
  n.record_width = width_of(n.record_outputs);
  const std::size_t given = options.given_lengths ? 1 : 0;
  n.attributes = perceptron_of(weights, "attribute", options.attribute_latent_dim + given, options,
                               n.attribute_width);
  if (n.additional_width > 0) {
    n.additional = perceptron_of(weights, "additional",
                                 n.attribute_width + options.attribute_latent_dim + given, options,
                                 n.additional_width);
  }
  const std::size_t units = options.feature_units;
  const std::size_t first = n.all_attributes() + n.step_width();
  for (std::uint32_t k = 0; k < options.feature_layers; ++k) {
    const std::string name = fmt::format("lstm.{}.", k);
    n.lstm.push_back(
        {linear_of(weights, name + "input", name + "bias", k == 0 ? first : units, 4 * units),
         linear_of(weights, name + "hidden", "", units, 4 * units)});
  }
  n.split_first_layer(n.lstm.front().input);
  for (std::uint32_t k = 0; k < options.rnn_mlp_layers; ++k) {
    const std::string name = fmt::format("mlp.{}.", k);
    n.mlp.push_back(linear_of(weights, name + "weight", name + "bias", units, units));
  }
  n.split_heads(linear_of(weights, "feature.heads.weight", "feature.heads.bias", units,
                          options.sample_len * n.record_width));
  n.take_shifts(weights);
  if (options.initial_state == InitialState::kVariable) {
    n.initial_h = tensor_of(weights, "initial.h", {options.feature_layers, units}).values;
    n.initial_c = tensor_of(weights, "initial.c", {options.feature_layers, units}).values;
  }
  network_ = std::move(network);
}

/// The gates' weights have one row an input, so a split of the inputs is one of the rows.
void Sampler::Network::split_first_layer(const Linear& whole) {
  const auto cut =
      whole.weights.begin() + static_cast<std::ptrdiff_t>(all_attributes() * whole.out);
  from_attributes = {all_attributes(), whole.out, Floats(whole.weights.begin(), cut), whole.bias};
  from_step = {step_width(), whole.out, Floats(cut, whole.weights.end()), {}};
}

/// A column of weights is a number of some record.
void Sampler::Network::split_heads(const Linear& whole) {
  for (std::size_t s = 0; s < options.sample_len; ++s) {
    Linear own{whole.in, record_width, {}, {}};
    for (std::size_t i = 0; i <= whole.in; ++i) {
      const Floats& from = i < whole.in ? whole.weights : whole.bias;
      const std::size_t row = i < whole.in ? i * whole.out : 0;
      Floats& to = i < whole.in ? own.weights : own.bias;
      const auto first = from.begin() + static_cast<std::ptrdiff_t>(row + s * record_width);
      to.insert(to.end(), first, first + static_cast<std::ptrdiff_t>(record_width));
    }
    heads.push_back(std::move(own));
  }
}

void Sampler::Network::take_shifts(const engine::Weights& weights) {
  if (!weights.has(kShifts)) {
    return;
  }
  const engine::Tensor& tensor = weights[kShifts];
  const engine::Tensor& last = weights[kLastShifts];
  const std::vector<float>& at = weights[kShiftsAt].values;
  const bool sound = tensor.shape.size() == 2 && tensor.shape[1] == step_records() &&
                     last.values.size() == tensor.shape[0] * most_records && at.size() == 1 &&
                     at[0] >= 0 && !options.given_lengths &&
                     static_cast<double>(at[0]) + static_cast<double>(tensor.shape[0]) <=
                         static_cast<double>(attribute_width);
  if (!sound) {
    throw Error(fmt::format("the weights {} do not fit the network", kShifts));
  }
  shifts = tensor.values;
  last_shifts = last.values;
  shifts_at = static_cast<std::size_t>(at[0]);
}

void Sampler::Network::shift(std::span<const float> of_flow, std::size_t s, std::size_t place,
                             std::span<float> row) const {
  const auto own = of_flow.subspan(shifts_at, shifts.size() / step_records());
  for (std::size_t option = 0; option < own.size(); ++option) {
    if (own[option] < 0.5F) {
      continue;
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] += shifts[option * step_records() + s * record_width + i];
    }
    if (place < most_records) {
      row.back() += last_shifts[option * most_records + place];
    }
  }
}

Floats Sampler::Network::told(const Floats& of_flows) const {
  const Linear& layer = from_attributes;
  const std::size_t count = of_flows.size() / layer.in;
  Floats gates(count * layer.out);
  for (std::size_t r = 0; r < count; ++r) {
    float* out = &gates[r * layer.out];
    std::copy_n(layer.bias.begin(), layer.out, out);
    for (std::size_t i = 0; i < layer.in; ++i) {
      const float factor = of_flows[r * layer.in + i];
      const float* weights = &layer.weights[i * layer.out];
      for (std::size_t o = 0; factor != 0 && o < layer.out; ++o) {
        out[o] += factor * weights[o];
      }
    }
  }
  return gates;
}

/// Lengths between those of the training data, at quantiles drawn uniformly.
void Sampler::Network::draw_lengths(std::size_t count, Random& random, FlowHeads& drawn) const {
  for (std::size_t i = 0; i < count; ++i) {
    const double quantile = random.uniform();
    const double place = quantile * static_cast<double>(lengths.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, lengths.size() - 1);
    const double part = place - static_cast<double>(below);
    const double length = (1 - part) * lengths[below] + part * lengths[above];
    drawn.records.push_back(static_cast<std::uint32_t>(std::max(1.0, std::round(length))));
    drawn.lengths.push_back(static_cast<float>(
        options.uniform_lengths ? quantile : length / static_cast<double>(most_records)));
  }
}

void Sampler::Network::add_additional(FlowHeads& drawn, Random& random) const {
  const std::size_t count = drawn.attributes.size() / all_attributes();
  const std::size_t latent = options.attribute_latent_dim;
  const std::size_t width = attribute_width + latent + (options.given_lengths ? 1 : 0);
  Floats input(count * width);
  for (std::size_t r = 0; r < count; ++r) {
    std::copy_n(drawn.attributes.begin() + static_cast<std::ptrdiff_t>(r * all_attributes()),
                attribute_width, input.begin() + static_cast<std::ptrdiff_t>(r * width));
  }
  put_beside(noise(count * latent, options.attribute_noise, random), latent, attribute_width, width,
             input);
  put_beside(drawn.lengths, options.given_lengths ? 1 : 0, attribute_width + latent, width, input);
  Floats made = additional.apply(std::move(input), count);
  for (std::size_t r = 0; r < count; ++r) {
    activate(layout.additional, std::span(made).subspan(r * additional_width, additional_width));
  }
  put_beside(made, additional_width, attribute_width, all_attributes(), drawn.attributes);
}

void rectify(Floats& values) {
  for (float& value : values) {
    value = std::max(value, 0.0F);
  }
}

float sigmoid(float x) {
  return 1 / (1 + std::exp(-x));
}

void activate(const Outputs& outputs, std::span<float> row) {
  std::size_t at = 0;
  for (const Output& output : outputs) {
    const auto own = row.subspan(at, output.width);
    if (output.activation == Activation::kSoftmax) {
      softmax(own);
    } else {
      for (float& value : own) {
        value = output.activation == Activation::kTanh ? std::tanh(value) : sigmoid(value);
      }
    }
    at += output.width;
  }
}

void harden(const Outputs& outputs, std::span<float> row) {
  std::size_t at = 0;
  for (const Output& output : outputs) {
    if (output.activation == Activation::kSoftmax) {
      const auto own = row.subspan(at, output.width);
      const auto most = std::ranges::max_element(own) - own.begin();
      std::ranges::fill(own, 0.0F);
      own[static_cast<std::size_t>(most)] = 1;
    }
    at += output.width;
  }
}

void put_beside(const Floats& rows, std::size_t width, std::size_t at, std::size_t stride,
                Floats& to) {
  for (std::size_t r = 0; width > 0 && r < rows.size() / width; ++r) {
    std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(r * width), width,
                to.begin() + static_cast<std::ptrdiff_t>(r * stride + at));
  }
}

Floats noise(std::size_t count, Noise kind, Random& random) {
  Floats values(count);
  for (float& value : values) {
    value = static_cast<float>(kind == Noise::kNormal ? random.normal() : random.uniform());
  }
  return values;
}

}  // namespace tracetwin::doppelganger
