#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "engine/autoregressive/hold_out.h"
#include "engine/autoregressive/job.h"
#include "engine/autoregressive/records.h"
#include "neural/adam.h"
#include "neural/token_network.h"

namespace tracetwin::neural {

/// Trains a TokenNetwork by likelihood with AdamW, keeps a running mean of its weights, and judges
/// that by the records held out: the best one so far is what remains, and training ends when
/// `patience` judgements in a row bring no better one. Every step's random numbers depend on the
/// seed and the step alone, so a restored trainer goes on with the same bits.
class TokenTrainer {
 public:
  TokenTrainer(const autoregressive::Job& job, autoregressive::Records records);

  void step();
  bool has_ended() const;
  std::uint64_t steps() const { return steps_; }
  std::uint64_t most_steps() const;

  double loss() const { return loss_; }            ///< of the last batch, nats a record
  double judgement() const { return judgement_; }  ///< the last one, nats a record
  double best_judgement() const { return best_judgement_; }

  /// The weights that judged best, after judging the present ones when none was yet.
  engine::Weights best();
  engine::Weights checkpoint() const;
  void restore(const engine::Weights& checkpoint);
  /// Begins with what best() of another training gave. Throws Error when it has another shape.
  void start_from(const engine::Weights& weights);

 private:
  std::span<const std::uint32_t> next_rows();
  void average();
  void judge();
  std::uint64_t steps_a_pass() const;
  std::uint64_t judge_every() const;

  autoregressive::Job job_;
  autoregressive::Records records_;
  autoregressive::HeldOut held_;
  Kind kind_;
  TokenNetwork network_;
  Adam adam_;
  at::Tensor average_, best_;
  std::vector<std::uint32_t> order_;  ///< training records as this pass takes them
  std::uint64_t pass_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t steps_ = 0, best_step_ = 0, vain_ = 0;
  double loss_ = 0;
  float judgement_ = std::numeric_limits<float>::infinity();
  float best_judgement_ = std::numeric_limits<float>::infinity();
};

}  // namespace tracetwin::neural
