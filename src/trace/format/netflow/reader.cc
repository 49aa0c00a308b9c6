// A capture of NetFlow or IPFIX datagrams as the flow records in them: nfcapd collects them, nfdump
// prints them. Which datagrams those are is told by their first two bytes, the version.
#include <fmt/format.h>

#include <memory>
#include <utility>
#include <variant>

#include "base/error.h"
#include "trace/decode/layers.h"
#include "trace/format/format.h"
#include "trace/format/netflow/collector.h"
#include "trace/format/nfdump/flows.h"
#include "trace/format/rows.h"
#include "trace/io/byte_order.h"

namespace tracetwin {
namespace {

/// The bytes behind the UDP header; empty when the frame is no whole UDP datagram.
decode::Bytes datagram_in(const Frame& frame, Packet& packet) {
  if (decode_frame(frame, packet).fault != DecodeFault::kNone || packet.tuple.proto != kUdp ||
      packet.fragment_offset != 0 || packet.payload_length == 0) {
    return {};
  }
  const auto layer = decode::network_layer(frame.link, frame.bytes);
  const std::size_t headers = packet.ip_length - packet.payload_length;
  return headers + packet.payload_length <= layer.bytes.size()
             ? layer.bytes.subspan(headers, packet.payload_length)
             : decode::Bytes();
}

bool is_flow_export(decode::Bytes datagram) {
  constexpr std::size_t kShortest = 16;
  if (datagram.size() < kShortest) {
    return false;
  }
  const auto version = load_big<std::uint16_t>(datagram.data());
  return version == 1 || version == 5 || version == 7 || version == 9 || version == 10;
}

/// What was left out of the capture goes before what the records' reader leaves out.
class NetflowReader final : public FlowReader {
 public:
  NetflowReader(std::unique_ptr<FlowReader> flows, Skips skips)
      : flows_(std::move(flows)), before_(std::move(skips)) {}

  bool next(FlowBatch& batch) override { return flows_->next(batch); }
  const std::vector<std::string>& extra_columns() const override { return flows_->extra_columns(); }
  const SourceInfo& info() const override { return flows_->info(); }
  const Skips& skips() const override {
    all_ = before_;
    all_.merge(flows_->skips());
    return all_;
  }
  std::uint64_t bytes_read() const override { return flows_->bytes_read(); }

 private:
  std::unique_ptr<FlowReader> flows_;
  Skips before_;
  mutable Skips all_;
};

Skips send_all(FrameReader& frames, netflow::Collector& collector) {
  Frame frame;
  Packet packet;
  Skips left_out;
  std::uint64_t sent = 0;
  while (frames.next(frame)) {
    const auto datagram = datagram_in(frame, packet);
    if (is_flow_export(datagram)) {
      collector.send(packet.tuple.src, datagram);
      ++sent;
    } else {
      left_out.add("not a whole datagram of NetFlow or IPFIX", frames.position());
    }
  }
  left_out.merge(frames.skips());
  if (sent == 0) {
    throw Error(fmt::format("{} holds no datagram of NetFlow or IPFIX", frames.info().name),
                "Read it as a capture, without --input-format.");
  }
  return left_out;
}

}  // namespace

AnyReader open_netflow_reader(Buffered input, SourceInfo info) {
  SourceInfo flows = info;
  AnyReader opened = open_trace(std::move(input), std::move(info));
  auto* frames = std::get_if<std::unique_ptr<FrameReader>>(&opened);
  if (frames == nullptr) {
    throw Error(fmt::format("{} is no capture, so it holds no NetFlow datagrams", flows.name),
                "Leave --input-format away, or name a capture (pcap, pcapng).");
  }
  netflow::Collector collector;
  Skips left_out = send_all(**frames, collector);
  return std::make_unique<NetflowReader>(nfdump::reader(collector.finish(), std::move(flows)),
                                         std::move(left_out));
}

}  // namespace tracetwin
