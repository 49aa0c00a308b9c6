#include "base/error.h"
#include "trace/decode/decode.h"
#include "trace/format/format.h"

namespace tracetwin {

namespace {

/// Packets of a capture. A frame without a Packet is counted under its number and why.
class DecodingReader final : public PacketReader {
 public:
  explicit DecodingReader(std::unique_ptr<FrameReader> frames) : frames_(std::move(frames)) {}

  bool next(Packet& packet) override {
    Frame frame;
    while (frames_->next(frame)) {
      const DecodeResult result = decode_frame(frame, packet);
      if (result.fault == DecodeFault::kNone) {
        return true;
      }
      faults_.add(describe(result, frame.link), frames_->position());
    }
    return false;
  }

  const SourceInfo& info() const override { return frames_->info(); }

  const Skips& skips() const override {
    all_ = frames_->skips();
    all_.merge(faults_);
    return all_;
  }

  std::uint64_t bytes_read() const override { return frames_->bytes_read(); }

 private:
  std::unique_ptr<FrameReader> frames_;
  Skips faults_;
  mutable Skips all_;  ///< both kinds of skips, put together when asked for
};

struct ToPackets {
  std::unique_ptr<PacketReader> operator()(std::unique_ptr<FrameReader> frames) const {
    return std::make_unique<DecodingReader>(std::move(frames));
  }
  std::unique_ptr<PacketReader> operator()(std::unique_ptr<PacketReader> packets) const {
    return packets;
  }
  std::unique_ptr<PacketReader> operator()(std::unique_ptr<FlowReader> flows) const {
    const SourceInfo& info = flows->info();
    throw Error(info.name + " holds flow records (" + info.format + "), not packets",
                "give a capture (pcap, pcapng) or a packet table");
  }
};

}  // namespace

std::unique_ptr<PacketReader> packets_of(AnyReader reader) {
  return std::visit(ToPackets{}, std::move(reader));
}

}  // namespace tracetwin
