#pragma once

#include "neural/trainer.h"
#include "plain_critic.h"

namespace tracetwin::neural {

/// The schedule of Trainer with critics left to autograd, on rows as wide as they can be. Without
/// packing, spectral norm or given lengths.
class PlainTrainer {
 public:
  PlainTrainer(const doppelganger::Job& job, const doppelganger::Samples& samples);
  void iterate();

 private:
  struct Moments {
    at::Tensor mean, square;
  };
  struct Judge {
    RowShape shape;
    PlainCritic critic;
    std::vector<Moments> moments;
  };

  Judge judge(const RowShape& shape);
  void teach(Judge& judge, const Sequences& made, const Sequences& real);
  void move(const std::vector<at::Tensor>& values, const std::vector<at::Tensor>& slopes,
            std::vector<Moments>& moments) const;

  doppelganger::Job job_;
  RealData real_;
  Batches batches_;
  Draws draws_;
  Generator generator_;
  Adam generator_adam_;
  std::vector<Judge> judges_;
  std::uint64_t steps_ = 0;
};

}  // namespace tracetwin::neural
