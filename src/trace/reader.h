#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trace/flow.h"
#include "trace/frame.h"
#include "trace/packet.h"
#include "trace/skips.h"

namespace tracetwin {

/// What a trace is made of.
enum class TraceKind { kPackets, kFlows };

/// Facts about a file that its reader knows; filled as reading goes on.
struct SourceInfo {
  std::string name;                  ///< path as given, "standard input" for "-"
  std::string format;                ///< row of the format table, such as "pcapng"
  std::string compression;           ///< "", "gzip" or "zstd"
  std::vector<LinkType> link_types;  ///< captures: as met, each once
  /// Captures: of the file's header, or of the interfaces that it describes, in order, each once,
  /// whether packets have them or not.
  std::vector<LinkType> header_links;
  /// Whether a header names the columns; else they are those that the records happen to have.
  bool columns_in_header = true;
  std::uint32_t snap_length = 0;  ///< captures: largest of its interfaces, 0 = no limit
  bool nanoseconds = false;       ///< captures: resolution finer than a microsecond
  std::size_t files = 1;          ///< that are read one after the other
};

/// Readers stream: memory does not grow with the file. They throw Error only for what ends
/// reading at once (unreadable file, a header that makes no sense); damage further on is counted
/// in skips() and reading goes on or stops there.
class FrameReader {
 public:
  virtual ~FrameReader() = default;
  /// The next frame; false at the end.
  virtual bool next(Frame& frame) = 0;
  virtual const SourceInfo& info() const = 0;
  virtual const Skips& skips() const = 0;
  /// Number of the frame last returned, from 1, counting skipped ones.
  virtual std::uint64_t position() const = 0;
  /// Bytes of the (compressed) file read so far, for progress.
  virtual std::uint64_t bytes_read() const = 0;
};

/// Packets as header summaries: a capture behind a decoder, or a packet CSV.
class PacketReader {
 public:
  virtual ~PacketReader() = default;
  virtual bool next(Packet& packet) = 0;
  virtual const SourceInfo& info() const = 0;
  virtual const Skips& skips() const = 0;
  virtual std::uint64_t bytes_read() const = 0;
};

class FlowReader {
 public:
  virtual ~FlowReader() = default;
  /// Clears `batch` and fills it with up to some thousand records; false when there is no more.
  virtual bool next(FlowBatch& batch) = 0;
  /// Names of the columns in FlowBatch::extras, in file order; fixed once the reader is open,
  /// or (JSON lines) once the first batch has been read: a later column is counted as skipped.
  virtual const std::vector<std::string>& extra_columns() const = 0;
  virtual const SourceInfo& info() const = 0;
  virtual const Skips& skips() const = 0;
  virtual std::uint64_t bytes_read() const = 0;
};

}  // namespace tracetwin
