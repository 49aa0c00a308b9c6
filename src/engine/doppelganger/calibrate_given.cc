#include "engine/doppelganger/calibrate_given.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "base/random.h"
#include "engine/doppelganger/sampler.h"
#include "engine/doppelganger/shares.h"
#include "engine/doppelganger/solve_bias.h"

namespace tracetwin::doppelganger {
namespace {

constexpr std::size_t kFewest = 50;
constexpr std::size_t kAtOnce = 512;
constexpr std::size_t kMost = 4096;       // flows of an option that are looked at
constexpr std::size_t kRecords = 100000;  // and about so many of their records
constexpr std::size_t kMostBlocks = 64;   // of an option, which may be rare

std::optional<Choice> choice_named(const Outputs& outputs, const char* name) {
  std::size_t at = 0;
  for (const Output& output : outputs) {
    if (output.name == name && output.activation == Activation::kSoftmax) {
      return Choice{at, output.width};
    }
    at += output.width;
  }
  return {};
}

/// Shares of the flows that have a record number r for which it is the last.
std::vector<double> hazards(const Samples& samples, std::uint32_t most_records) {
  std::vector<double> ends(most_records), chances(most_records);
  for (const std::uint32_t length : samples.lengths) {
    for (std::uint32_t r = 0; r < length; ++r) {
      ++chances[r];
    }
    ++ends[length - 1];
  }
  for (std::uint32_t r = 0; r < most_records; ++r) {
    ends[r] = chances[r] > 0 ? ends[r] / chances[r] : 1;
  }
  return ends;
}

/// Flows of one option, all as long as can be: by record what it is made from, of all flows.
struct Seen {
  std::vector<std::vector<float>> records;
  std::size_t flows = 0;
};

class Conditional {
 public:
  Conditional(engine::Weights weights, const Layout& layout, const Options& options,
              std::uint32_t most_records, const Choice& given, std::uint64_t seed)
      : weights_(std::move(weights)),
        layout_(layout),
        options_(options),
        most_records_(most_records),
        given_(given),
        seed_(seed),
        choices_(choices_of(layout.features)),
        width_(width_of(layout.features)),
        stride_(width_ + kFlags) {
    const std::size_t heads = options.sample_len * stride_;
    if (!weights_.has(kShifts)) {
      weights_.add({kShifts, {given.width, heads}, std::vector<float>(given.width * heads)});
      weights_.add({kLastShifts,
                    {given.width, most_records},
                    std::vector<float>(given.width * most_records)});
      weights_.add({kShiftsAt, {1}, {static_cast<float>(given.at)}});
    }
  }

  engine::Weights solve(const Samples& samples) {
    for (std::size_t option = 0; option < given_.width; ++option) {
      const Samples own = with(option, samples);
      if (own.size() >= kFewest) {
        solve(option, own);
      }
    }
    return std::move(weights_);
  }

 private:
  bool has(std::size_t option, std::span<const float> attributes) const {
    return attributes[given_.at + option] > 0.5F;
  }

  Samples with(std::size_t option, const Samples& samples) const {
    Samples own;
    own.attribute_width = samples.attribute_width;
    own.feature_width = samples.feature_width;
    std::size_t record = 0;
    for (std::size_t flow = 0; flow < samples.size(); record += samples.lengths[flow++]) {
      if (has(option, samples.attributes_of(flow))) {
        append(samples, flow, record, own);
      }
    }
    return own;
  }

  FlowHeads heads_with(std::size_t option, const Sampler& sampler) const {
    FlowHeads own;
    const std::size_t wanted = std::clamp<std::size_t>(kRecords / most_records_, kAtOnce, kMost);
    std::size_t found = 0;
    for (std::size_t block = 0; found < wanted && block < kMostBlocks; ++block) {
      Random random(seed_, mix(option, block));
      const FlowHeads heads = sampler.draw_heads(kAtOnce, random);
      const std::size_t width = heads.attributes.size() / kAtOnce;
      for (std::size_t i = 0; i < kAtOnce; ++i) {
        const auto attributes = std::span(heads.attributes).subspan(i * width, width);
        if (has(option, attributes)) {
          own.attributes.insert(own.attributes.end(), attributes.begin(), attributes.end());
          ++found;
        }
      }
    }
    return own;
  }

