#include "text_fuzz.h"

namespace tracetwin::fuzz {
namespace {

/// The file again, as the writer writes what the reader gives.
std::string rewritten(std::span<const std::byte> bytes) {
  const auto reader = std::get<1>(open_packet_csv_reader(buffered(bytes), {}));
  test::TextSink sink;
  const auto writer = std::get<1>(open_packet_csv_writer(sink, {}));
  for (Packet packet; reader->next(packet);) {
    expect(packet.version == 4 || packet.version == 6);
    writer->write(packet);
  }
  writer->finish();
  expect(reader->skips().rows().size() <= Skips::kMaxReasons);
  return sink.text;
}

void check_packets(std::span<const std::byte> bytes) {
  try {
    const std::string once = rewritten(bytes);
    expect(rewritten(std::as_bytes(std::span(once))) == once);
  } catch (const Error&) {
  }
}

}  // namespace
}  // namespace tracetwin::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tracetwin;
  sniff_packet_csv({reinterpret_cast<const char*>(data), size});
  fuzz::check_packets(std::as_bytes(std::span(data, size)));
  return 0;
}
