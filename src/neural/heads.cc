#include "neural/heads.h"

namespace tracetwin::neural {

using doppelganger::Activation;

namespace {

/// [..., n * each] as [..., n, each].
at::Tensor by_choice(const at::Tensor& columns, std::int64_t each) {
  auto sides = columns.sizes().vec();
  sides.back() /= each;
  sides.push_back(each);
  return columns.reshape(sides);
}

at::Tensor softmax_of(const at::Tensor& scores, std::int64_t each) {
  const at::Tensor choices = by_choice(scores, each);
  // Of two, the softmax is the logistic function of how far one is above the other.
  const at::Tensor shares =
      each == 2 ? at::sigmoid(choices - choices.flip({-1})) : at::softmax(choices, -1);
  return shares.reshape(scores.sizes());
}

at::Tensor largest_of(const at::Tensor& shares, std::int64_t each) {
  const at::Tensor choices = by_choice(shares, each);
  return at::zeros_like(choices).scatter_(-1, choices.argmax(-1, true), 1).reshape(shares.sizes());
}

}  // namespace

Heads::Heads(const doppelganger::Outputs& outputs, bool flags) {
  for (const auto& output : outputs) {
    append(output.activation, output.width);
  }
  if (flags) {
    append(Activation::kSoftmax, doppelganger::kFlags);
  }
}

void Heads::append(Activation activation, std::int64_t columns) {
  const std::int64_t each = activation == Activation::kSoftmax ? columns : 1;
  const bool alike =
      !runs_.empty() && runs_.back().activation == activation && runs_.back().each == each;
  if (alike) {
    runs_.back().columns += columns;
  } else {
    runs_.push_back({activation, each, width_, columns});
  }
  width_ += columns;
}

at::Tensor Heads::soft(const at::Tensor& scores) const {
  std::vector<at::Tensor> parts;
  for (const Run& run : runs_) {
    const at::Tensor part = scores.narrow(-1, run.begin, run.columns);
    parts.push_back(run.activation == Activation::kSoftmax ? softmax_of(part, run.each)
                    : run.activation == Activation::kTanh  ? at::tanh(part)
                                                           : at::sigmoid(part));
  }
  return parts.size() == 1 ? parts.front() : at::cat(parts, -1);
}

at::Tensor Heads::hard(const at::Tensor& outputs) const {
  const c10::NoGradGuard no_gradient;
  at::Tensor hard = outputs.detach().clone();
  for (const Run& run : runs_) {
    if (run.activation == Activation::kSoftmax) {
      const at::Tensor part = hard.narrow(-1, run.begin, run.columns);
      part.copy_(largest_of(part, run.each));
    }
  }
  return hard;
}

}  // namespace tracetwin::neural
