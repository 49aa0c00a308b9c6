#include "pipeline/admission.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "encode/flow_rows.h"
#include "pipeline/conversation.h"

namespace tracetwin {
namespace {

/// Rows that may be drawn in vain before the conditions count as impossible.
constexpr std::uint64_t kVain = std::uint64_t{1} << 17;
constexpr std::uint64_t kVainEach = 64;  // and for each row asked for

KeySet keys_in(const Window& window) {
  return KeySet::range(static_cast<std::uint64_t>(window.begin),
                       static_cast<std::uint64_t>(window.end - 1));
}

}  // namespace

Admission::Admission(const TwinModel& model, const GenerateJob& job, const Window& span)
    : model_(model),
      seed_(job.seed),
      time_(time_field(model.schema)),
      conditions_(understand(job.selection.where, model.schema, model.vocabularies)),
      failures_(conditions_.size()),
      window_(twin_window(span, job.selection)),
      times_(keys_in(window_)) {
  for (const Condition& condition : conditions_) {
    times_ = condition.field == time_ ? times_.intersected(condition.keys) : times_;
  }
}

void Admission::refuse_time() const {
  for (const Condition& condition : conditions_) {
    if (condition.field == time_) {
      throw Error(fmt::format("the twin covers {} to {}, which \"{}\" excludes",
                              format_rfc3339(window_.begin), format_rfc3339(window_.end),
                              shortened(condition.text)),
                  "Give other times, or move the twin with --start and --duration.");
    }
  }
  throw Error("the twin covers no time");
}

void Admission::check_yield(std::uint64_t drawn, std::uint64_t kept, std::uint64_t wanted) const {
  if (drawn <= kVain + kVainEach * wanted) {
    return;
  }
  if (conditions_.empty()) {
    throw Error("next to no record that the model makes is one that the protocols allow",
                "Train longer.");
  }
  std::size_t worst = 0;
  for (std::size_t c = 1; c < failures_.size(); ++c) {
    worst = failures_[c] > failures_[worst] ? c : worst;
  }
  throw Error(
      fmt::format("next to no record that the protocols allow satisfies all conditions: {} of {} "
                  "that were put together; most fail \"{}\" ({})",
                  with_thousands(kept), with_thousands(drawn), shortened(conditions_[worst].text),
                  conditions_[worst].name),
      "Leave one of the conditions out, or make it wider.");
}

Row Admission::settled(Row row, std::uint64_t stream, Random& random) {
  if (model_.packets) {
    std::vector<Packet> packets;
    compile_row(model_, row, window_.end, seed_, stream, packets);
    return admits(std::move(packets)) ? row : Row();
  }
  FlowBatch batch;
  batch.extras.resize(extra_names(model_.schema).size());
  append_record(model_.schema, row, model_.vocabularies, random, batch);
  Row made = row_of_record(model_.schema, row, batch, 0);
  if (!satisfies(made)) {
    return {};
  }
  for (std::size_t f = 0; f < row.size(); ++f) {
    made[f] = model_.schema.fields[f].kind == FieldKind::kShare ? row[f] : made[f];
  }
  return made;
}

bool Admission::admits(std::vector<Packet> packets) {
  return satisfies(row_of_packets(model_, std::move(packets)));
}

bool Admission::satisfies(const Row& made) {
  bool all = !made.empty() && times_.contains(made[time_]);
  for (std::size_t c = 0; c < conditions_.size(); ++c) {
    if (made.empty() || !conditions_[c].holds(made[conditions_[c].field])) {
      ++failures_[c];
      all = false;
    }
  }
  return all;
}

}  // namespace tracetwin
