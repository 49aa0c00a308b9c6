#include <array>

#include "trace/format/packet_csv/columns.h"
#include "trace/format/rows.h"
#include "trace/format/text/number.h"
#include "trace/format/text/tuple_text.h"

namespace tracetwin {
namespace {

constexpr int kMicroseconds = 3;

class PacketCsvWriter final : public PacketWriter {
 public:
  explicit PacketCsvWriter(ByteSink& sink) : sink_(sink) {
    for (const auto& column : packet_csv::columns()) {
      text_ += text_.empty() ? "" : ",";
      text_ += column.name;
    }
    text_ += '\n';
  }

  void write(const Packet& packet) override {
    append_tuple(text_, packet.tuple, ',');
    text_ += ',';
    append_scaled(text_, packet.time_ns, kMicroseconds);
    append_numbers(packet);
    text_ += '\n';
    if (text_.size() >= kFlushAt) {
      finish();
    }
  }

  void finish() override {
    sink_.write(std::string_view(text_));
    text_.clear();
  }

 private:
  static constexpr std::size_t kFlushAt = 1 << 16;

  /// The columns from pkt_len on, in their order.
  void append_numbers(const Packet& packet) {
    const std::array<std::uint32_t, 18> numbers = {packet.ip_length,
                                                   packet.version,
                                                   packet.ihl,
                                                   packet.tos,
                                                   packet.ip_id,
                                                   packet.ip_flags,
                                                   packet.fragment_offset,
                                                   packet.ttl,
                                                   packet.ip_checksum,
                                                   packet.tcp_flags,
                                                   packet.tcp_window,
                                                   packet.tcp_seq,
                                                   packet.tcp_ack,
                                                   packet.transport_header,
                                                   packet.payload_length,
                                                   packet.flow_label,
                                                   packet.wire_length,
                                                   packet.captured_length};
    for (const std::uint32_t number : numbers) {
      text_ += ',';
      append_whole(text_, number);
    }
  }

  ByteSink& sink_;
  std::string text_;  // what has not been written yet, at first the header
};

}  // namespace

AnyWriter open_packet_csv_writer(ByteSink& sink, const WriterOptions&) {
  return std::make_unique<PacketCsvWriter>(sink);
}

}  // namespace tracetwin
