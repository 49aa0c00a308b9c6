#pragma once

#include "engine/doppelganger/job.h"
#include "engine/doppelganger/samples.h"

namespace tracetwin::neural {

/// Returns `job`. Throws Error, naming the option, when it asks for what cannot be trained, or when
/// the samples have other columns than its layout or longer flows than it says.
const doppelganger::Job& checked(const doppelganger::Job& job,
                                 const doppelganger::Samples& samples);

}  // namespace tracetwin::neural
