#include <array>

#include "capture_fuzz.h"

/// The first byte chooses the link type, the second adds to the original length, the rest is the
/// frame.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tracetwin;
  constexpr std::array kLinks = {
      LinkType::kEthernet, LinkType::kNull, LinkType::kPpp,       LinkType::kPppHdlc,
      LinkType::kPppEther, LinkType::kRaw,  LinkType::kLoop,      LinkType::kLinuxSll,
      LinkType::kIpv4,     LinkType::kIpv6, LinkType::kLinuxSll2, static_cast<LinkType>(239)};
  if (size < 2) {
    return 0;
  }
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(2);
  const auto length = static_cast<std::uint32_t>(bytes.size()) + data[1] * 400U;
  fuzz::decode_one({0, kLinks[data[0] % kLinks.size()], length, bytes});
  return 0;
}
