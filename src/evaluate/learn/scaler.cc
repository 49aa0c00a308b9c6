#include <cmath>

#include "evaluate/learn/network.h"

namespace tracetwin::evaluate {

Scaler::Scaler(const Matrix& features) : means_(features.columns), deviations_(features.columns) {
  const auto rows = static_cast<double>(features.rows());
  for (std::size_t row = 0; row < features.rows(); ++row) {
    for (std::size_t i = 0; i < features.columns; ++i) {
      means_[i] += features.row(row)[i] / rows;
    }
  }
  for (std::size_t row = 0; row < features.rows(); ++row) {
    for (std::size_t i = 0; i < features.columns; ++i) {
      const double off = features.row(row)[i] - means_[i];
      deviations_[i] += off * off / rows;
    }
  }
  for (double& deviation : deviations_) {
    deviation = deviation > 0 ? std::sqrt(deviation) : 1;
  }
}

Matrix Scaler::operator()(const Matrix& features) const {
  Matrix scaled = features;
  for (std::size_t at = 0; at < scaled.values.size(); ++at) {
    const std::size_t i = at % features.columns;
    scaled.values[at] = static_cast<float>((scaled.values[at] - means_[i]) / deviations_[i]);
  }
  return scaled;
}

}  // namespace tracetwin::evaluate
