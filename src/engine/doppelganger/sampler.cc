#include "engine/doppelganger/sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "engine/doppelganger/network.h"
#include "engine/product.h"

namespace tracetwin::doppelganger {

Sampler::~Sampler() = default;
Sampler::Sampler(Sampler&&) noexcept = default;

namespace {

/// Attributes before their activations; with given lengths draws these into `heads`.
Floats logits_of_attributes(const Sampler::Network& n, std::size_t count, Random& random,
                            FlowHeads& heads) {
  const std::size_t latent = n.options.attribute_latent_dim;
  const std::size_t width = latent + (n.options.given_lengths ? 1 : 0);
  Floats input(count * width);
  put_beside(noise(count * latent, n.options.attribute_noise, random), latent, 0, width, input);
  if (n.options.given_lengths) {
    n.draw_lengths(count, random, heads);
    put_beside(heads.lengths, 1, latent, width, input);
  }
  return n.attributes.apply(std::move(input), count);
}

}  // namespace

std::vector<float> Sampler::attribute_logits(std::size_t count, Random& random) const {
  FlowHeads ignored;
  return logits_of_attributes(*network_, count, random, ignored);
}

FlowHeads Sampler::draw_heads(std::size_t count, Random& random) const {
  const Network& n = *network_;
  FlowHeads heads;
  Floats made = logits_of_attributes(n, count, random, heads);
  for (std::size_t r = 0; r < count; ++r) {
    const auto row = std::span(made).subspan(r * n.attribute_width, n.attribute_width);
    activate(n.layout.attributes, row);
    harden(n.layout.attributes, row);
  }
  heads.attributes.resize(count * n.all_attributes());
  put_beside(made, n.attribute_width, 0, n.all_attributes(), heads.attributes);
  redraw_additional(heads, random);
  return heads;
}

void Sampler::redraw_additional(FlowHeads& heads, Random& random) const {
  const Network& n = *network_;
  if (n.options.given_lengths && heads.records.empty()) {
    n.draw_lengths(heads.attributes.size() / n.all_attributes(), random, heads);
  }
  if (n.additional_width > 0) {
    n.add_additional(heads, random);
  }
}

namespace {

/// The flows of a block whose series still go on, and the state of their networks.
struct Going {
  std::vector<std::size_t> flows;
  Floats told;               ///< what the first layer's gates get of the attributes
  std::vector<Floats> h, c;  ///< by layer
  Floats previous;           ///< records of the step before; feed_back only

  /// Forgets the flows whose place is not in `kept`, which is in order.
  void keep(const std::vector<std::size_t>& kept) {
    const std::size_t before = flows.size();
    const auto thin = [&](Floats& rows) {
      const std::size_t width = rows.size() / before;
      for (std::size_t k = 0; k < kept.size(); ++k) {
        std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(kept[k] * width), width,
                    rows.begin() + static_cast<std::ptrdiff_t>(k * width));
      }
      rows.resize(kept.size() * width);
    };
    thin(told);
    thin(previous);
    std::ranges::for_each(h, thin);
    std::ranges::for_each(c, thin);
    for (std::size_t k = 0; k < kept.size(); ++k) {
      flows[k] = flows[kept[k]];
    }
    flows.resize(kept.size());
  }
};

/// Gates are in the order input, forget, cell, output.
void advance(const Floats& gates, std::size_t units, Floats& h, Floats& c) {
  for (std::size_t r = 0; r < h.size() / units; ++r) {
    const float* gate = &gates[r * 4 * units];
    for (std::size_t u = 0; u < units; ++u) {
      float& cell = c[r * units + u];
      cell = sigmoid(gate[units + u]) * cell + sigmoid(gate[u]) * std::tanh(gate[2 * units + u]);
      h[r * units + u] = sigmoid(gate[3 * units + u]) * std::tanh(cell);
    }
  }
}

}  // namespace

/// Makes the series of one block, step by step.
class Sampler::Run {
 public:
  Run(const Network& network, FlowHeads heads, Random& random, const Watch& watch, bool to_the_end)
      : n_(network),
        heads_(std::move(heads)),
        random_(random),
        watch_(watch),
        to_the_end_(to_the_end) {
    const std::size_t count = heads_.attributes.size() / n_.all_attributes();
    records_.resize(count);
    going_.flows.resize(count);
    std::iota(going_.flows.begin(), going_.flows.end(), std::size_t{0});
    going_.told = n_.told(heads_.attributes);
    going_.previous.assign(n_.options.feed_back ? count * n_.step_records() : 0, 0.0F);
    for (std::size_t layer = 0; layer < n_.lstm.size(); ++layer) {
      going_.h.push_back(initial(n_.initial_h, layer, count));
      going_.c.push_back(initial(n_.initial_c, layer, count));
    }
  }

  Samples make() {
    for (std::size_t made = 0; !going_.flows.empty(); made += n_.options.sample_len) {
      const Floats hidden = step();
      take(hidden, made);
    }
    Samples samples;
    samples.attribute_width = n_.all_attributes();
    samples.feature_width = n_.features_width();
    samples.attributes = std::move(heads_.attributes);
    for (const Floats& series : records_) {
      samples.lengths.push_back(static_cast<std::uint32_t>(series.size() / samples.feature_width));
      samples.features.insert(samples.features.end(), series.begin(), series.end());
    }
    return samples;
  }

