#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/weights.h"
#include "neural/torch.h"

namespace tracetwin::neural {

/// What kind of numbers and on which device.
using Kind = at::TensorOptions;

struct Shape {
  std::string name;
  std::vector<std::int64_t> sides;
};

/// Tensors that lie back to back in one buffer, so that an optimiser walks over one array, and with
/// a second buffer for their gradients. The tensors handed out are views.
class Parameters {
 public:
  Parameters(std::vector<Shape> shapes, const Kind& kind);

  /// Throws std::out_of_range for a name that was not given.
  const at::Tensor& operator[](const std::string& name) const { return values_.at(name); }
  at::Tensor gradient(const std::string& name) const { return gradients_.at(name); }
  const std::vector<Shape>& shapes() const { return shapes_; }

  at::Tensor& flat() { return flat_; }
  const at::Tensor& flat() const { return flat_; }
  at::Tensor& flat_gradient() { return flat_gradient_; }

  /// Makes autograd add what it finds to the buffer of gradients.
  void record_gradients();
  /// Adds the tensors, in order, as float32, under `prefix` + name.
  void save(const std::string& prefix, engine::Weights& weights) const;
  /// Throws Error when one is missing or has another shape.
  void load(const std::string& prefix, const engine::Weights& weights);

 private:
  std::vector<Shape> shapes_;
  at::Tensor flat_, flat_gradient_;
  std::map<std::string, at::Tensor> values_, gradients_;
};

/// Whole numbers, exactly, beside weights; and one of them back.
engine::Tensor digits(const std::string& name, std::initializer_list<std::uint64_t> numbers);
std::uint64_t number_at(const engine::Tensor& tensor, std::size_t i);

engine::Tensor to_weights(const std::string& name, const at::Tensor& tensor);
/// Copies into `tensor`; throws Error as load() does.
void from_weights(const engine::Weights& weights, const std::string& name, at::Tensor tensor);

}  // namespace tracetwin::neural
