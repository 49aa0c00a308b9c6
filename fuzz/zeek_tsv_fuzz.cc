#include "text_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tracetwin;
  const auto bytes = std::as_bytes(std::span(data, size));
  sniff_zeek_tsv({reinterpret_cast<const char*>(data), size});
  fuzz::check_flows(bytes, open_zeek_tsv_reader, open_zeek_tsv_writer, open_zeek_tsv_reader);
  return 0;
}
