#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "engine/autoregressive/job.h"
#include "engine/autoregressive/layout.h"
#include "engine/weights.h"

namespace tracetwin::test {

/// Weights of a network of tokens, drawn and not learned.
inline engine::Tensor drawn(const std::string& name, std::vector<std::uint64_t> shape,
                            Random& random) {
  engine::Tensor tensor{name, shape, {}};
  std::uint64_t size = 1;
  for (const std::uint64_t side : shape) {
    size *= side;
  }
  for (std::uint64_t i = 0; i < size; ++i) {
    tensor.values.push_back(static_cast<float>(random.normal()));
  }
  return tensor;
}

inline engine::Weights drawn_weights(const autoregressive::Layout& layout,
                                     const autoregressive::Options& options) {
  Random random(1);
  engine::Weights weights;
  const std::uint64_t points = options.embedding;
  const std::uint64_t units = options.hidden;
  weights.add(drawn("embedding", {first_value(layout, layout.size()) + 1, points}, random));
  for (std::size_t t = 0; t < layout.size(); ++t) {
    const std::string name = std::to_string(t);
    const std::uint64_t choices = layout[t].choices;
    if (layout[t].given) {
      continue;
    }
    if (t > 0) {
      weights.add(
          drawn(name + ".hidden.weight", {reads_of(layout, t).size() * points, units}, random));
      weights.add(drawn(name + ".hidden.bias", {units}, random));
      weights.add(drawn(name + ".out.weight", {units, choices}, random));
    }
    weights.add(drawn(name + ".out.bias", {choices}, random));
  }
  return weights;
}

}  // namespace tracetwin::test