  Seen watch(std::size_t option) const {
    Seen seen;
    seen.records.resize(most_records_);
    const Sampler sampler(layout_, options_, most_records_, weights_);
    FlowHeads heads = heads_with(option, sampler);
    Random random(seed_, mix(option, kMostBlocks));
    const auto see = [&](std::size_t record, std::span<const float> made) {
      seen.records[record].insert(seen.records[record].end(), made.begin(), made.end());
    };
    seen.flows = sampler.draw_to_the_end(std::move(heads), random, see).size();
    return seen;
  }

  /// Ends come first, since they say which records there are.
  void solve(std::size_t option, const Samples& own) {
    const Seen seen = watch(option);
    if (seen.flows < kFewest) {
      return;
    }
    const auto lengths = solve_ends(option, seen, hazards(own, most_records_));
    const Targets targets = targets_of(layout_, options_, most_records_, own);
    for (std::size_t place = 0; place < targets.places; ++place) {
      if (!targets.features[place].empty()) {
        solve_choices(option, place, seen, lengths, targets.features[place]);
      }
    }
  }

  /// How long each flow is then.
  std::vector<std::size_t> solve_ends(std::size_t option, const Seen& seen,
                                      const std::vector<double>& hazard) {
    std::vector<std::size_t> alive(seen.flows);
    std::iota(alive.begin(), alive.end(), std::size_t{0});
    std::vector<std::size_t> lengths(seen.flows, most_records_);
    float bias = 0;
    for (std::size_t r = 0; r + 1 < most_records_; ++r) {
      const auto margin = [&](std::size_t flow) {
        const float* flags = &seen.records[r][flow * stride_ + width_];
        return flags[1] - flags[0];
      };
      std::vector<float> margins;
      margins.reserve(alive.size());
      for (const std::size_t flow : alive) {
        margins.push_back(margin(flow));
      }
      bias = margins.empty() ? bias : bias_of_margin(margins, hazard[r]);
      weights_.at(kLastShifts).values[option * most_records_ + r] += bias;
      std::erase_if(alive, [&](std::size_t flow) {
        const bool ends = margin(flow) + bias > 0;
        lengths[flow] = ends ? r + 1 : lengths[flow];
        return ends;
      });
    }
    return lengths;
  }

  void solve_choices(std::size_t option, std::size_t place, const Seen& seen,
                     const std::vector<std::size_t>& lengths,
                     const std::vector<std::vector<double>>& targets) {
    std::vector<std::vector<float>> logits(choices_.size());
    for (std::size_t r = place; r < most_records_; r += options_.sample_len) {
      for (std::size_t flow = 0; flow < seen.flows; ++flow) {
        for (std::size_t k = 0; r < lengths[flow] && k < choices_.size(); ++k) {
          const auto own = std::span(seen.records[r])
                               .subspan(flow * stride_ + choices_[k].at, choices_[k].width);
          logits[k].insert(logits[k].end(), own.begin(), own.end());
        }
      }
    }
    const auto head = std::span(weights_.at(kShifts).values)
                          .subspan((option * options_.sample_len + place) * stride_, stride_);
    for (std::size_t k = 0; k < choices_.size(); ++k) {
      if (logits[k].size() < kFewest * choices_[k].width) {
        continue;
      }
      const auto bias = bias_of_choice(logits[k], targets[k]);
      for (std::size_t o = 0; o < bias.size(); ++o) {
        head[choices_[k].at + o] += bias[o];
      }
    }
  }

  engine::Weights weights_;
  const Layout& layout_;
  const Options& options_;
  std::uint32_t most_records_;
  Choice given_;
  std::uint64_t seed_;
  std::vector<Choice> choices_;
  std::size_t width_, stride_;
};

}  // namespace

engine::Weights calibrated_given(const engine::Weights& weights, const Layout& layout,
                                 const Options& options, std::uint32_t most_records,
                                 const Samples& samples, const char* given, std::uint64_t seed) {
  const std::optional<Choice> choice = choice_named(layout.attributes, given);
  if (!choice || options.given_lengths) {
    return weights;
  }
  return Conditional(weights, layout, options, most_records, *choice, seed).solve(samples);
}

}  // namespace tracetwin::doppelganger
