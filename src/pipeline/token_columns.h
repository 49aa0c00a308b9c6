#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/autoregressive/hold_out.h"
#include "pipeline/model.h"
#include "pipeline/private_trace.h"
#include "tokens/choose.h"

namespace tracetwin {

/// A trace's fields as networks of tokens take them; `model` has its vocabularies and window.
/// Private.
tokens::Columns token_columns(const PrivateTrace& trace, const TwinModel& model);

/// Of each record its group: records of one flow are held out together, or the same line would
/// train and judge. Whole hosts would be too much: how likely an unseen source is gets worse from
/// the first pass on, while what the sources do is still being learned (cloudserver: after 60 steps
/// of 1,000).
std::vector<std::uint32_t> token_groups(const tokens::Columns& columns);

/// The keys of record `row`.
void take_keys(const tokens::Columns& columns, std::size_t row, std::span<Key> keys);

}  // namespace tracetwin
