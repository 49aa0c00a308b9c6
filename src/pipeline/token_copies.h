#pragma once

#include <cstdint>

#include "pipeline/copy_check.h"
#include "pipeline/model.h"
#include "pipeline/private_trace.h"

namespace tracetwin {

/// What a twin of a network of tokens repeats of the trace that it was just trained on with `seed`:
/// the flows that judged the training are those that it never saw. Groups too large to be held out
/// are left aside, and of very many records some are taken. Not private.
CopyCheck copies_of(const PrivateTrace& trace, const TwinModel& model, std::uint64_t seed,
                    unsigned threads);

}  // namespace tracetwin
