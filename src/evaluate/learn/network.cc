// Rows of a batch are multiplied with whole rows of weights, so that the innermost loops run over
// neighbouring floats. Letters: B rows of a batch, I inputs, H hidden units, C classes.
#include "evaluate/learn/network.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "base/random.h"
#include "base/softmax.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kHidden = 100;
constexpr std::size_t kBatch = 200;
constexpr std::size_t kRowsToStopEarly = 2000;
constexpr int kPatience = 10;
constexpr double kTolerance = 1e-4;
constexpr double kRate = 1e-3;
constexpr double kRidge = 1e-4;

using Floats = std::vector<float>;

/// out (B x N) += in (B x M) * weights (M x N)
void multiply(const float* in, const Floats& weights, std::size_t rows, std::size_t m,
              std::size_t n, float* out) {
  for (std::size_t b = 0; b < rows; ++b) {
    for (std::size_t i = 0; i < m; ++i) {
      const float factor = in[b * m + i];
      const float* from = &weights[i * n];
      float* to = out + b * n;
      for (std::size_t j = 0; j < n && factor != 0; ++j) {
        to[j] += factor * from[j];
      }
    }
  }
}

/// gradient (M x N) += in (B x M), transposed, * errors (B x N)
void accumulate(const float* in, const Floats& errors, std::size_t rows, std::size_t m,
                std::size_t n, Floats& gradient) {
  for (std::size_t b = 0; b < rows; ++b) {
    for (std::size_t i = 0; i < m; ++i) {
      const float factor = in[b * m + i];
      const float* from = &errors[b * n];
      float* to = &gradient[i * n];
      for (std::size_t j = 0; j < n && factor != 0; ++j) {
        to[j] += factor * from[j];
      }
    }
  }
}

/// Weights that Adam moves.
class Parameters {
 public:
  explicit Parameters(std::size_t size)
      : values(size), gradient(size), mean_(size), square_(size) {}

  void fill(double bound, Random& random) {
    for (float& value : values) {
      value = static_cast<float>((2 * random.uniform() - 1) * bound);
    }
  }

  void step(double rate, double ridge) {
    constexpr float kMeanDecay = 0.9F;
    constexpr float kSquareDecay = 0.999F;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float slope = gradient[i] + static_cast<float>(ridge) * values[i];
      mean_[i] = kMeanDecay * mean_[i] + (1 - kMeanDecay) * slope;
      square_[i] = kSquareDecay * square_[i] + (1 - kSquareDecay) * slope * slope;
      values[i] -= static_cast<float>(rate) * mean_[i] / (std::sqrt(square_[i]) + 1e-8F);
      gradient[i] = 0;
    }
  }

  Floats values;
  Floats gradient;

 private:
  Floats mean_;
  Floats square_;
};

class Network {
 public:
  Network(std::size_t inputs, std::size_t classes, Random& random)
      : inputs_(inputs),
        classes_(classes),
        parts_{Parameters(inputs * kHidden), Parameters(kHidden), Parameters(kHidden * classes),
               Parameters(classes)} {
    const double in = std::sqrt(6.0 / static_cast<double>(inputs + kHidden));
    const double out = std::sqrt(6.0 / static_cast<double>(kHidden + classes));
    parts_[0].fill(in, random);
    parts_[1].fill(in, random);
    parts_[2].fill(out, random);
    parts_[3].fill(out, random);
  }

