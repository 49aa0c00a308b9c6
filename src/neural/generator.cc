#include "neural/generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tracetwin::neural {

using doppelganger::InitialState;
using doppelganger::Layout;
using doppelganger::Options;

namespace {

constexpr double kMomentum = 0.1;  // the kept means decay by 0.9

AttributeNetwork attribute_network(const Layout& layout, const Options& options) {
  const std::int64_t in = options.attribute_latent_dim + (options.given_lengths ? 1 : 0);
  return {"attribute",
          {in, options.attribute_units, options.attribute_layers},
          Heads(layout.attributes, false)};
}

std::optional<AttributeNetwork> additional_network(const Layout& layout, const Options& options) {
  if (layout.additional.empty()) {
    return std::nullopt;
  }
  const auto attributes = static_cast<std::int64_t>(doppelganger::width_of(layout.attributes));
  const std::int64_t in =
      attributes + options.attribute_latent_dim + (options.given_lengths ? 1 : 0);
  return AttributeNetwork("additional", {in, options.attribute_units, options.attribute_layers},
                          Heads(layout.additional, false));
}

std::vector<Shape> buffer_shapes(const AttributeNetwork& attributes,
                                 const std::optional<AttributeNetwork>& additional) {
  std::vector<Shape> shapes = attributes.buffer_shapes();
  if (additional) {
    const auto more = additional->buffer_shapes();
    shapes.insert(shapes.end(), more.begin(), more.end());
  }
  return shapes;
}

at::Tensor beside(const std::vector<at::Tensor>& parts) {
  return parts.size() == 1 ? parts.front() : at::cat(parts, 1);
}

std::string lstm_name(std::size_t layer, const char* what) {
  return fmt::format("lstm.{}.{}", layer, what);
}

}  // namespace

Generator::Generator(const Layout& layout, const Options& options, std::int64_t most_records,
                     const Kind& kind)
    : options_(options),
      most_records_(most_records),
      sample_len_(options.sample_len),
      latent_(options.feature_latent_dim),
      hard_width_(static_cast<std::int64_t>(doppelganger::width_of(layout.attributes) +
                                            doppelganger::width_of(layout.additional))),
      attributes_(attribute_network(layout, options)),
      additional_(additional_network(layout, options)),
      features_(layout.features, !options.given_lengths),
      kind_(kind),
      parameters_(shapes(), kind),
      buffers_(buffer_shapes(attributes_, additional_), kind) {
  parameters_.record_gradients();
}

std::int64_t Generator::lstm_inputs() const {
  return hard_width_ + (options_.noise ? latent_ : 0) +
         (options_.feed_back ? sample_len_ * features_.width() : 0) +
         (options_.given_lengths ? 1 : 0);
}

