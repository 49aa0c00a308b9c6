#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>
#include <span>
#include <utility>

#include "base/softmax.h"
#include "evaluate/learn/network.h"

namespace tracetwin::evaluate {
namespace {

constexpr int kIterations = 300;
constexpr std::size_t kMemory = 10;
constexpr double kSmallGradient = 1e-4;

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Weights class by class: one a feature, then the intercept, which the ridge leaves alone.
class Loss {
 public:
  explicit Loss(const Labelled& data) : data_(data), width_(data.features.columns + 1) {}

  std::size_t size() const { return data_.classes * width_; }

  /// The logarithms of the classes' odds in `row`, up to a constant.
  void scores(const Vector& weights, std::span<const float> row, Vector& found) const {
    for (std::size_t c = 0; c < found.size(); ++c) {
      const double* own = &weights[c * width_];
      double sum = own[width_ - 1];
      for (std::size_t i = 0; i + 1 < width_; ++i) {
        sum += own[i] * row[i];
      }
      found[c] = sum;
    }
  }

  double operator()(const Vector& weights, Vector& gradient) const {
    std::ranges::fill(gradient, 0.0);
    double loss = 0;
    Vector shares(data_.classes);
    for (std::size_t at = 0; at < data_.features.rows(); ++at) {
      const auto row = data_.features.row(at);
      scores(weights, row, shares);
      loss += loss_of(shares, data_.labels[at]);
      shares[data_.labels[at]] -= 1;
      for (std::size_t c = 0; c < shares.size(); ++c) {
        double* own = &gradient[c * width_];
        for (std::size_t i = 0; i + 1 < width_; ++i) {
          own[i] += shares[c] * row[i];
        }
        own[width_ - 1] += shares[c];
      }
    }
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (i % width_ + 1 < width_) {
        loss += weights[i] * weights[i] / 2;
        gradient[i] += weights[i];
      }
    }
    return loss;
  }

 private:
  /// Turns scores into shares; the loss of the right class.
  static double loss_of(Vector& scores, std::uint32_t label) {
    const double right = scores[label];
    return softmax(std::span<double>(scores)) - right;
  }

  const Labelled& data_;
  std::size_t width_;
};

/// A step and the change of the gradient that it made.
struct Step {
  Vector moved;
  Vector turned;
  double product;
};

/// The two-loop recursion: the gradient times an approximate inverse Hessian.
Vector direction(const std::deque<Step>& steps, Vector gradient) {
  std::vector<double> factors;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    factors.push_back(dot(step->moved, gradient) / step->product);
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      gradient[i] -= factors.back() * step->turned[i];
    }
  }
  if (!steps.empty()) {
    const double scale = steps.back().product / dot(steps.back().turned, steps.back().turned);
    for (double& value : gradient) {
      value *= scale;
    }
  }
  for (const Step& step : steps) {
    const double factor = factors.back() - dot(step.turned, gradient) / step.product;
    factors.pop_back();
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      gradient[i] += factor * step.moved[i];
    }
  }
  return gradient;
}

/// Minimises by L-BFGS with halved steps until the loss falls enough (Armijo).
Vector minimum(const Loss& loss) {
  Vector weights(loss.size());
  Vector gradient(loss.size());
  Vector next_gradient(loss.size());
  std::deque<Step> steps;
  double value = loss(weights, gradient);
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    const Vector way = direction(steps, gradient);
    const double slope = dot(way, gradient);
    double length = steps.empty() ? 1 / std::max(1.0, std::sqrt(dot(gradient, gradient))) : 1;
    Vector next = weights;
    double next_value = value;
    for (int tries = 0; tries < 30; ++tries, length /= 2) {
      for (std::size_t i = 0; i < weights.size(); ++i) {
        next[i] = weights[i] - length * way[i];
      }
      next_value = loss(next, next_gradient);
      if (next_value <= value - 1e-4 * length * slope) {
        break;
      }
    }
    if (!(next_value < value)) {
      break;
    }
    Step step{next, next_gradient, 0};
    for (std::size_t i = 0; i < weights.size(); ++i) {
      step.moved[i] -= weights[i];
      step.turned[i] -= gradient[i];
    }
    step.product = dot(step.moved, step.turned);
    if (step.product > 0) {
      steps.push_back(std::move(step));
    }
    if (steps.size() > kMemory) {
      steps.pop_front();
    }
    weights = std::move(next);
    gradient.swap(next_gradient);
    value = next_value;
    const auto [low, high] = std::ranges::minmax(gradient);
    if (std::max(-low, high) < kSmallGradient) {
      break;
    }
  }
  return weights;
}

}  // namespace

std::vector<std::uint32_t> classify_by_regression(const Labelled& data, const Matrix& asked) {
  const Loss loss(data);
  const Vector weights = minimum(loss);
  std::vector<std::uint32_t> classes;
  Vector scores(data.classes);
  for (std::size_t row = 0; row < asked.rows(); ++row) {
    loss.scores(weights, asked.row(row), scores);
    classes.push_back(
        static_cast<std::uint32_t>(std::ranges::max_element(scores) - scores.begin()));
  }
  return classes;
}

}  // namespace tracetwin::evaluate
