/// Speed of reading, decoding and writing captures: items are packets. The capture is made here:
/// Ethernet frames of a few hundred conversations, IPv4 and IPv6, TCP and UDP, cut to 96 bytes.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>

#include "base/random.h"
#include "trace/decode/decode.h"
#include "trace/format/format.h"
#include "trace/format/rows.h"

namespace tracetwin {
namespace {

using Octets = std::vector<std::byte>;

constexpr std::size_t kPackets = 200'000;
constexpr std::size_t kCaptured = 96;
constexpr std::uint32_t kPayload = 1000;

/// Takes what is written into memory, or only counts it.
class Sink final : public ByteSink {
 public:
  explicit Sink(bool keep) : keep_(keep) {}
  void write(std::span<const std::byte> part) override {
    written += part.size();
    if (keep_) {
      bytes.insert(bytes.end(), part.begin(), part.end());
    }
  }
  void commit() override {}
  Octets bytes;
  std::uint64_t written = 0;

 private:
  bool keep_;
};

void put_big(Octets& bytes, std::size_t at, std::uint32_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    bytes[at + i] = static_cast<std::byte>(value >> (8 * (size - 1 - i)));
  }
}

Octets make_frame(Random& random) {
  Octets frame(kCaptured);
  const bool v6 = random.chance(0.2);
  const std::size_t transport = v6 ? 54 : 34;
  const auto protocol = random.chance(0.7) ? kTcp : kUdp;
  put_big(frame, 12, v6 ? 0x86dd : 0x0800, 2);
  put_big(frame, 14, v6 ? 0x60 : 0x45, 1);
  put_big(frame, v6 ? 18 : 16, kPayload + 20, 2);
  put_big(frame, v6 ? 20 : 23, protocol, 1);
  put_big(frame, v6 ? 34 : 26, static_cast<std::uint32_t>(random.below(256)), 4);
  put_big(frame, transport, static_cast<std::uint32_t>(random.bits()), 4);
  put_big(frame, transport + 12, 0x5010, 2);
  return frame;
}

using OpenWriter = AnyWriter (*)(ByteSink&, const WriterOptions&);
using OpenReader = AnyReader (*)(Buffered, SourceInfo);

struct Capture {
  std::vector<Octets> data;
  Octets pcap;
  Octets pcapng;
};

void write_all(const std::vector<Octets>& data, OpenWriter open, Sink& sink) {
  const auto writer = std::get<0>(open(sink, {}));
  std::int64_t time_ns = 0;
  for (const Octets& bytes : data) {
    writer->write({time_ns += 1000, LinkType::kEthernet, kPayload + 34, bytes});
  }
  writer->finish();
}

const Capture& capture() {
  static const Capture made = [] {
    Capture built;
    Random random(1);
    std::generate_n(std::back_inserter(built.data), kPackets, [&] { return make_frame(random); });
    Sink pcap(true);
    Sink pcapng(true);
    write_all(built.data, open_pcap_writer, pcap);
    write_all(built.data, open_pcapng_writer, pcapng);
    built.pcap = std::move(pcap.bytes);
    built.pcapng = std::move(pcapng.bytes);
    return built;
  }();
  return made;
}

void count(benchmark::State& state, std::uint64_t packets, bool right) {
  state.SetItemsProcessed(static_cast<std::int64_t>(packets));
  if (!right) {
    state.SkipWithError("the answer is wrong");
  }
}

void read_and_decode(benchmark::State& state, const Octets& bytes, OpenReader open) {
  std::uint64_t packets = 0;
  std::uint64_t with_ports = 0;
  for (auto _ : state) {
    const auto reader = packets_of(open(Buffered(memory_source(bytes)), {}));
    for (Packet packet; reader->next(packet); ++packets) {
      with_ports += packet.tuple.srcport != 0 ? 1 : 0;
    }
  }
  const bool right = packets == kPackets * state.iterations() && with_ports > packets * 99 / 100;
  count(state, packets, right);
}

void BM_PcapToPackets(benchmark::State& state) {
  read_and_decode(state, capture().pcap, open_pcap_reader);
}
BENCHMARK(BM_PcapToPackets)->Unit(benchmark::kMillisecond);

void BM_PcapngToPackets(benchmark::State& state) {
  read_and_decode(state, capture().pcapng, open_pcapng_reader);
}
BENCHMARK(BM_PcapngToPackets)->Unit(benchmark::kMillisecond);

void BM_Decode(benchmark::State& state) {
  const auto& data = capture().data;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    for (const Octets& frame : data) {
      Packet packet;
      const auto result = decode_frame({0, LinkType::kEthernet, kPayload + 34, frame}, packet);
      packets += result.fault == DecodeFault::kNone ? 1 : 0;
      bytes += packet.ip_length;
    }
  }
  count(state, packets, packets == kPackets * state.iterations() && bytes >= packets * kPayload);
}
BENCHMARK(BM_Decode)->Unit(benchmark::kMillisecond);

void write_only(benchmark::State& state, OpenWriter open, const Octets& expected) {
  bool right = true;
  for (auto _ : state) {
    Sink sink(false);
    write_all(capture().data, open, sink);
    right &= sink.written == expected.size();
  }
  count(state, kPackets * static_cast<std::uint64_t>(state.iterations()), right);
}

void BM_WritePcap(benchmark::State& state) {
  write_only(state, open_pcap_writer, capture().pcap);
}
BENCHMARK(BM_WritePcap)->Unit(benchmark::kMillisecond);

void BM_WritePcapng(benchmark::State& state) {
  write_only(state, open_pcapng_writer, capture().pcapng);
}
BENCHMARK(BM_WritePcapng)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tracetwin