 private:
  Floats initial(const Floats& learned, std::size_t layer, std::size_t count) {
    const std::size_t units = n_.options.feature_units;
    Floats state(count * units, 0.0F);
    for (std::size_t i = 0; i < state.size(); ++i) {
      switch (n_.options.initial_state) {
        case InitialState::kZero:
          break;
        case InitialState::kRandom:
          state[i] = static_cast<float>(random_.normal());
          break;
        case InitialState::kVariable:
          state[i] = learned[layer * units + i % units];
      }
    }
    return state;
  }

  /// What else the first layer is told at a step, beside the attributes.
  Floats step_input() {
    const std::size_t count = going_.flows.size();
    const std::size_t latent = n_.options.noise ? n_.options.feature_latent_dim : 0;
    const std::size_t width = n_.from_step.in;
    Floats input(count * width);
    put_beside(noise(count * latent, n_.options.feature_noise, random_), latent, 0, width, input);
    std::size_t at = latent;
    if (n_.options.feed_back) {
      put_beside(going_.previous, n_.step_records(), at, width, input);
      at += n_.step_records();
    }
    for (std::size_t r = 0; n_.options.given_lengths && r < count; ++r) {
      input[r * width + at] = heads_.lengths[going_.flows[r]];
    }
    return input;
  }

  /// What sample_len records of each flow that goes on are made from.
  Floats step() {
    const std::size_t count = going_.flows.size();
    Floats gates = going_.told;
    engine::multiply_add(step_input(), n_.from_step.weights, count, n_.from_step.in,
                         n_.from_step.out, gates);
    for (std::size_t layer = 0; layer < n_.lstm.size(); ++layer) {
      const Network::Lstm& own = n_.lstm[layer];
      if (layer > 0) {
        gates = own.input.apply(going_.h[layer - 1], count);
      }
      engine::multiply_add(going_.h[layer], own.hidden.weights, count, own.hidden.in,
                           own.hidden.out, gates);
      advance(gates, n_.options.feature_units, going_.h[layer], going_.c[layer]);
    }
    Floats rows = going_.h.back();
    for (const Linear& layer : n_.mlp) {
      rows = layer.apply(rows, count);
      rectify(rows);
    }
    return rows;
  }

  /// Whether the flow's last record so far is its last: its flags say so, or it is as long as can
  /// be.
  bool ends(std::size_t flow, std::size_t length, const float* record) const {
    if (n_.options.given_lengths) {
      return length >= heads_.records[flow];
    }
    const float* flags = record + n_.record_width - kFlags;
    return length >= n_.most_records || (!to_the_end_ && flags[0] < flags[1]);
  }

  /// Record by record, of the flows that have not ended before it.
  void take(const Floats& hidden, std::size_t made) {
    std::vector<std::size_t> kept(going_.flows.size());
    std::iota(kept.begin(), kept.end(), std::size_t{0});
    Floats all(n_.options.feed_back ? going_.flows.size() * n_.step_records() : 0);
    for (std::size_t s = 0; s < n_.options.sample_len && !kept.empty(); ++s) {
      const Floats rows = record(hidden, kept, s, made + s);
      std::vector<std::size_t> still;
      for (std::size_t k = 0; k < kept.size(); ++k) {
        const std::size_t flow = going_.flows[kept[k]];
        const float* own = &rows[k * n_.record_width];
        records_[flow].insert(records_[flow].end(), own, own + n_.features_width());
        if (n_.options.feed_back) {
          std::copy_n(own, n_.record_width,
                      &all[kept[k] * n_.step_records() + s * n_.record_width]);
        }
        if (!ends(flow, made + s + 1, own)) {
          still.push_back(kept[k]);
        }
      }
      kept = std::move(still);
    }
    going_.previous = std::move(all);
    going_.keep(kept);
  }

  /// Record `s` of the step, of some of the flows that go on.
  Floats record(const Floats& hidden, const std::vector<std::size_t>& kept, std::size_t s,
                std::size_t place) const {
    const std::size_t units = n_.options.feature_units;
    Floats own(kept.size() * units);
    for (std::size_t k = 0; k < kept.size(); ++k) {
      std::copy_n(&hidden[kept[k] * units], units, &own[k * units]);
    }
    Floats rows = n_.heads[s].apply(own, kept.size());
    for (std::size_t k = 0; k < kept.size(); ++k) {
      const auto row = std::span(rows).subspan(k * n_.record_width, n_.record_width);
      n_.shift(attributes_of(going_.flows[kept[k]]), s, place, row);
      if (watch_) {
        watch_(place, row);
      }
      activate(n_.record_outputs, row);
    }
    return rows;
  }

  std::span<const float> attributes_of(std::size_t flow) const {
    return std::span(heads_.attributes).subspan(flow * n_.all_attributes(), n_.all_attributes());
  }

  const Network& n_;
  FlowHeads heads_;
  Random& random_;
  const Watch& watch_;
  bool to_the_end_;
  std::vector<Floats> records_;  ///< by flow
  Going going_;
};

Samples Sampler::draw_series(FlowHeads heads, Random& random) const {
  return draw_series(std::move(heads), random, {});
}

Samples Sampler::draw_series(FlowHeads heads, Random& random, const Watch& watch) const {
  return Run(*network_, std::move(heads), random, watch, false).make();
}

Samples Sampler::draw_to_the_end(FlowHeads heads, Random& random, const Watch& watch) const {
  return Run(*network_, std::move(heads), random, watch, true).make();
}

}  // namespace tracetwin::doppelganger
