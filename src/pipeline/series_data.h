#pragma once

#include "pipeline/model.h"
#include "pipeline/private_trace.h"
#include "series/choose.h"

namespace tracetwin {

/// A trace's flows as time-series networks see them: records of a flow log by five-tuple, packets
/// of a capture by conversation. `model` has the vocabularies. In memory; private.
series::SeriesData series_data(const PrivateTrace& trace, const TwinModel& model);

}  // namespace tracetwin
