#include "trace/format/pcap/pcap_range.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "base/error.h"
#include "trace/format/format.h"
#include "trace/format/pcap/capture.h"
#include "trace/format/pcap/pcap_header.h"
#include "trace/format/pcap/pcap_layout.h"
#include "trace/format/rows.h"
#include "trace/io/byte_range.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;
using namespace pcap;

std::uint64_t size_of(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) {
    throw system_error("read", path.string());
  }
  return size;
}

/// The bytes [begin, end) of a file, fewer where it ends.
std::vector<std::byte> bytes_of(const fs::path& path, std::uint64_t begin, std::uint64_t end) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(end - begin));
  const auto source = range_source(path, 0, begin, end);
  std::size_t size = 0;
  for (std::size_t got = 1; got > 0 && size < bytes.size(); size += got) {
    got = source->read(std::span(bytes).subspan(size));
  }
  bytes.resize(size);
  return bytes;
}

bool makes_sense(const RecordHeader& record, const FileHeader& header) {
  const auto ticks_of_second =
      static_cast<std::uint32_t>(capture::kNsPerSecond / header.ns_per_tick);
  return record.captured <= header.longest && record.captured <= record.original &&
         record.original <= capture::kLongestPacket && record.ticks < ticks_of_second;
}

/// Whether records follow each other from `at` to the end of `bytes`, or kEnough of them; those of
/// a trace are near in time.
bool is_row(std::span<const std::byte> bytes, std::size_t at, const FileHeader& header) {
  constexpr int kEnough = 64;
  constexpr std::int64_t kNear = 86'400;
  std::int64_t seconds = -1;
  for (int records = 0; records < kEnough; ++records) {
    if (at + header.record_header > bytes.size()) {
      return records > 0;
    }
    const RecordHeader record = parse_record_header(bytes.subspan(at), header);
    if (!makes_sense(record, header) ||
        (seconds >= 0 && std::abs(std::int64_t{record.seconds} - seconds) > kNear)) {
      return false;
    }
    seconds = record.seconds;
    at += header.record_header + record.captured;
  }
  return true;
}

class RangeReader final : public PcapRangeReader {
 public:
  RangeReader(std::unique_ptr<FrameReader> records, std::uint64_t begin, std::uint64_t end)
      : records_(std::move(records)), place_(begin), end_(end) {}

  bool next(Frame& frame) override {
    if (place_ >= end_) {
      return false;
    }
    if (!records_->next(frame)) {
      is_cut_ = true;
      return false;
    }
    place_ += kRecordHeader + frame.bytes.size();
    return true;
  }
  std::uint64_t place() const override { return place_; }
  bool is_cut() const override { return is_cut_; }
  const SourceInfo& info() const override { return records_->info(); }
  const Skips& skips() const override { return records_->skips(); }
  std::uint64_t position() const override { return records_->position(); }
  std::uint64_t bytes_read() const override { return records_->bytes_read(); }

 private:
  std::unique_ptr<FrameReader> records_;
  std::uint64_t place_;
  std::uint64_t end_;
  bool is_cut_ = false;
};

}  // namespace

std::uint64_t pcap_head(const fs::path& path) {
  const auto head = bytes_of(path, 0, kFileHeader);
  if (head.size() < kFileHeader || !is_magic(head)) {
    return 0;
  }
  return parse_file_header(head, path.string()).record_header == kRecordHeader ? kFileHeader : 0;
}

std::uint64_t pcap_record_near(const fs::path& path, std::uint64_t place) {
  constexpr std::uint64_t kRow = 1 << 16;
  const FileHeader header = parse_file_header(bytes_of(path, 0, kFileHeader), path.string());
  const std::uint64_t size = size_of(path);
  const std::uint64_t searched = kRecordHeader + header.longest;
  const auto bytes = bytes_of(path, place, std::min(size, place + searched + kRow));
  for (std::size_t at = 0; at < bytes.size() && at < searched; ++at) {
    if (is_row(bytes, at, header)) {
      return place + at;
    }
  }
  return size;
}

std::unique_ptr<PcapRangeReader> open_pcap_range(const fs::path& path, std::uint64_t begin,
                                                 std::uint64_t end) {
  SourceInfo info;
  info.name = shown_name(path);
  auto source = range_source(path, kFileHeader, begin, std::max(begin, size_of(path)));
  auto reader = open_pcap_reader(Buffered(std::move(source)), std::move(info));
  return std::make_unique<RangeReader>(std::move(std::get<std::unique_ptr<FrameReader>>(reader)),
                                       begin, end);
}

}  // namespace tracetwin
