#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "trace/flow.h"
#include "trace/frame.h"
#include "trace/packet.h"

namespace tracetwin {

/// Writers write into a ByteSink that they are given; finish() writes what the format needs at
/// its end but does not commit the sink. All throw Error when the sink does.
class FrameWriter {
 public:
  virtual ~FrameWriter() = default;
  virtual void write(const Frame& frame) = 0;
  virtual void finish() {}
};

class PacketWriter {
 public:
  virtual ~PacketWriter() = default;
  virtual void write(const Packet& packet) = 0;
  virtual void finish() {}
};

class FlowWriter {
 public:
  virtual ~FlowWriter() = default;
  /// `batch.extras` is parallel to the columns the writer was made with.
  virtual void write(const FlowBatch& batch) = 0;
  virtual void finish() {}

  /// Whether what stands in the output for a batch depends on nothing before it, and so may be made
  /// elsewhere: write(batch) is then write_text(text_of(batch)). text_of() may be called from any
  /// thread, and of another writer with the same options.
  virtual bool has_texts() const { return false; }
  virtual std::string text_of(const FlowBatch& /*batch*/) const { return {}; }
  virtual void write_text(std::string_view /*text*/) {}
};

}  // namespace tracetwin
