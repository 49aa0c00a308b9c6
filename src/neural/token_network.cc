#include "neural/token_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tracetwin::neural {

using autoregressive::kInactive;
using autoregressive::Records;

namespace {

constexpr double kPrior = 0.5;  // of a value's count, where a distribution begins

void fill_uniform(at::Tensor tensor, double reach, Random& random) {
  at::Tensor values = at::empty(tensor.sizes(), at::kFloat);
  float* const at = values.data_ptr<float>();
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    at[i] = static_cast<float>((2 * random.uniform() - 1) * reach);
  }
  tensor.copy_(values);
}

void fill_normal(at::Tensor tensor, Random& random) {
  at::Tensor values = at::empty(tensor.sizes(), at::kFloat);
  float* const at = values.data_ptr<float>();
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    at[i] = static_cast<float>(random.normal());
  }
  tensor.copy_(values);
}

std::string named(std::size_t t, const char* what) {
  return fmt::format("{}.{}", t, what);
}

at::Tensor whole_numbers(const std::vector<std::int64_t>& values, const Kind& kind) {
  return at::tensor(values, at::kLong).to(kind.device());
}

}  // namespace

TokenNetwork::TokenNetwork(autoregressive::Layout layout, const autoregressive::Options& options,
                           const Kind& kind)
    : layout_(std::move(layout)),
      embedding_(options.embedding),
      hidden_(options.hidden),
      values_(static_cast<std::int64_t>(first_value(layout_, layout_.size()))),
      kind_(kind),
      parameters_(shapes(), kind) {
  order_inputs();
  std::int64_t values = 0;
  for (std::size_t t = 0; t < layout_.size(); ++t) {
    first_values_.push_back(values);
    values += layout_[t].choices;
    if (layout_[t].given) {
      heads_.emplace_back();
      continue;
    }
    Head head;
    head.out_bias = parameters_[named(t, "out.bias")];
    head.out_bias_slope = parameters_.gradient(named(t, "out.bias"));
    if (t > 0) {
      set_reads(t, head);
      head.hidden_weight = parameters_[named(t, "hidden.weight")];
      head.hidden_bias = parameters_[named(t, "hidden.bias")];
      head.out_weight = parameters_[named(t, "out.weight")];
      head.hidden_weight_slope = parameters_.gradient(named(t, "hidden.weight"));
      head.hidden_bias_slope = parameters_.gradient(named(t, "hidden.bias"));
      head.out_weight_slope = parameters_.gradient(named(t, "out.weight"));
    }
    heads_.push_back(std::move(head));
  }
}

void TokenNetwork::order_inputs() {
  for (std::size_t t = 0; t < layout_.size(); ++t) {
    order_.push_back(t);
  }
  std::stable_partition(order_.begin(), order_.end(),
                        [&](std::size_t t) { return !layout_[t].local; });
}

void TokenNetwork::set_reads(std::size_t t, Head& head) const {
  const std::vector<std::size_t> reads = reads_of(layout_, t);
  head.reads = static_cast<std::int64_t>(reads.size());
  if (std::equal(reads.begin(), reads.end(), order_.begin())) {
    return;
  }
  std::vector<std::int64_t> columns;
  for (const std::size_t s : reads) {
    const auto place = std::find(order_.begin(), order_.end(), s) - order_.begin();
    for (std::int64_t e = 0; e < embedding_; ++e) {
      columns.push_back(place * embedding_ + e);
    }
  }
  head.columns = whole_numbers(columns, kind_);
}

std::vector<Shape> TokenNetwork::shapes() const {
  std::vector<Shape> shapes = {{"embedding", {values_ + 1, embedding_}}};
  for (std::size_t t = 0; t < layout_.size(); ++t) {
    const std::int64_t choices = layout_[t].choices;
    if (layout_[t].given) {
      continue;
    }
    if (t > 0) {
      const auto inputs = static_cast<std::int64_t>(reads_of(layout_, t).size()) * embedding_;
      shapes.push_back({named(t, "hidden.weight"), {inputs, hidden_}});
      shapes.push_back({named(t, "hidden.bias"), {hidden_}});
      shapes.push_back({named(t, "out.weight"), {hidden_, choices}});
    }
    shapes.push_back({named(t, "out.bias"), {choices}});
  }
  return shapes;
}

void TokenNetwork::initialise(const Records& records, std::span<const std::uint32_t> chosen,
                              Random& random) {
  fill_normal(parameters_["embedding"], random);
  parameters_["embedding"].select(0, values_).zero_();
  for (std::size_t t = given_tokens(layout_); t < layout_.size(); ++t) {
    std::vector<double> counts(layout_[t].choices, kPrior);
    for (const std::uint32_t row : chosen) {
      const std::uint16_t value = records.record(row)[t];
      if (value != kInactive) {
        ++counts[value];
      }
    }
    initialise_head(t, counts, random);
  }
}

void TokenNetwork::initialise_head(std::size_t t, std::span<const double> counts, Random& random) {
  Head& head = heads_[t];
  std::vector<float> bias;
  for (const double count : counts) {
    bias.push_back(static_cast<float>(std::log(count)));
  }
  head.out_bias.copy_(at::tensor(bias, at::kFloat));
  if (t > 0) {
    const auto inputs = static_cast<double>(head.hidden_weight.size(0));
    fill_uniform(head.hidden_weight, 1 / std::sqrt(inputs), random);
    head.hidden_bias.zero_();
    fill_uniform(head.out_weight, 1 / std::sqrt(static_cast<double>(hidden_)), random);
  }
}