  void learn(const Matrix& rows, std::span<const std::uint32_t> labels) {
    const std::size_t count = rows.rows();
    forward(rows.values.data(), count);
    score_shares(count);
    for (std::size_t b = 0; b < count; ++b) {
      out_[b * classes_ + labels[b]] -= 1;
    }
    for (float& error : out_) {
      error /= static_cast<float>(count);
    }
    backward(rows.values.data(), count);
    ++steps_;
    const double rate =
        kRate * std::sqrt(1 - std::pow(0.999, steps_)) / (1 - std::pow(0.9, steps_));
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      parts_[i].step(rate, i % 2 == 0 ? kRidge / static_cast<double>(count) : 0);
    }
  }

  std::vector<std::uint32_t> classes(const Matrix& rows) {
    std::vector<std::uint32_t> found;
    for (std::size_t begin = 0; begin < rows.rows(); begin += kBatch) {
      const std::size_t count = std::min(kBatch, rows.rows() - begin);
      forward(&rows.values[begin * inputs_], count);
      for (std::size_t b = 0; b < count; ++b) {
        const auto from = out_.begin() + static_cast<std::ptrdiff_t>(b * classes_);
        const auto best = std::max_element(from, from + static_cast<std::ptrdiff_t>(classes_));
        found.push_back(static_cast<std::uint32_t>(best - from));
      }
    }
    return found;
  }

 private:
  static Floats repeated(const Floats& values, std::size_t times) {
    Floats all;
    all.reserve(values.size() * times);
    for (std::size_t i = 0; i < times; ++i) {
      all.insert(all.end(), values.begin(), values.end());
    }
    return all;
  }

  void forward(const float* rows, std::size_t count) {
    hidden_ = repeated(parts_[1].values, count);
    multiply(rows, parts_[0].values, count, inputs_, kHidden, hidden_.data());
    for (float& value : hidden_) {
      value = std::max(value, 0.0F);
    }
    out_ = repeated(parts_[3].values, count);
    multiply(hidden_.data(), parts_[2].values, count, kHidden, classes_, out_.data());
  }

  void score_shares(std::size_t count) {
    for (std::size_t b = 0; b < count; ++b) {
      softmax(std::span<float>(&out_[b * classes_], classes_));
    }
  }

  /// `out_` holds the errors of the scores.
  void backward(const float* rows, std::size_t count) {
    accumulate(hidden_.data(), out_, count, kHidden, classes_, parts_[2].gradient);
    Floats errors(count * kHidden);
    for (std::size_t b = 0; b < count; ++b) {
      for (std::size_t c = 0; c < classes_; ++c) {
        parts_[3].gradient[c] += out_[b * classes_ + c];
      }
      for (std::size_t h = 0; h < kHidden; ++h) {
        float sum = 0;
        for (std::size_t c = 0; c < classes_; ++c) {
          sum += out_[b * classes_ + c] * parts_[2].values[h * classes_ + c];
        }
        errors[b * kHidden + h] = hidden_[b * kHidden + h] > 0 ? sum : 0;
        parts_[1].gradient[h] += errors[b * kHidden + h];
      }
    }
    accumulate(rows, errors, count, inputs_, kHidden, parts_[0].gradient);
  }

  std::size_t inputs_;
  std::size_t classes_;
  std::array<Parameters, 4> parts_;  ///< I x H, H, H x C, C
  Floats hidden_;                    ///< B x H
  Floats out_;                       ///< B x C: scores, then errors
  int steps_ = 0;
};

std::vector<std::uint32_t> picked(const std::vector<std::uint32_t>& values,
                                  std::span<const std::uint32_t> rows) {
  std::vector<std::uint32_t> some;
  for (const std::uint32_t row : rows) {
    some.push_back(values[row]);
  }
  return some;
}

double accuracy(Network& network, const Labelled& data, std::span<const std::uint32_t> rows) {
  const auto found = network.classes(rows_of(data.features, rows));
  std::size_t right = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    right += found[i] == data.labels[rows[i]] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(rows.size());
}

void run_epoch(Network& network, const Labelled& data, std::span<std::uint32_t> rows,
               Random& random) {
  random.shuffle(rows);
  for (std::size_t begin = 0; begin < rows.size(); begin += kBatch) {
    const auto batch = rows.subspan(begin, std::min(kBatch, rows.size() - begin));
    network.learn(rows_of(data.features, batch), picked(data.labels, batch));
  }
}

}  // namespace

std::vector<std::uint32_t> classify_by_network(const Labelled& data, const Matrix& asked,
                                               const NetworkSettings& settings) {
  Random random(settings.seed);
  Network network(data.features.columns, data.classes, random);
  std::vector<std::uint32_t> rows(data.features.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  random.shuffle(std::span(rows));
  const bool stops_early = rows.size() > kRowsToStopEarly;
  const std::size_t kept = stops_early ? rows.size() / 10 : 0;
  const std::span<std::uint32_t> held(rows.data(), kept);
  const std::span<std::uint32_t> learned(rows.data() + kept, rows.size() - kept);
  Network best = network;
  double best_accuracy = -1;
  int without_gain = 0;
  for (int epoch = 0; epoch < settings.epochs && without_gain <= kPatience; ++epoch) {
    run_epoch(network, data, learned, random);
    if (!stops_early) {
      continue;
    }
    const double reached = accuracy(network, data, held);
    without_gain = reached > best_accuracy + kTolerance ? 0 : without_gain + 1;
    if (reached > best_accuracy) {
      best_accuracy = reached;
      best = network;
    }
  }
  return (stops_early ? best : network).classes(asked);
}

}  // namespace tracetwin::evaluate
