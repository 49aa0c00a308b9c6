#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "trace/reader.h"

namespace tracetwin {

/// Bytes of a file's header if it is a plain pcap file, whose records may be read from the middle
/// on; 0 for all others. Throws Error when the file cannot be read.
std::uint64_t pcap_head(const std::filesystem::path& path);

/// Where a record seems to begin at or behind `place`: where a row of record headers follows that
/// make sense, one behind the other. A file that holds a capture inside of its packets can
/// deceive, so whoever asks must see that the records before end there. The file's size when
/// nothing looks like one. `path` has a pcap_head(). Throws Error.
std::uint64_t pcap_record_near(const std::filesystem::path& path, std::uint64_t place);

/// The records that begin in [begin, end) of a file that has a pcap_head(); one begins at `begin`,
/// or nothing. Frames are numbered from 1.
class PcapRangeReader : public FrameReader {
 public:
  /// Where the record behind the last one read begins.
  virtual std::uint64_t place() const = 0;
  /// Whether the file ended, or made no sense any more, before `end`.
  virtual bool is_cut() const = 0;
};
std::unique_ptr<PcapRangeReader> open_pcap_range(const std::filesystem::path& path,
                                                 std::uint64_t begin, std::uint64_t end);

}  // namespace tracetwin
