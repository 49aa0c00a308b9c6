#pragma once

#include <cstdint>
#include <vector>

#include "engine/autoregressive/job.h"
#include "engine/autoregressive/records.h"
#include "neural/adam.h"
#include "neural/private_sum.h"
#include "neural/token_network.h"

namespace tracetwin::neural {

/// Records of each unit of privacy.
using UnitRows = std::vector<std::vector<std::uint32_t>>;

/// Float64, in the order of the network's parameters: sum over the records of `units` of the slope
/// of their negative log-likelihood, scaled so that the slopes of a unit's records are together no
/// longer than `clip_norm`. Every layer is used once a record, so lengths are exact without the
/// slopes themselves: |g|^2 = sum over layers of |u|^2 (|a|^2 + 1), and |e|^2 of the embeddings,
/// whose rows are of one token each (Goodfellow 2015, arXiv 1510.01799). A record's slope is the
/// same bits whatever else is in the batch; one that is not finite counts as zero. The layout has
/// no guards, and no tokens that are given or local.
at::Tensor clipped_sum(const TokenNetwork& network, const autoregressive::Layout& layout,
                       const autoregressive::Records& records, const UnitRows& units,
                       const std::vector<std::int64_t>& chosen, double clip_norm);

/// Goes on training a network with noisy sums (private_sum.h): the only way from real records into
/// it. Records of a group are a unit. What is kept is a running mean of the weights, which are as
/// many steps old as were paid for: nothing judges by the records.
class PrivateTokenTrainer {
 public:
  /// Throws Error when the job cannot be paid for, or its start is of another shape.
  PrivateTokenTrainer(const autoregressive::Job& job, autoregressive::Records records,
                      const engine::Weights& start);

  void step();
  bool has_ended() const { return steps_ >= job_.privacy->steps; }
  std::uint64_t steps() const { return steps_; }
  std::uint64_t most_steps() const { return job_.privacy->steps; }
  engine::Weights result();
  /// All that the next step depends on, and back.
  engine::Weights checkpoint() const;
  void restore(const engine::Weights& checkpoint);

 private:
  autoregressive::Job job_;
  autoregressive::Records records_;
  UnitRows units_;
  TokenNetwork network_;
  Adam adam_;
  PrivateSum sum_;
  at::Tensor average_;
  std::uint64_t steps_ = 0;
};

}  // namespace tracetwin::neural
