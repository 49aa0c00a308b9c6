#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "trace/format/format.h"

namespace tracetwin::stream {

/// Cuts a trace, as it is read, into windows of time: [k epoch, (k + 1) epoch) since 1970, so where
/// they begin depends on nothing that the trace holds. Records are taken to come in order of time
/// (of flow logs: of their starts); those that come when their window is over are left out and
/// counted. Windows without records are passed over. Memory: one batch of records.
class Windows {
 public:
  /// `epoch_ns` > 0. Windows that begin before `from_ns` are passed over.
  Windows(AnyReader reader, std::int64_t epoch_ns, std::int64_t from_ns);
  ~Windows();
  Windows(const Windows&) = delete;
  Windows& operator=(const Windows&) = delete;

  /// The next window with records: when it begins, ns since 1970; nothing at the end of the trace.
  /// What is left of the window before is passed over.
  std::optional<std::int64_t> next();
  /// Reads what next() came to, up to the end of the window; once a window.
  AnyReader reader();
  /// Records of the window that reader() read.
  std::uint64_t records() const;
  /// Records that came too late, since the last call.
  std::uint64_t take_late();

 private:
  class Cut;
  template <class Reader>
  class Cutting;
  class Frames;
  class Packets;
  class Flows;

  std::shared_ptr<Cut> cut_;
};

}  // namespace tracetwin::stream