std::vector<Shape> Generator::shapes() const {
  std::vector<Shape> all = attributes_.shapes();
  if (additional_) {
    const auto more = additional_->shapes();
    all.insert(all.end(), more.begin(), more.end());
  }
  const auto more = feature_shapes();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<Shape> Generator::feature_shapes() const {
  const std::int64_t units = options_.feature_units;
  std::vector<Shape> all;
  for (std::size_t layer = 0; layer < options_.feature_layers; ++layer) {
    all.push_back({lstm_name(layer, "input"), {4 * units, layer == 0 ? lstm_inputs() : units}});
    all.push_back({lstm_name(layer, "hidden"), {4 * units, units}});
    all.push_back({lstm_name(layer, "bias"), {4 * units}});
  }
  for (std::uint32_t layer = 0; layer < options_.rnn_mlp_layers; ++layer) {
    all.push_back({fmt::format("mlp.{}.weight", layer), {units, units}});
    all.push_back({fmt::format("mlp.{}.bias", layer), {units}});
  }
  all.push_back({"feature.heads.weight", {sample_len_ * features_.width(), units}});
  all.push_back({"feature.heads.bias", {sample_len_ * features_.width()}});
  if (options_.initial_state == InitialState::kVariable) {
    all.push_back({"initial.h", {options_.feature_layers, units}});
    all.push_back({"initial.c", {options_.feature_layers, units}});
  }
  return all;
}

void Generator::initialise(Draws& draws) {
  AttributeNetwork::initialise(parameters_, buffers_, draws);
  const std::int64_t units = options_.feature_units;
  for (std::size_t layer = 0; layer < options_.feature_layers; ++layer) {
    // Glorot's bound for both matrices side by side; forget gates begin open.
    at::Tensor input = parameters_[lstm_name(layer, "input")].detach();
    at::Tensor hidden = parameters_[lstm_name(layer, "hidden")].detach();
    const double bound = std::sqrt(6.0 / static_cast<double>(input.size(1) + 5 * units));
    for (at::Tensor& matrix : {std::ref(input), std::ref(hidden)}) {
      matrix.copy_(draws.uniform(matrix.size(0), matrix.size(1)).mul_(2 * bound).sub_(bound));
    }
    parameters_[lstm_name(layer, "bias")].detach().narrow(0, units, units).fill_(1);
  }
}

/// Interpolated between the sorted real ones.
std::optional<Generator::Lengths> Generator::draw_lengths(std::int64_t flows, Draws& draws) const {
  if (!options_.given_lengths) {
    return std::nullopt;
  }
  const at::Tensor u = draws.uniform(flows, 1);
  const at::Tensor place = u * static_cast<double>(lengths_.size(0) - 1);
  const at::Tensor below = place.floor();
  const auto at = [&](const at::Tensor& index) {
    return lengths_.index_select(0, index.flatten().to(at::kLong)).unsqueeze(1);
  };
  const at::Tensor records =
      at::lerp(at(below), at(place.ceil()), place - below).round().clamp_min(1);
  return Lengths{records,
                 options_.uniform_lengths ? u : records / static_cast<double>(most_records_)};
}

at::Tensor Generator::hard(const at::Tensor& soft) const {
  const std::int64_t width = attributes_.heads().width();
  std::vector<at::Tensor> parts{attributes_.heads().hard(soft.narrow(1, 0, width))};
  if (additional_ && soft.size(1) > width) {
    parts.push_back(additional_->heads().hard(soft.narrow(1, width, soft.size(1) - width)));
  }
  return beside(parts);
}

at::Tensor Generator::make_attributes(std::int64_t flows, const std::optional<Lengths>& lengths,
                                      Draws& draws, double momentum) const {
  const auto noise = [&] {
    return draws.noise(options_.attribute_noise, flows, options_.attribute_latent_dim);
  };
  std::vector<at::Tensor> in{noise()};
  if (lengths) {
    in.push_back(lengths->input);
  }
  const at::Tensor soft = attributes_.forward(beside(in), parameters_, buffers_, momentum);
  if (!additional_) {
    return soft;
  }
  in[0] = noise();
  in.insert(in.begin(), hard(soft));
  return beside({soft, additional_->forward(beside(in), parameters_, buffers_, momentum)});
}

at::Tensor Generator::first_state(const char* name, std::int64_t layer, std::int64_t flows,
                                  Draws& draws) const {
  const std::int64_t units = options_.feature_units;
  switch (options_.initial_state) {
    case InitialState::kRandom:
      return draws.normal(flows, units);
    case InitialState::kVariable:
      return parameters_[name][layer].expand({flows, units});
    case InitialState::kZero:
      break;
  }
  return at::zeros({flows, units}, kind_);
}

Generator::State Generator::begin(const at::Tensor& hard, const std::optional<Lengths>& lengths,
                                  Draws& draws) const {
  State state;
  const std::int64_t flows = hard.size(0);
  const at::Tensor& weight = parameters_[lstm_name(0, "input")];
  state.base =
      at::addmm(parameters_[lstm_name(0, "bias")], hard, weight.narrow(1, 0, hard_width_).t());
  if (lengths) {
    state.base = state.base + lengths->input * weight.select(1, weight.size(1) - 1);
    state.lengths = lengths->records;
  }
  if (options_.feed_back) {
    state.previous = at::zeros({flows, sample_len_ * features_.width()}, kind_);
  }
  for (std::int64_t layer = 0; layer < options_.feature_layers; ++layer) {
    state.h.push_back(first_state("initial.h", layer, flows, draws));
    state.c.push_back(first_state("initial.c", layer, flows, draws));
  }
  return state;
}

/// Gates in the order i, f, g, o.
at::Tensor Generator::lstm(State& state, std::size_t layer, const at::Tensor& sums) const {
  const std::int64_t units = options_.feature_units;
  const at::Tensor gates =
      at::addmm(sums, state.h[layer], parameters_[lstm_name(layer, "hidden")].t());
  const auto gate = [&](std::int64_t number) { return gates.narrow(1, number * units, units); };
  const at::Tensor kept = at::sigmoid(gate(1)) * state.c[layer];
  state.c[layer] = kept + at::sigmoid(gate(0)) * at::tanh(gate(2));
  state.h[layer] = at::sigmoid(gate(3)) * at::tanh(state.c[layer]);
  return state.h[layer];
}

/// Returns the block's records, [rows, sample_len, features and flags].
at::Tensor Generator::step(State& state, Draws& draws) const {
  const std::int64_t rows = state.base.size(0);
  const at::Tensor& weight = parameters_[lstm_name(0, "input")];
  std::int64_t column = hard_width_;
  at::Tensor sums = state.base;
  if (options_.noise) {
    const at::Tensor noise = draws.noise(options_.feature_noise, rows, latent_);
    sums = at::addmm(sums, noise, weight.narrow(1, column, latent_).t());
    column += latent_;
  }
  if (options_.feed_back) {
    const std::int64_t width = state.previous.size(1);
    sums = at::addmm(sums, state.previous, weight.narrow(1, column, width).t());
  }
  at::Tensor out = lstm(state, 0, sums);
  for (std::size_t layer = 1; layer < options_.feature_layers; ++layer) {
    sums = at::addmm(parameters_[lstm_name(layer, "bias")], out,
                     parameters_[lstm_name(layer, "input")].t());
    out = lstm(state, layer, sums);
  }
  for (std::uint32_t layer = 0; layer < options_.rnn_mlp_layers; ++layer) {
    out = at::relu(at::addmm(parameters_[fmt::format("mlp.{}.bias", layer)], out,
                             parameters_[fmt::format("mlp.{}.weight", layer)].t()));
  }
  const at::Tensor scores =
      at::addmm(parameters_["feature.heads.bias"], out, parameters_["feature.heads.weight"].t());
  const at::Tensor block = features_.soft(scores.view({rows, sample_len_, features_.width()}));
  if (options_.feed_back) {
    state.previous = block.reshape({rows, -1});
  }
  return block;
}

/// Which rows have a block behind block `number`: [rows], without gradient.
at::Tensor Generator::going_on(const State& state, const at::Tensor& block,
                               std::int64_t number) const {
  if (options_.given_lengths) {
    return state.lengths.flatten() > static_cast<double>((number + 1) * sample_len_);
  }
  const at::Tensor flags = block.detach().narrow(2, features_.width() - 2, 2);
  return (flags.select(2, 0) >= flags.select(2, 1)).all(1);
}

void Generator::make_features(State state, Sequences& made, Draws& draws) const {
  const std::int64_t flows = made.size();
  const std::int64_t most = (most_records_ + sample_len_ - 1) / sample_len_;
  const at::Tensor steps = at::arange(sample_len_, kind_);
  std::vector<at::Tensor> blocks;
  at::Tensor ended_at = at::ones({flows}, at::kLong);
  state.rows = at::arange(flows, kind_.dtype(at::kLong));
  for (std::int64_t number = 0; number < most; ++number) {
    at::Tensor block = step(state, draws);
    if (options_.given_lengths) {
      const at::Tensor here = steps + static_cast<double>(number * sample_len_) < state.lengths;
      block = block * here.unsqueeze(2).to(block.scalar_type());
    }
    const bool all = state.rows.size(0) == flows;
    blocks.push_back(all ? block
                         : at::zeros({flows, sample_len_, features_.width()}, kind_)
                               .index_copy(0, state.rows, block));
    ended_at.index_fill_(0, state.rows.to(at::kCPU), number + 1);
    const at::Tensor left = going_on(state, block, number).nonzero().flatten();
    if (left.size(0) == 0) {
      break;
    }
    if (left.size(0) < state.rows.size(0)) {
      const auto keep = [&](at::Tensor& rows) {
        rows = rows.defined() ? rows.index_select(0, left) : rows;
      };
      keep(state.rows);
      keep(state.base);
      keep(state.previous);
      keep(state.lengths);
      std::for_each(state.h.begin(), state.h.end(), keep);
      std::for_each(state.c.begin(), state.c.end(), keep);
    }
  }
  made.features = blocks.size() == 1 ? blocks.front() : at::cat(blocks, 1);
  const auto* ends = ended_at.data_ptr<std::int64_t>();
  made.blocks.assign(ends, ends + flows);
}

Sequences Generator::make(std::int64_t flows, Draws& draws) const {
  const auto lengths = draw_lengths(flows, draws);
  Sequences made;
  made.attributes = make_attributes(flows, lengths, draws, kMomentum);
  make_features(begin(hard(made.attributes), lengths, draws), made, draws);
  return made;
}

void Generator::settle(std::int64_t batches, std::int64_t flows, Draws& draws) {
  const c10::NoGradGuard no_gradient;
  for (std::int64_t batch = 0; batch < batches; ++batch) {
    // The mean of all so far: each new one has a weight of one over their number.
    make_attributes(flows, draw_lengths(flows, draws), draws, 1 / static_cast<double>(batch + 1));
  }
}

void Generator::save(engine::Weights& weights) const {
  parameters_.save("", weights);
  buffers_.save("", weights);
  if (options_.given_lengths) {
    weights.add(to_weights("lengths", lengths_));
  }
}

void Generator::load(const engine::Weights& weights) {
  parameters_.load("", weights);
  buffers_.load("", weights);
}

}  // namespace tracetwin::neural
