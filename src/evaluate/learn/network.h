#pragma once

#include <cstdint>
#include <vector>

#include "evaluate/learn/matrix.h"

namespace tracetwin::evaluate {

/// Centres and scales each column to the mean 0 and deviation 1 of the rows it was made of.
class Scaler {
 public:
  explicit Scaler(const Matrix& features);
  Matrix operator()(const Matrix& features) const;

 private:
  std::vector<double> means_;
  std::vector<double> deviations_;
};

/// Multinomial logistic regression with a ridge of 1/2 |w|^2 beside the summed loss, minimised by
/// L-BFGS (Liu and Nocedal 1989). Classes of `asked`. Features should be scaled.
std::vector<std::uint32_t> classify_by_regression(const Labelled& data, const Matrix& asked);

/// How the network is trained.
struct NetworkSettings {
  int epochs = 60;
  std::uint64_t seed = 0;
};

/// A network with one hidden layer of 100 rectified units, trained by Adam (Kingma and Ba 2015) in
/// batches of 200 rows. From 2,000 rows on, a tenth is kept apart and training stops when accuracy
/// there has not grown for ten epochs. Classes of `asked`. Features should be scaled.
std::vector<std::uint32_t> classify_by_network(const Labelled& data, const Matrix& asked,
                                               const NetworkSettings& settings);

}  // namespace tracetwin::evaluate
