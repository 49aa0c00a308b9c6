#include "engine/doppelganger/calibrate.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "base/random.h"
#include "engine/doppelganger/sampler.h"
#include "engine/doppelganger/shares.h"
#include "engine/doppelganger/solve_bias.h"

namespace tracetwin::doppelganger {
namespace {

constexpr int kRounds = 2;      // since other lengths let other records be made
constexpr double kFewest = 50;  // records of a place that say something

/// Where the other outputs are.
struct Number {
  std::size_t at = 0;
  bool is_signed = false;
};

std::vector<Number> numbers_of(const Outputs& outputs) {
  std::vector<Number> numbers;
  std::size_t at = 0;
  for (const Output& output : outputs) {
    for (std::size_t i = at; output.activation != Activation::kSoftmax && i < at + output.width;
         ++i) {
      numbers.push_back({i, output.activation == Activation::kTanh});
    }
    at += output.width;
  }
  return numbers;
}

/// What a sigmoid or tanh makes such a number from; its ends are far away, but not infinitely.
float logit_of(float number, bool is_signed) {
  constexpr float kEnd = 1e-3F;
  const float share = std::clamp(is_signed ? (number + 1) / 2 : number, kEnd, 1 - kEnd);
  const float logit = std::log(share / (1 - share));
  return is_signed ? logit / 2 : logit;
}

/// Every twentieth of the way through them. Sorts them.
std::vector<float> quantiles(std::vector<float>& values) {
  constexpr std::size_t kParts = 20;
  std::vector<float> found;
  std::ranges::sort(values);
  for (std::size_t part = 0; part < kParts && !values.empty(); ++part) {
    found.push_back(values[(2 * part + 1) * values.size() / (2 * kParts)]);
  }
  return found;
}

/// A column of rows of `width` numbers.
std::vector<float> column(std::span<const float> rows, std::size_t width, std::size_t at) {
  std::vector<float> values;
  for (std::size_t row = 0; row < rows.size(); row += width) {
    values.push_back(rows[row + at]);
  }
  return values;
}

/// The choices of many rows, a table each.
class Logits {
 public:
  explicit Logits(const std::vector<Choice>& choices)
      : choices_(choices), tables_(choices.size()) {}

  void add(std::span<const float> row) {
    for (std::size_t k = 0; k < choices_.size(); ++k) {
      const auto own = row.subspan(choices_[k].at, choices_[k].width);
      tables_[k].insert(tables_[k].end(), own.begin(), own.end());
    }
    ++rows_;
  }
  std::size_t rows() const { return rows_; }

  /// Adds to the biases of a row of heads that begins at `head`.
  void solve(const std::vector<std::vector<double>>& targets, std::span<float> head) const {
    for (std::size_t k = 0; k < choices_.size(); ++k) {
      const std::vector<float> bias = bias_of_choice(tables_[k], targets[k]);
      for (std::size_t o = 0; o < bias.size(); ++o) {
        head[choices_[k].at + o] += bias[o];
      }
    }
  }

 private:
  const std::vector<Choice>& choices_;
  std::vector<std::vector<float>> tables_;
  std::size_t rows_ = 0;
};

class Calibration {
 public:
  Calibration(engine::Weights weights, const Layout& layout, const Options& options,
              std::uint32_t most_records, const Targets& targets, std::size_t draws,
              std::uint64_t seed)
      : weights_(std::move(weights)),
        layout_(layout),
        options_(options),
        most_records_(most_records),
        targets_(targets),
        draws_(draws),
        seed_(seed),
        attributes_(choices_of(layout.attributes)),
        features_(choices_of(layout.features)),
        features_width_(width_of(layout.features)) {}

  engine::Weights solve() {
    solve_attributes();
    for (int round = 0; round < kRounds; ++round) {
      solve_records(static_cast<std::uint64_t>(round));
    }
    return std::move(weights_);
  }

 private:
  Sampler sampler() const { return {layout_, options_, most_records_, weights_}; }

  void solve_attributes() {
    Random random(seed_, 0);
    const std::vector<float> made = sampler().attribute_logits(draws_, random);
    const std::size_t width = width_of(layout_.attributes);
    Logits logits(attributes_);
    for (std::size_t at = 0; at < made.size(); at += width) {
      logits.add(std::span(made).subspan(at, width));
    }
    logits.solve(targets_.attributes, weights_.at("attribute.heads.bias").values);
    solve_numbers(made, width);
  }

  void solve_numbers(std::span<const float> made, std::size_t width) {
    engine::Tensor& heads = weights_.at("attribute.heads.weight");
    std::vector<float>& bias = weights_.at("attribute.heads.bias").values;
    const std::size_t inputs = heads.values.size() / bias.size();
    const std::vector<Number> numbers = numbers_of(layout_.attributes);
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      const std::size_t at = numbers[k].at;
      std::vector<float> values = column(made, width, at);
      const Line line = line_between(quantiles(values), targets_.numbers[k]);
      for (std::size_t i = 0; i < inputs; ++i) {
        heads.values[at * inputs + i] *= line.factor;
      }
      bias[at] = bias[at] * line.factor + line.offset;
    }
  }

