#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "engine/autoregressive/job.h"
#include "engine/autoregressive/layout.h"
#include "engine/autoregressive/records.h"
#include "neural/parameters.h"

namespace tracetwin::neural {

/// Some records as the network takes them.
struct TokenBatch {
  /// Of each token those records that have it.
  struct Target {
    at::Tensor rows;    ///< [active], undefined when all have it
    at::Tensor values;  ///< [active, 1]
    std::int64_t active = 0;
  };
  std::int64_t size = 0;
  at::Tensor inputs;  ///< [size * tokens]: rows of the embedding, tokens that all read first
  std::vector<Target> targets;
};

/// The network of engine/autoregressive/sampler.h while it learns. Gradients are written out: each
/// head's loss depends on the embeddings of the tokens before it and on nothing else, so a head is
/// gone through forward and backward at once, and only by the records that have its token.
class TokenNetwork {
 public:
  TokenNetwork(autoregressive::Layout layout, const autoregressive::Options& options,
               const Kind& kind);

  /// Begins with every token's own distribution in `records` (rows `chosen`).
  void initialise(const autoregressive::Records& records, std::span<const std::uint32_t> chosen,
                  Random& random);

  /// `dropout`: how often a field is hidden from the tokens behind it.
  TokenBatch batch(const autoregressive::Records& records, std::span<const std::uint32_t> chosen,
                   double dropout, Random& random) const;

  /// Sets parameters().flat_gradient() to the gradient of the mean negative log-likelihood of a
  /// record, and returns that, in nats.
  double learn(const TokenBatch& batch);
  /// Its sum over the batch.
  double judge(const TokenBatch& batch) const;

  Parameters& parameters() { return parameters_; }
  const Parameters& parameters() const { return parameters_; }

 private:
  struct Head {
    std::int64_t reads = 0;  ///< so many tokens
    at::Tensor columns;      ///< of `inputs` they are; undefined when they are the first
    at::Tensor hidden_weight, hidden_bias, out_weight, out_bias;
    at::Tensor hidden_weight_slope, hidden_bias_slope, out_weight_slope, out_bias_slope;
  };
  struct Pass {
    at::Tensor in, hidden, log_shares;
    double loss = 0;
  };

  std::vector<Shape> shapes() const;
  void order_inputs();
  void set_reads(std::size_t t, Head& head) const;
  void initialise_head(std::size_t t, std::span<const double> counts, Random& random);
  at::Tensor points(const TokenBatch& batch) const;
  Pass forward(std::size_t t, const TokenBatch::Target& target, const at::Tensor& points) const;
  void backward(std::size_t t, const TokenBatch& batch, Pass& pass, at::Tensor& slopes);
  void embedding_gradient(const TokenBatch& batch, const at::Tensor& slopes);

  autoregressive::Layout layout_;
  std::int64_t embedding_, hidden_, values_;
  std::vector<std::int64_t> first_values_;
  std::vector<std::size_t> order_;  ///< of the inputs' tokens
  Kind kind_;
  Parameters parameters_;
  std::vector<Head> heads_;
};

}  // namespace tracetwin::neural
