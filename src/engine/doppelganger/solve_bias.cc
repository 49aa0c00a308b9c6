#include "engine/doppelganger/solve_bias.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

namespace tracetwin::doppelganger {
namespace {

constexpr int kSweeps = 20;
constexpr double kCloseEnough = 1e-3;  // share of the draws in the wrong option

/// What to add to something that is above the thresholds `gaps` so far, so that it is above as many
/// as `above` of them. Reorders them.
float between(std::vector<float>& gaps, std::size_t above) {
  if (above == 0) {
    const float least = *std::ranges::min_element(gaps);
    return least - std::max(1.0F, std::abs(least)) / 1024;
  }
  if (above == gaps.size()) {
    const float most = *std::ranges::max_element(gaps);
    return most + std::max(1.0F, std::abs(most)) / 1024;
  }
  const auto next = gaps.begin() + static_cast<std::ptrdiff_t>(above);
  std::ranges::nth_element(gaps, next);
  return std::midpoint(*std::max_element(gaps.begin(), next), *next);
}

/// Rows of logits, each of which belongs to its largest option.
class Cells {
 public:
  Cells(std::span<const float> logits, std::span<const double> target)
      : options_(target.size()),
        rows_(logits.size() / options_),
        logits_(options_, std::vector<float>(rows_.size())),
        bias_(options_, 0.0F),
        gaps_(rows_.size()) {
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      for (std::size_t o = 0; o < options_; ++o) {
        logits_[o][row] = logits[row * options_ + o];
      }
    }
    for (const double share : target) {
      wanted_.push_back(
          static_cast<std::size_t>(std::llround(share * static_cast<double>(rows_.size()))));
    }
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      look_at(row);
    }
  }

  /// Gives each option in turn the bias with which as many rows are its own as are wanted, those of
  /// the others given.
  void sweep() {
    std::vector<std::size_t> order(options_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::vector<std::size_t> made = counts();
    std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t o) {
      return made[o] > wanted_[o] ? made[o] - wanted_[o] : wanted_[o] - made[o];
    });
    std::ranges::for_each(order, [&](std::size_t option) { settle(option); });
  }

  /// Share of the rows in a wrong option.
  double distance() const {
    const std::vector<std::size_t> made = counts();
    std::size_t wrong = 0;
    for (std::size_t o = 0; o < options_; ++o) {
      wrong += made[o] > wanted_[o] ? made[o] - wanted_[o] : wanted_[o] - made[o];
    }
    return static_cast<double>(wrong) / 2 / static_cast<double>(rows_.size());
  }
  const std::vector<float>& bias() const { return bias_; }

 private:
  struct Row {
    std::uint32_t first = 0;   ///< its largest option
    std::uint32_t second = 0;  ///< the next; the same as the first where there is one alone
    float most = 0;
    float next = 0;
  };

  void look_at(std::size_t index) {
    Row row;
    row.most = row.next = -std::numeric_limits<float>::infinity();
    for (std::size_t o = 0; o < options_; ++o) {
      place(row, static_cast<std::uint32_t>(o), logits_[o][index] + bias_[o]);
    }
    rows_[index] = row;
  }

  static void place(Row& row, std::uint32_t option, float value) {
    if (value > row.most) {
      row.second = std::exchange(row.first, option);
      row.next = std::exchange(row.most, value);
    } else if (value > row.next) {
      row.second = option;
      row.next = value;
    }
  }

  void settle(std::size_t option) {
    const std::vector<float>& own = logits_[option];
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const Row& row = rows_[i];
      gaps_[i] = (row.first == option ? row.next : row.most) - own[i];
    }
    bias_[option] = between(gaps_, wanted_[option]);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      move(i, static_cast<std::uint32_t>(option), own[i] + bias_[option]);
    }
  }

  /// The value of one option has changed. A third one is looked for only where it may matter.
  void move(std::size_t index, std::uint32_t option, float value) {
    Row& row = rows_[index];
    if (row.first == option && value >= row.next) {
      row.most = value;
    } else if (row.first == option || (row.second == option && value < row.next)) {
      look_at(index);
    } else if (row.second == option) {
      row.next = value;
      if (value > row.most) {
        std::swap(row.first, row.second);
        std::swap(row.most, row.next);
      }
    } else {
      place(row, option, value);
    }
  }

  std::vector<std::size_t> counts() const {
    std::vector<std::size_t> made(options_, 0);
    for (const Row& row : rows_) {
      ++made[row.first];
    }
    return made;
  }

  std::size_t options_;
  std::vector<Row> rows_;
  std::vector<std::vector<float>> logits_;  ///< by option, then by row
  std::vector<float> bias_;
  std::vector<float> gaps_;
  std::vector<std::size_t> wanted_;
};

}  // namespace

std::vector<float> bias_of_choice(std::span<const float> logits, std::span<const double> target) {
  if (target.size() < 2) {
    return std::vector<float>(target.size(), 0.0F);
  }
  Cells cells(logits, target);
  std::vector<float> best = cells.bias();
  double least = cells.distance();
  for (int sweep = 0; sweep < kSweeps && least > kCloseEnough; ++sweep) {
    cells.sweep();
    if (const double now = cells.distance(); now < least) {
      least = now;
      best = cells.bias();
    }
  }
  return best;
}

float bias_of_margin(std::vector<float>& margins, double above) {
  for (float& margin : margins) {
    margin = -margin;
  }
  return between(
      margins, static_cast<std::size_t>(std::llround(above * static_cast<double>(margins.size()))));
}

Line line_between(std::span<const float> made, std::span<const float> wanted) {
  constexpr double kLeastFactor = 0.1;
  const auto n = static_cast<double>(made.size());
  double x = 0;
  double y = 0;
  double xx = 0;
  double xy = 0;
  for (std::size_t q = 0; q < made.size(); ++q) {
    x += static_cast<double>(made[q]) / n;
    y += static_cast<double>(wanted[q]) / n;
  }
  for (std::size_t q = 0; q < made.size(); ++q) {
    const double off = static_cast<double>(made[q]) - x;
    xx += off * off;
    xy += off * (static_cast<double>(wanted[q]) - y);
  }
  if (!(xx > 0)) {
    return {};
  }
  const double factor = std::max(kLeastFactor, xy / xx);
  return {static_cast<float>(factor), static_cast<float>(y - factor * x)};
}

}  // namespace tracetwin::doppelganger
