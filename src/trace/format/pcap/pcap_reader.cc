#include "base/error.h"
#include "trace/format/pcap/capture.h"
#include "trace/format/pcap/pcap_header.h"
#include "trace/format/pcap/pcap_layout.h"
#include "trace/format/rows.h"

namespace tracetwin {

namespace {

using namespace pcap;

class PcapReader final : public FrameReader {
 public:
  PcapReader(Buffered input, SourceInfo info) : input_(std::move(input)), info_(std::move(info)) {
    header_ = parse_file_header(input_.view(kFileHeader), info_.name);
    input_.consume(kFileHeader);
    info_.format = "pcap";
    info_.nanoseconds = header_.ns_per_tick == 1;
    info_.snap_length = header_.snap_length;
    info_.header_links = {header_.link};
    capture::note_link(info_.link_types, header_.link);
  }

  bool next(Frame& frame) override {
    if (ended_) {
      return false;
    }
    const auto head = input_.view(header_.record_header);
    if (head.size() < header_.record_header) {
      return end(!head.empty());
    }
    const RecordHeader record = parse_record_header(head, header_);
    if (record.captured > header_.longest) {
      return end_at_impossible_length();
    }
    const auto bytes = input_.view(header_.record_header + record.captured);
    if (bytes.size() < header_.record_header + record.captured) {
      return end(true);
    }
    ++position_;
    frame.time_ns = record.seconds * capture::kNsPerSecond + record.ticks * header_.ns_per_tick;
    frame.link = header_.link;
    frame.original_length = record.original;
    frame.bytes = bytes.subspan(header_.record_header);
    input_.consume(bytes.size());
    return true;
  }

  const SourceInfo& info() const override { return info_; }
  const Skips& skips() const override { return skips_; }
  std::uint64_t position() const override { return position_; }
  std::uint64_t bytes_read() const override { return input_.source().bytes_read(); }

 private:
  bool end(bool cut) {
    ended_ = true;
    capture::count_end(skips_, input_.source(), cut, position_ + 1);
    return false;
  }

  bool end_at_impossible_length() {
    ended_ = true;
    skips_.add("packet of impossible length; the rest of the file was not read", position_ + 1);
    return false;
  }

  Buffered input_;
  SourceInfo info_;
  Skips skips_;
  FileHeader header_;
  std::uint64_t position_ = 0;
  bool ended_ = false;
};

}  // namespace

bool sniff_pcap(std::string_view head) {
  return is_magic(std::as_bytes(std::span(head)));
}

AnyReader open_pcap_reader(Buffered input, SourceInfo info) {
  return std::make_unique<PcapReader>(std::move(input), std::move(info));
}

}  // namespace tracetwin