TokenBatch TokenNetwork::batch(const Records& records, std::span<const std::uint32_t> chosen,
                               double dropout, Random& random) const {
  const std::size_t width = layout_.size();
  std::vector<std::int64_t> inputs;
  std::vector<std::int64_t> shown(width);
  bool hidden = false;
  std::vector<std::vector<std::int64_t>> rows(width), values(width);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const auto record = records.record(chosen[i]);
    for (std::size_t t = 0; t < width; ++t) {
      if (record[t] != kInactive && !layout_[t].given) {
        rows[t].push_back(static_cast<std::int64_t>(i));
        values[t].push_back(record[t]);
      }
      if (t == 0 || layout_[t].field != layout_[t - 1].field) {
        hidden = dropout > 0 && random.chance(dropout);
      }
      shown[t] = record[t] == kInactive || hidden ? values_ : first_values_[t] + record[t];
    }
    for (const std::size_t t : order_) {
      inputs.push_back(shown[t]);
    }
  }
  TokenBatch batch;
  batch.size = static_cast<std::int64_t>(chosen.size());
  batch.inputs = whole_numbers(inputs, kind_);
  for (std::size_t t = 0; t < width; ++t) {
    const bool all = rows[t].size() == chosen.size();
    batch.targets.push_back({all ? at::Tensor() : whole_numbers(rows[t], kind_),
                             whole_numbers(values[t], kind_).unsqueeze(1),
                             static_cast<std::int64_t>(rows[t].size())});
  }
  return batch;
}

at::Tensor TokenNetwork::points(const TokenBatch& batch) const {
  return parameters_["embedding"].index_select(0, batch.inputs).view({batch.size, -1});
}

TokenNetwork::Pass TokenNetwork::forward(std::size_t t, const TokenBatch::Target& target,
                                         const at::Tensor& points) const {
  const Head& head = heads_[t];
  Pass pass;
  if (t == 0) {
    pass.log_shares = at::log_softmax(head.out_bias.expand({target.active, -1}), 1);
  } else {
    pass.in = target.rows.defined() ? points.index_select(0, target.rows) : points;
    pass.in = head.columns.defined() ? pass.in.index_select(1, head.columns)
                                     : pass.in.narrow(1, 0, head.reads * embedding_);
    pass.hidden = at::addmm(head.hidden_bias, pass.in, head.hidden_weight).relu_();
    pass.log_shares = at::log_softmax(at::addmm(head.out_bias, pass.hidden, head.out_weight), 1);
  }
  pass.loss = -pass.log_shares.gather(1, target.values).sum().item<double>();
  return pass;
}

void TokenNetwork::backward(std::size_t t, const TokenBatch& batch, Pass& pass,
                            at::Tensor& slopes) {
  const TokenBatch::Target& target = batch.targets[t];
  Head& head = heads_[t];
  at::Tensor slope = pass.log_shares.exp_();
  slope.scatter_add_(1, target.values, at::full_like(target.values, -1, slope.options()));
  slope.div_(static_cast<double>(batch.size));
  at::sum_out(head.out_bias_slope, slope, 0);
  if (t == 0) {
    return;
  }
  at::mm_out(head.out_weight_slope, pass.hidden.t(), slope);
  slope = at::threshold_backward(at::mm(slope, head.out_weight.t()), pass.hidden, 0);
  at::sum_out(head.hidden_bias_slope, slope, 0);
  at::mm_out(head.hidden_weight_slope, pass.in.t(), slope);
  at::Tensor back = at::mm(slope, head.hidden_weight.t());
  if (head.columns.defined()) {
    back = at::zeros({back.size(0), slopes.size(1)}, back.options())
               .index_copy_(1, head.columns, back);
  }
  at::Tensor own = slopes.narrow(1, 0, back.size(1));
  if (target.rows.defined()) {
    own.index_add_(0, target.rows, back);
  } else {
    own.add_(back);
  }
}

void TokenNetwork::embedding_gradient(const TokenBatch& batch, const at::Tensor& slopes) {
  at::Tensor gradient = parameters_.gradient("embedding");
  gradient.index_add_(0, batch.inputs, slopes.view({-1, embedding_}));
  gradient.select(0, values_).zero_();
}

double TokenNetwork::learn(const TokenBatch& batch) {
  parameters_.flat_gradient().zero_();
  const at::Tensor in = points(batch);
  at::Tensor slopes = at::zeros_like(in);
  double loss = 0;
  for (std::size_t t = 0; t < layout_.size(); ++t) {
    if (batch.targets[t].active > 0) {
      Pass pass = forward(t, batch.targets[t], in);
      loss += pass.loss;
      backward(t, batch, pass, slopes);
    }
  }
  embedding_gradient(batch, slopes);
  return loss / static_cast<double>(batch.size);
}

double TokenNetwork::judge(const TokenBatch& batch) const {
  const at::Tensor in = points(batch);
  double loss = 0;
  for (std::size_t t = 0; t < layout_.size(); ++t) {
    if (batch.targets[t].active > 0) {
      loss += forward(t, batch.targets[t], in).loss;
    }
  }
  return loss;
}

}  // namespace tracetwin::neural
