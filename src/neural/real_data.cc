#include "neural/real_data.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <span>

#include "base/random.h"
#include "engine/doppelganger/layout.h"

namespace tracetwin::neural {
namespace {

constexpr std::uint64_t kEpochs = 0x65706f6368;
constexpr std::uint64_t kReplaced = 0x7265706c;

at::Tensor matrix(const std::vector<float>& values, std::int64_t rows, std::int64_t columns) {
  at::Tensor tensor = at::empty({rows, columns}, at::kFloat);
  std::memcpy(tensor.data_ptr<float>(), values.data(), values.size() * sizeof(float));
  return tensor;
}

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

}  // namespace

RealData::RealData(const doppelganger::Samples& samples, std::int64_t sample_len, bool flags,
                   const Kind& kind)
    : kind_(kind),
      sample_len_(sample_len),
      lengths_(samples.lengths.begin(), samples.lengths.end()),
      offsets_(samples.lengths.size()) {
  std::exclusive_scan(lengths_.begin(), lengths_.end(), offsets_.begin(), std::int64_t{0});
  const std::int64_t records = std::accumulate(lengths_.begin(), lengths_.end(), std::int64_t{0});
  const auto width = static_cast<std::int64_t>(samples.feature_width);
  attributes_ =
      matrix(samples.attributes, size(), static_cast<std::int64_t>(samples.attribute_width))
          .to(kind);
  at::Tensor table = at::zeros({records + 2, width}, at::kFloat);
  table.narrow(0, 0, records).copy_(matrix(samples.features, records, width));
  records_ = (flags ? at::cat({table, flags_of(samples.lengths, records)}, 1) : table).to(kind);
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
  const std::int64_t padding = records_.size(0) - 2;
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
  batch.attributes = attributes_.index_select(0, chosen);
  batch.features =
      records_.index_select(0, places.to(kind_.device())).view({rows, records, records_.size(1)});
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
