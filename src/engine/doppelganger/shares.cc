#include "engine/doppelganger/shares.h"

#include <algorithm>
#include <utility>

namespace tracetwin::doppelganger {

std::vector<Choice> choices_of(const Outputs& outputs) {
  std::vector<Choice> choices;
  std::size_t at = 0;
  for (const Output& output : outputs) {
    if (output.activation == Activation::kSoftmax) {
      choices.push_back({at, output.width});
    }
    at += output.width;
  }
  return choices;
}

Shares::Shares(std::vector<Choice> choices) : choices_(std::move(choices)) {
  for (const Choice& choice : choices_) {
    sums_.emplace_back(choice.width, 0.0);
  }
}

void Shares::add(std::span<const float> row, double weight) {
  for (std::size_t k = 0; k < choices_.size(); ++k) {
    const auto own = row.subspan(choices_[k].at, choices_[k].width);
    sums_[k][static_cast<std::size_t>(std::ranges::max_element(own) - own.begin())] += weight;
  }
  total_ += weight;
}

std::vector<std::vector<double>> Shares::shares() const {
  std::vector<std::vector<double>> shares = sums_;
  for (auto& of_choice : shares) {
    for (double& share : of_choice) {
      share /= total_ > 0 ? total_ : 1;
    }
  }
  return shares;
}

}  // namespace tracetwin::doppelganger
