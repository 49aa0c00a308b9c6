#pragma once

#include <string>
#include <vector>

#include "neural/draws.h"
#include "neural/heads.h"
#include "neural/parameters.h"

namespace tracetwin::neural {

/// (linear, ReLU, batch normalisation) x (layers - 1), linear heads: makes the attributes of flows,
/// and the additional ones. Weights are called NAME.K.weight, .bias, .scale, .shift (and .mean,
/// .variance of the normalisation), NAME.heads.weight, .bias.
class AttributeNetwork {
 public:
  struct Size {
    std::int64_t in, units, layers;
  };
  AttributeNetwork(std::string name, const Size& size, Heads heads);

  std::vector<Shape> shapes() const;
  /// Of the means and variances that stand for those of a batch when a model is used.
  std::vector<Shape> buffer_shapes() const;
  static void initialise(Parameters& parameters, Parameters& buffers, Draws& draws);
  /// Normalises with the batch's own mean and variance, and moves the kept ones by `momentum`
  /// towards them.
  at::Tensor forward(at::Tensor rows, const Parameters& parameters, const Parameters& buffers,
                     double momentum) const;
  const Heads& heads() const { return heads_; }

 private:
  std::string of(std::int64_t layer, const char* what) const;

  std::string name_;
  Size size_;
  Heads heads_;
};

}  // namespace tracetwin::neural
