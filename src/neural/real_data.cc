#include "neural/real_data.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "base/random.h"
#include "engine/doppelganger/layout.h"

namespace tracetwin::neural {
namespace {

constexpr std::uint64_t kEpochs = 0x65706f6368;
constexpr std::uint64_t kReplaced = 0x7265706c;

/// [records + 2, 2].
at::Tensor flags_of(const std::vector<std::uint32_t>& lengths, std::int64_t records) {
  at::Tensor flags = at::zeros({records + 2, 2}, at::kFloat);
  float* at = flags.data_ptr<float>();
  for (const std::uint32_t length : lengths) {
    for (std::uint32_t t = 0; t < length; ++t, at += doppelganger::kFlags) {
      at[t + 1 < length ? 0 : 1] = 1;
    }
  }
  at[1] = 1;
  return flags;
}

std::vector<std::int64_t> begins_of(const doppelganger::Samples& samples) {
  const auto flows = static_cast<std::int64_t>(samples.size());
  std::vector<std::int64_t> begins;
  for (std::int64_t flow = 0; flow < flows; ++flow) {
    const auto at = static_cast<std::size_t>(flow);
    if (flow == 0 || samples.units.empty() || samples.units[at] != samples.units[at - 1]) {
      begins.push_back(flow);
    }
  }
  begins.push_back(flows);
  return begins;
}

}  // namespace

RealData::RealData(const doppelganger::Samples& samples, std::int64_t sample_len, bool flags,
                   const Kind& kind)
    : kind_(kind),
      sample_len_(sample_len),
      lengths_(samples.lengths.begin(), samples.lengths.end()),
      offsets_(samples.lengths.size()),
      unit_begin_(begins_of(samples)),
      attributes_(samples.attributes, static_cast<std::int64_t>(samples.attribute_width), 0, kind),
      records_(samples.features, static_cast<std::int64_t>(samples.feature_width), 2, kind) {
  std::exclusive_scan(lengths_.begin(), lengths_.end(), offsets_.begin(), std::int64_t{0});
  if (flags) {
    flags_ = flags_of(samples.lengths, records_.rows() - 2).to(kind);
  }
}

std::int64_t RealData::most_of_unit() const {
  std::int64_t most = 0;
  for (std::size_t unit = 0; unit + 1 < unit_begin_.size(); ++unit) {
    most = std::max(most, unit_begin_[unit + 1] - unit_begin_[unit]);
  }
  return most;
}

std::vector<std::int64_t> RealData::flows_of(std::int64_t unit) const {
  const auto at = static_cast<std::size_t>(unit);
  std::vector<std::int64_t> flows(static_cast<std::size_t>(unit_begin_[at + 1] - unit_begin_[at]));
  std::iota(flows.begin(), flows.end(), unit_begin_[at]);
  return flows;
}

std::int64_t RealData::blocks_of(std::int64_t flow) const {
  return (lengths_[static_cast<std::size_t>(flow)] + sample_len_ - 1) / sample_len_;
}

Sequences RealData::batch(const std::vector<std::int64_t>& flows) const {
  Sequences batch;
  for (const std::int64_t flow : flows) {
    batch.blocks.push_back(blocks_of(flow));
  }
  const std::int64_t rows = static_cast<std::int64_t>(flows.size());
  const std::int64_t blocks =
      rows == 0 ? 1 : *std::max_element(batch.blocks.begin(), batch.blocks.end());
  const std::int64_t records = blocks * sample_len_;
  const std::int64_t padding = records_.rows() - 2;
  at::Tensor places = at::empty({rows * records}, at::kLong);
  auto* at = places.data_ptr<std::int64_t>();
  for (const std::int64_t flow : flows) {
    const auto index = static_cast<std::size_t>(flow);
    for (std::int64_t t = 0; t < records; ++t) {
      const bool in_block = t < blocks_of(flow) * sample_len_;
      *at++ = t < lengths_[index] ? offsets_[index] + t : in_block ? padding : padding + 1;
    }
  }
  const at::Tensor chosen = at::tensor(flows, at::kLong).to(kind_.device());
  batch.attributes = attributes_.select(chosen);
  const at::Tensor there = places.to(kind_.device());
  at::Tensor features = records_.select(there);
  if (flags_.defined()) {
    features = at::cat({features, flags_.index_select(0, there)}, 1);
  }
  batch.features = features.view({rows, records, features.size(1)});
  return batch;
}

at::Tensor RealData::sorted_lengths() const {
  std::vector<std::int64_t> sorted = lengths_;
  std::sort(sorted.begin(), sorted.end());
  return at::tensor(sorted, at::kLong).to(kind_);
}

Batches::Batches(std::uint64_t seed, std::int64_t flows, std::int64_t batch)
    : seed_(seed), flows_(flows), batch_(batch) {}

void Batches::shuffle(std::uint64_t epoch) {
  epoch_ = epoch;
  order_.resize(static_cast<std::size_t>(flows_));
  std::iota(order_.begin(), order_.end(), std::int64_t{0});
  Random(seed_, mix(kEpochs, epoch)).shuffle(std::span(order_));
}

std::vector<std::int64_t> Batches::operator()(std::uint64_t number) {
  if (flows_ < batch_) {
    Random random(seed_, mix(kReplaced, number));
    std::vector<std::int64_t> flows(static_cast<std::size_t>(batch_));
    for (std::int64_t& flow : flows) {
      flow = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(flows_)));
    }
    return flows;
  }
  const auto an_epoch = static_cast<std::uint64_t>(flows_ / batch_);
  if (number / an_epoch != epoch_) {
    shuffle(number / an_epoch);
  }
  const auto first = order_.begin() + static_cast<std::int64_t>(number % an_epoch) * batch_;
  return {first, first + batch_};
}

}  // namespace tracetwin::neural
