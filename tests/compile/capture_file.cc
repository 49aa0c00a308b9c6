#include "capture_file.h"

#include <array>
#include <string>

#include "compile/compiler.h"
#include "support/support.h"

namespace tracetwin::test {
namespace {

void append(std::string& text, std::uint32_t number) {
  for (int shift = 0; shift < 32; shift += 8) {
    text += static_cast<char>(number >> shift & 0xff);
  }
}

}  // namespace

void write_capture(const std::filesystem::path& path, const std::vector<Packet>& packets,
                   LinkType link, std::uint32_t snap_length) {
  std::string text;
  for (const std::uint32_t number :
       {0xa1b2c3d4U, 0x00040002U, 0U, 0U, 262144U, static_cast<std::uint32_t>(link)}) {
    append(text, number);
  }
  std::vector<std::byte> bytes;
  for (const Packet& packet : packets) {
    const std::uint32_t original = serialize(packet, link, snap_length, bytes);
    append(text, static_cast<std::uint32_t>(packet.time_ns / 1'000'000'000));
    append(text, static_cast<std::uint32_t>(packet.time_ns % 1'000'000'000 / 1000));
    append(text, static_cast<std::uint32_t>(bytes.size()));
    append(text, original);
    for (const std::byte byte : bytes) {
      text += static_cast<char>(byte);
    }
  }
  write_file(path, text);
}

}  // namespace tracetwin::test
