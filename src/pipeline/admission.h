#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "pipeline/generate.h"
#include "pipeline/rows.h"
#include "trace/packet.h"
#include "where/condition.h"
#include "where/key_set.h"

namespace tracetwin {

/// Which rows a selection lets through: those whose records, put together as the protocols want
/// them, satisfy its conditions and begin in its time. Counts what each condition keeps out.
class Admission {
 public:
  /// `span` is the model's time. Throws Error when a condition means nothing (condition.h), or the
  /// time is not possible.
  Admission(const TwinModel& model, const GenerateJob& job, const Window& span);

  const std::vector<Condition>& conditions() const { return conditions_; }
  const Window& window() const { return window_; }  ///< the twin's
  const KeySet& times() const { return times_; }    ///< that records may have, in the window

  /// The row of which the same record is made as of this one, without anything left to chance but
  /// its stream (compile_row()); empty when that record is not let through. Thread-safe.
  Row settled(Row row, std::uint64_t stream, Random& random);
  /// Whether the conversation of these packets is let through. Thread-safe.
  bool admits(std::vector<Packet> packets);

  /// Throws Error when `drawn` rows, of which `kept` were let through, are too many in vain for
  /// `wanted` of them.
  void check_yield(std::uint64_t drawn, std::uint64_t kept, std::uint64_t wanted) const;
  /// Throws Error that says which condition leaves no time.
  [[noreturn]] void refuse_time() const;

 private:
  bool satisfies(const Row& made);

  const TwinModel& model_;
  std::uint64_t seed_;
  std::size_t time_;
  std::vector<Condition> conditions_;
  std::vector<std::atomic<std::uint64_t>> failures_;  ///< records that failed each
  Window window_;
  KeySet times_;
};

}  // namespace tracetwin
