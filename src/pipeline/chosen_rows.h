#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/progress.h"
#include "compile/plan.h"
#include "pipeline/rows.h"

namespace tracetwin {

/// Some rows of a twin, in order of time.
struct ChosenRows {
  std::vector<Row> rows;
  std::vector<std::uint64_t> streams;  ///< of random numbers for compile_row(), by row
  /// Networks of captures: the packets of each row's conversation; else empty.
  std::vector<ConversationPlan> plans;
  Window window;  ///< the time that the twin covers
};

/// Hands to `visit`, in order of time and some at a time, as many rows as the job asks for, of
/// records that its selection lets through: what is made of them (append_record(), compile_row())
/// satisfies every condition, whatever the protocols' rules change. Without a selection,
/// stream_rows(); with one, all of them are in memory.
///
/// The records follow the model's distribution under the conditions: codes come from a model under
/// evidence (engine/marginal/conditioned.h), values from FieldDraw, and records that fall outside
/// when they are put together are replaced by others. Without a count in the job they are not: then
/// as many come out as a twin of the whole would hold of them, but at least one. Conditions on
/// orig_pkts and orig_ip_bytes, which follow from several fields, are met by that alone.
///
/// Throws Error when the selection's time is not possible, when a condition means nothing
/// (condition.h), when no code of a field satisfies those on it, when fields exclude each other
/// (naming those that do), or when next to none of the records put together satisfy them.
void choose_rows(const TwinModel& model, const GenerateJob& job, const Progress& progress,
                 const std::function<void(const ChosenRows&)>& visit);

}  // namespace tracetwin
