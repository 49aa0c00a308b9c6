#include "neural/parameters.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace tracetwin::neural {
namespace {

constexpr std::uint64_t kDigit = 1U << 20;  // a float32 holds whole numbers up to 2^24 only

std::int64_t size_of(const Shape& shape) {
  std::int64_t size = 1;
  for (const std::int64_t side : shape.sides) {
    size *= side;
  }
  return size;
}

/// Views of a buffer, detached so that each is a leaf of autograd.
std::map<std::string, at::Tensor> cut(const at::Tensor& flat, const std::vector<Shape>& shapes) {
  std::map<std::string, at::Tensor> views;
  std::int64_t at = 0;
  for (const Shape& shape : shapes) {
    const std::int64_t size = size_of(shape);
    views[shape.name] = flat.narrow(0, at, size).view(shape.sides).detach();
    at += size;
  }
  return views;
}

}  // namespace

Parameters::Parameters(std::vector<Shape> shapes, const Kind& kind) : shapes_(std::move(shapes)) {
  std::int64_t size = 0;
  for (const Shape& shape : shapes_) {
    size += size_of(shape);
  }
  flat_ = at::zeros({size}, kind);
  flat_gradient_ = at::zeros({size}, kind);
  values_ = cut(flat_, shapes_);
  gradients_ = cut(flat_gradient_, shapes_);
}

void Parameters::record_gradients() {
  for (auto& [name, value] : values_) {
    value.requires_grad_(true);
    value.mutable_grad() = gradients_.at(name);
  }
}

void Parameters::save(const std::string& prefix, engine::Weights& weights) const {
  for (const Shape& shape : shapes_) {
    weights.add(to_weights(prefix + shape.name, values_.at(shape.name)));
  }
}

void Parameters::load(const std::string& prefix, const engine::Weights& weights) {
  for (const Shape& shape : shapes_) {
    from_weights(weights, prefix + shape.name, values_.at(shape.name).detach());
  }
}

engine::Tensor digits(const std::string& name, std::initializer_list<std::uint64_t> numbers) {
  engine::Tensor tensor{name, {2 * numbers.size()}, {}};
  for (const std::uint64_t number : numbers) {
    tensor.values.push_back(static_cast<float>(number / kDigit));
    tensor.values.push_back(static_cast<float>(number % kDigit));
  }
  return tensor;
}

std::uint64_t number_at(const engine::Tensor& tensor, std::size_t i) {
  return static_cast<std::uint64_t>(tensor.values.at(2 * i)) * kDigit +
         static_cast<std::uint64_t>(tensor.values.at(2 * i + 1));
}

engine::Tensor to_weights(const std::string& name, const at::Tensor& tensor) {
  const at::Tensor here = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  engine::Tensor saved{name, {}, {}};
  for (const std::int64_t side : here.sizes()) {
    saved.shape.push_back(static_cast<std::uint64_t>(side));
  }
  const float* values = here.data_ptr<float>();
  saved.values.assign(values, values + here.numel());
  return saved;
}

void from_weights(const engine::Weights& weights, const std::string& name, at::Tensor tensor) {
  const engine::Tensor& saved = weights[name];
  const std::vector<std::int64_t> shape(saved.shape.begin(), saved.shape.end());
  if (tensor.sizes() != at::IntArrayRef(shape)) {
    throw Error(fmt::format("the weights \"{}\" are of a network of another shape", name),
                "Continue with the options with which the weights were trained.");
  }
  at::Tensor here = at::empty(shape, at::kFloat);
  std::ranges::copy(saved.values, here.data_ptr<float>());
  tensor.copy_(here);
}

}  // namespace tracetwin::neural
