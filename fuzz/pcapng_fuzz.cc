#include "capture_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tracetwin;
  fuzz::read_capture(std::as_bytes(std::span(data, size)), open_pcapng_reader);
  return 0;
}
