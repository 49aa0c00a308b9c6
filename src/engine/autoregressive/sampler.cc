#include "engine/autoregressive/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "base/vector_clones.h"
#include "engine/autoregressive/choose.h"

namespace tracetwin::autoregressive {
namespace {

constexpr std::size_t kBlock = 256;  // records that are taken through a layer together
/// Numbers that the tables of a model may have in all: 4 GiB.
constexpr std::size_t kMostTabulated = std::size_t{1} << 30;

const std::vector<float>& values_of(const engine::Weights& weights, const std::string& name,
                                    const std::vector<std::uint64_t>& shape) {
  const engine::Tensor& tensor = weights[name];
  if (tensor.shape != shape) {
    throw Error(fmt::format("the weights \"{}\" do not fit the model's tokens", name));
  }
  if (!std::all_of(tensor.values.begin(), tensor.values.end(),
                   [](float value) { return std::isfinite(value); })) {
    throw Error(fmt::format("the weights \"{}\" are no finite numbers", name));
  }
  return tensor.values;
}

constexpr std::size_t kLanes = 16;
using Wide __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias)) = float;

/// Rectified sum of `bias` and some rows; sums stay in registers.
TRACETWIN_WIDE_CLONES
void add_rows(const float* const* rows, std::size_t count, const float* bias, std::size_t size,
              float* sums) {
  std::size_t at = 0;
  for (; at + kLanes <= size; at += kLanes) {
    Wide sum = *reinterpret_cast<const Wide*>(bias + at);
    for (std::size_t i = 0; i < count; ++i) {
      sum += *reinterpret_cast<const Wide*>(rows[i] + at);
    }
    *reinterpret_cast<Wide*>(sums + at) = sum > 0 ? sum : Wide{};
  }
  for (; at < size; ++at) {
    float sum = bias[at];
    for (std::size_t i = 0; i < count; ++i) {
      sum += rows[i][at];
    }
    sums[at] = sum > 0 ? sum : 0;
  }
}

void check_size(const Layout& layout, std::size_t hidden) {
  std::size_t numbers = 0;
  for (std::size_t t = 0; t < layout.size(); ++t) {
    for (const std::size_t s : reads_of(layout, t)) {
      numbers += layout[s].choices * hidden;
    }
  }
  if (numbers > kMostTabulated) {
    throw Error("the network has more values and units than can be tabulated");
  }
}

}  // namespace

Sampler::Sampler(Layout layout, const Options& options, const engine::Weights& weights)
    : layout_(std::move(layout)), embedding_(options.embedding), hidden_(options.hidden) {
  check(layout_);
  std::size_t values = 0;
  for (const Token& token : layout_) {
    first_values_.push_back(values);
    values += token.choices;
  }
  check_size(layout_, hidden_);
  values_of(weights, "embedding", {values + 1, embedding_});
  for (std::size_t t = 0; t < layout_.size(); ++t) {
    heads_.push_back(layout_[t].given ? Head() : make_head(t, weights));
  }
}

Sampler::Head Sampler::make_head(std::size_t t, const engine::Weights& weights) const {
  const std::uint64_t choices = layout_[t].choices;
  Head head;
  head.out_bias = values_of(weights, fmt::format("{}.out.bias", t), {choices});
  if (t == 0) {
    return head;
  }
  head.out_weight = engine::Panels(
      values_of(weights, fmt::format("{}.out.weight", t), {hidden_, choices}), hidden_, choices);
  head.bias = values_of(weights, fmt::format("{}.hidden.bias", t), {hidden_});
  head.reads = reads_of(layout_, t);
  const std::span<const float> layer = values_of(weights, fmt::format("{}.hidden.weight", t),
                                                 {head.reads.size() * embedding_, hidden_});
  const std::span<const float> points = weights["embedding"].values;
  for (std::size_t i = 0; i < head.reads.size(); ++i) {
    const std::size_t s = head.reads[i];
    const std::size_t rows = layout_[s].choices;
    head.places.push_back(head.table.size() / hidden_);
    head.table.resize(head.table.size() + rows * hidden_);
    engine::multiply_add(points.subspan(first_values_[s] * embedding_, rows * embedding_),
                         layer.subspan(i * embedding_ * hidden_, embedding_ * hidden_), rows,
                         embedding_, hidden_, std::span(head.table).last(rows * hidden_));
  }
  return head;
}

std::vector<double> Sampler::first_shares() const {
  std::vector<float> shares = heads_.front().out_bias;
  exponentiate(shares);
  std::vector<double> result(shares.begin(), shares.end());
  double sum = 0;
  for (const double share : result) {
    sum += share;
  }
  for (double& share : result) {
    share /= sum;
  }
  return result;
}

void Sampler::draw(std::span<std::uint16_t> records, std::size_t given, Random& random) const {
  const std::vector<Random*> randoms(records.size() / layout_.size(), &random);
  draw(records, given, layout_.size(), randoms);
}

void Sampler::draw(std::span<std::uint16_t> records, std::size_t begin, std::size_t end,
                   std::span<Random* const> randoms) const {
  const std::size_t width = layout_.size();
  for (std::size_t first = 0; first < randoms.size(); first += kBlock) {
    const std::size_t count = std::min(kBlock, randoms.size() - first);
    for (std::size_t t = begin; t < end; ++t) {
      draw_token(t, records.subspan(first * width, count * width), randoms.subspan(first, count));
    }
  }
}

void Sampler::fill_hidden(const Head& head, const std::uint16_t* record, std::span<float> hidden,
                          std::vector<const float*>& rows) const {
  rows.clear();
  for (std::size_t i = 0; i < head.reads.size(); ++i) {
    const std::uint16_t value = record[head.reads[i]];
    if (value != kInactive) {
      rows.push_back(&head.table[(head.places[i] + value) * hidden_]);
    }
  }
  add_rows(rows.data(), rows.size(), head.bias.data(), hidden_, hidden.data());
}

void Sampler::draw_token(std::size_t t, std::span<std::uint16_t> records,
                         std::span<Random* const> randoms) const {
  const std::size_t width = layout_.size();
  const Head& head = heads_[t];
  std::vector<std::uint16_t*> active;
  std::vector<Random*> own_randoms;
  for (std::size_t i = 0; i < randoms.size(); ++i) {
    std::uint16_t* const record = &records[i * width];
    record[t] = kInactive;
    if (is_active(layout_, t, record)) {
      active.push_back(record);
      own_randoms.push_back(randoms[i]);
    }
  }
  const std::size_t choices = layout_[t].choices;
  std::vector<float> hidden(t > 0 ? active.size() * hidden_ : 0);
  std::vector<const float*> rows;
  std::vector<float> scores;
  scores.reserve(active.size() * choices);
  for (std::size_t i = 0; i < active.size(); ++i) {
    scores.insert(scores.end(), head.out_bias.begin(), head.out_bias.end());
    if (t > 0) {
      fill_hidden(head, active[i], std::span(hidden).subspan(i * hidden_, hidden_), rows);
    }
  }
  if (t > 0) {
    engine::multiply_add(hidden, head.out_weight, active.size(), scores);
  }
  for (std::size_t i = 0; i < active.size(); ++i) {
    const auto own = std::span(scores).subspan(i * choices, choices);
    exponentiate(own);
    active[i][t] = static_cast<std::uint16_t>(choose(own, *own_randoms[i]));
  }
}

}  // namespace tracetwin::autoregressive
