#include "text_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tracetwin;
  const auto bytes = std::as_bytes(std::span(data, size));
  sniff_json_lines({reinterpret_cast<const char*>(data), size});
  fuzz::check_flows(bytes, open_json_lines_reader, open_flow_csv_writer, open_flow_csv_reader);
  return 0;
}
