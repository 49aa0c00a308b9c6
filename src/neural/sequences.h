#pragma once

#include <cstdint>
#include <vector>

#include "neural/torch.h"

namespace tracetwin::neural {

/// A batch of flows, real or made. A block is the `sample_len` records of a step of the LSTM.
struct Sequences {
  at::Tensor attributes;             ///< [flows, attributes], additional ones included
  at::Tensor features;               ///< [flows, records, features and flags]; zero behind the end
  std::vector<std::int64_t> blocks;  ///< of each flow, >= 1; the longest fills `features`

  std::int64_t size() const { return attributes.size(0); }
};

}  // namespace tracetwin::neural
