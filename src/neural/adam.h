#pragma once

#include "neural/parameters.h"

namespace tracetwin::neural {

struct AdamOptions {
  double rate = 1e-4;
  double beta1 = 0.5;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  bool amsgrad = false;
};

/// Adam (Kingma and Ba 2015) and AMSGrad (Reddi et al. 2018) over one flat buffer, in place. On the
/// CPU, float32 runs through the four or five arrays once.
class Adam {
 public:
  Adam(const AdamOptions& options, const at::Tensor& flat);

  void step(at::Tensor& values, const at::Tensor& gradient);
  void save(const std::string& prefix, engine::Weights& weights) const;
  void load(const std::string& prefix, const engine::Weights& weights);

 private:
  void step_by_tensors(at::Tensor& values, const at::Tensor& gradient, double rate,
                       double correction);

  AdamOptions options_;
  std::int64_t steps_ = 0;
  at::Tensor mean_, square_, largest_;  ///< `largest_` is empty without amsgrad
};

}  // namespace tracetwin::neural
