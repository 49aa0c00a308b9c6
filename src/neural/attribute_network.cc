#include "neural/attribute_network.h"

#include <fmt/format.h>

namespace tracetwin::neural {
namespace {

constexpr double kSpread = 0.02;  // of the first weights
constexpr double kVarianceFloor = 1e-5;

}  // namespace

AttributeNetwork::AttributeNetwork(std::string name, const Size& size, Heads heads)
    : name_(std::move(name)), size_(size), heads_(std::move(heads)) {}

std::string AttributeNetwork::of(std::int64_t layer, const char* what) const {
  return fmt::format("{}.{}.{}", name_, layer, what);
}

std::vector<Shape> AttributeNetwork::shapes() const {
  std::vector<Shape> shapes;
  std::int64_t in = size_.in;
  for (std::int64_t layer = 0; layer + 1 < size_.layers; ++layer) {
    shapes.push_back({of(layer, "weight"), {size_.units, in}});
    shapes.push_back({of(layer, "bias"), {size_.units}});
    shapes.push_back({of(layer, "scale"), {size_.units}});
    shapes.push_back({of(layer, "shift"), {size_.units}});
    in = size_.units;
  }
  shapes.push_back({name_ + ".heads.weight", {heads_.width(), in}});
  shapes.push_back({name_ + ".heads.bias", {heads_.width()}});
  return shapes;
}

std::vector<Shape> AttributeNetwork::buffer_shapes() const {
  std::vector<Shape> shapes;
  for (std::int64_t layer = 0; layer + 1 < size_.layers; ++layer) {
    shapes.push_back({of(layer, "mean"), {size_.units}});
    shapes.push_back({of(layer, "variance"), {size_.units}});
  }
  return shapes;
}

void AttributeNetwork::initialise(Parameters& parameters, Parameters& buffers, Draws& draws) {
  for (const Shape& shape : parameters.shapes()) {
    at::Tensor values = parameters[shape.name].detach();
    if (shape.name.ends_with(".weight")) {
      values.copy_(draws.normal(shape.sides[0], shape.sides[1]).mul_(kSpread));
    } else if (shape.name.ends_with(".scale")) {
      values.fill_(1);
    }
  }
  for (const Shape& shape : buffers.shapes()) {
    at::Tensor values = buffers[shape.name];
    values.fill_(shape.name.ends_with(".variance") ? 1 : 0);
  }
}

at::Tensor AttributeNetwork::forward(at::Tensor rows, const Parameters& parameters,
                                     const Parameters& buffers, double momentum) const {
  for (std::int64_t layer = 0; layer + 1 < size_.layers; ++layer) {
    const at::Tensor sums =
        at::addmm(parameters[of(layer, "bias")], rows, parameters[of(layer, "weight")].t());
    rows = at::batch_norm(at::relu(sums), parameters[of(layer, "scale")],
                          parameters[of(layer, "shift")], buffers[of(layer, "mean")],
                          buffers[of(layer, "variance")], true, momentum, kVarianceFloor, true);
  }
  return heads_.soft(
      at::addmm(parameters[name_ + ".heads.bias"], rows, parameters[name_ + ".heads.weight"].t()));
}

}  // namespace tracetwin::neural