  /// What records would be like with the biases so far, and better biases.
  void solve_records(std::uint64_t round) {
    std::vector<Logits> logits(targets_.places, Logits(features_));
    std::vector<std::vector<float>> margins(targets_.places);
    std::size_t seen = 0;
    const auto watch = [&](std::size_t record, std::span<const float> made) {
      const std::size_t place = record % targets_.places;
      logits[place].add(made);
      if (!options_.given_lengths && record + 1 < most_records_) {
        const auto flags = made.subspan(features_width_, kFlags);
        margins[place].push_back(flags[1] - flags[0]);
      }
      ++seen;
    };
    const Sampler now = sampler();
    constexpr std::size_t kAtOnce = 512;
    for (std::size_t block = 0; seen < draws_ && block * kAtOnce < draws_; ++block) {
      Random random(seed_, mix(round + 1, block));
      now.draw_series(now.draw_heads(kAtOnce, random), random, watch);
    }
    for (std::size_t place = 0; place < targets_.places; ++place) {
      solve_place(place, logits[place], margins[place]);
    }
  }

  void solve_place(std::size_t place, const Logits& logits, std::vector<float>& margins) {
    const std::size_t stride = features_width_ + (options_.given_lengths ? 0 : kFlags);
    const auto head =
        std::span(weights_.at("feature.heads.bias").values).subspan(place * stride, stride);
    if (static_cast<double>(logits.rows()) >= kFewest && !targets_.features[place].empty()) {
      logits.solve(targets_.features[place], head);
    }
    if (static_cast<double>(margins.size()) >= kFewest && targets_.last[place] >= 0) {
      head[features_width_ + 1] += bias_of_margin(margins, targets_.last[place]);
    }
  }

  engine::Weights weights_;
  const Layout& layout_;
  const Options& options_;
  std::uint32_t most_records_;
  const Targets& targets_;
  std::size_t draws_;
  std::uint64_t seed_;
  std::vector<Choice> attributes_, features_;
  std::size_t features_width_;
};

constexpr double kMostFactor = 4;  // of a share, at once
constexpr double kLeastShare = 1e-6;

void correct(std::vector<double>& target, const std::vector<double>& wanted,
             const std::vector<double>& drawn) {
  double sum = 0;
  for (std::size_t option = 0; option < target.size(); ++option) {
    target[option] *= std::clamp((wanted[option] + kLeastShare) / (drawn[option] + kLeastShare),
                                 1 / kMostFactor, kMostFactor);
    sum += target[option];
  }
  for (double& share : target) {
    share /= sum;
  }
}

}  // namespace

Targets targets_of(const Layout& layout, const Options& options, std::uint32_t most_records,
                   const Samples& samples, bool by_record) {
  const std::vector<Choice> of_flows = choices_of(layout.attributes);
  const std::vector<Choice> of_records = choices_of(layout.features);
  Targets targets;
  targets.places = options.sample_len;
  Shares attributes(of_flows);
  std::vector<Shares> features(targets.places, Shares(of_records));
  std::vector<std::size_t> ends(targets.places), chances(targets.places);
  std::size_t record = 0;
  for (std::size_t flow = 0; flow < samples.size(); ++flow) {
    attributes.add(samples.attributes_of(flow),
                   by_record ? static_cast<double>(samples.lengths[flow]) : 1);
    for (std::size_t r = 0; r < samples.lengths[flow]; ++r, ++record) {
      const std::size_t place = r % targets.places;
      features[place].add(std::span(samples.features)
                              .subspan(record * samples.feature_width, samples.feature_width));
      if (r + 1 < most_records) {
        ++chances[place];
        ends[place] += r + 1 == samples.lengths[flow] ? 1 : 0;
      }
    }
  }
  targets.attributes = attributes.shares();
  for (const Number& number : numbers_of(layout.attributes)) {
    std::vector<float> values = column(samples.attributes, samples.attribute_width, number.at);
    for (float& value : values) {
      value = logit_of(value, number.is_signed);
    }
    targets.numbers.push_back(quantiles(values));
  }
  for (std::size_t place = 0; place < targets.places; ++place) {
    const bool enough = features[place].total() >= kFewest;
    targets.features.push_back(enough ? features[place].shares()
                                      : std::vector<std::vector<double>>());
    targets.last.push_back(chances[place] == 0 ? -1
                                               : static_cast<double>(ends[place]) /
                                                     static_cast<double>(chances[place]));
  }
  return targets;
}

void correct(Targets& targets, const Targets& wanted, const Targets& drawn) {
  for (std::size_t k = 0; k < targets.attributes.size(); ++k) {
    correct(targets.attributes[k], wanted.attributes[k], drawn.attributes[k]);
  }
  for (std::size_t place = 0; place < targets.places; ++place) {
    const bool known = !wanted.features[place].empty() && !drawn.features[place].empty();
    for (std::size_t k = 0; known && k < targets.features[place].size(); ++k) {
      correct(targets.features[place][k], wanted.features[place][k], drawn.features[place][k]);
    }
    if (wanted.last[place] >= 0 && drawn.last[place] >= 0) {
      targets.last[place] =
          std::clamp(targets.last[place] + wanted.last[place] - drawn.last[place], 0.0, 1.0);
    }
  }
}

engine::Weights calibrated(const engine::Weights& weights, const Layout& layout,
                           const Options& options, std::uint32_t most_records,
                           const Targets& targets, std::size_t draws, std::uint64_t seed) {
  return Calibration(weights, layout, options, most_records, targets, draws, seed).solve();
}

}  // namespace tracetwin::doppelganger
