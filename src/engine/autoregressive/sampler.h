#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "engine/autoregressive/job.h"
#include "engine/autoregressive/layout.h"
#include "engine/product.h"
#include "engine/weights.h"

namespace tracetwin::autoregressive {

/// The trained network of a record, without a training library. Token t is drawn from
/// softmax(relu(b + sum of W[s] e[s] over the tokens s that it reads) A + a), where e[s] is the
/// embedding of the value of s, or 0 where s is inactive (Bengio and Bengio 2000; one small network
/// a token, as Tabular ARGN, Tiwald et al. 2025). W[s] e[s] are tabulated for every value of every
/// s, so that a hidden layer costs t additions a unit.
///
/// Weights, E = embedding, H = hidden, V = choices of all tokens: "embedding" [V + 1, E] (the last
/// row is 0), and of token T that is not given "T.hidden.weight" [reads * E, H] in the order of
/// reads_of(), "T.hidden.bias" [H] (not of token 0), "T.out.weight" [H, choices], "T.out.bias"
/// [choices]; of token 0 the bias alone.
///
/// Thread-safe.
class Sampler {
 public:
  /// Throws Error when weights are missing, of another shape, or no finite numbers.
  Sampler(Layout layout, const Options& options, const engine::Weights& weights);

  const Layout& layout() const { return layout_; }
  /// How likely each value of the first token is; sums to 1.
  std::vector<double> first_shares() const;
  /// Draws records, [count][tokens], whose first `given` tokens are there already.
  void draw(std::span<std::uint16_t> records, std::size_t given, Random& random) const;
  /// Draws tokens [begin, end) of records whose tokens before them are there, each by its own
  /// `randoms`: what one of them becomes does not depend on the others.
  void draw(std::span<std::uint16_t> records, std::size_t begin, std::size_t end,
            std::span<Random* const> randoms) const;

 private:
  struct Head {
    std::vector<float> bias;          ///< of the hidden layer
    std::vector<std::size_t> reads;   ///< tokens
    std::vector<std::size_t> places;  ///< parallel: of each one's first value in the table
    std::vector<float> table;         ///< [values of these][hidden]
    engine::Panels out_weight;        ///< [hidden][choices]
    std::vector<float> out_bias;
  };
  Head make_head(std::size_t t, const engine::Weights& weights) const;
  void draw_token(std::size_t t, std::span<std::uint16_t> records,
                  std::span<Random* const> randoms) const;
  /// `rows`: room for the rows of the table that it adds up.
  void fill_hidden(const Head& head, const std::uint16_t* record, std::span<float> hidden,
                   std::vector<const float*>& rows) const;

  Layout layout_;
  std::size_t embedding_;
  std::size_t hidden_;
  std::vector<std::size_t> first_values_;  ///< by token
  std::vector<Head> heads_;
};

}  // namespace tracetwin::autoregressive
