#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/model.h"
#include "where/key_set.h"

namespace tracetwin {

/// A slot of a network's time at one place of a twin's.
struct TokenSlot {
  std::uint16_t value = 0;  ///< of the first token
  std::int64_t shift_ns = 0;
  KeySet times;        ///< that its rows may have
  bool whole = true;   ///< all of the slot's
  double records = 0;  ///< that the model has there
};

/// The slots that reach into the twin's time, of which `times` may be, again and again where it is
/// longer than the model's. `shares`: of the model's records in each slot.
std::vector<TokenSlot> slots_between(const TwinModel& model, std::span<const double> shares,
                                     const Window& twin, const KeySet& times);

}  // namespace tracetwin
