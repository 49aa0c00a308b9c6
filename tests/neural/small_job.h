#pragma once

#include "base/random.h"
#include "engine/doppelganger/job.h"
#include "engine/doppelganger/samples.h"

namespace tracetwin::neural {

/// Networks of a few units for flows of up to `most_records` records.
inline doppelganger::Job small_job() {
  using doppelganger::Activation;
  doppelganger::Job job;
  job.layout.attributes = {{"bit", Activation::kSoftmax, 2},
                           {"other bit", Activation::kSoftmax, 2},
                           {"vector", Activation::kTanh, 3},
                           {"start", Activation::kSigmoid, 1}};
  job.layout.features = {{"gap", Activation::kSigmoid, 1}, {"kind", Activation::kSoftmax, 3}};
  job.most_records = 11;
  job.seed = 5;
  job.options.batch_size = 8;
  job.options.iterations = 20;
  job.options.sample_len = 2;
  job.options.d_rounds = 2;
  job.options.attribute_layers = job.options.critic_layers = 3;
  job.options.attribute_critic_layers = 3;
  job.options.attribute_units = job.options.critic_units = 16;
  job.options.attribute_critic_units = 16;
  job.options.feature_units = 10;
  return job;
}

inline doppelganger::Samples small_samples(const doppelganger::Job& job, std::size_t flows = 30) {
  doppelganger::Samples samples;
  samples.attribute_width = width_of(job.layout.attributes) + width_of(job.layout.additional);
  samples.feature_width = width_of(job.layout.features);
  Random random(9);
  for (std::size_t flow = 0; flow < flows; ++flow) {
    samples.lengths.push_back(1 + static_cast<std::uint32_t>(random.below(job.most_records)));
    for (std::size_t i = 0; i < samples.attribute_width; ++i) {
      samples.attributes.push_back(static_cast<float>(random.uniform()));
    }
    for (std::size_t i = 0; i < samples.lengths.back() * samples.feature_width; ++i) {
      samples.features.push_back(static_cast<float>(random.uniform()));
    }
  }
  return samples;
}

}  // namespace tracetwin::neural
