#include "trace/capture_support.h"

#include <algorithm>
#include <stdexcept>

namespace tracetwin::test {

Octets hex(std::string_view digits) {
  Octets bytes;
  std::string pair;
  for (const char digit : digits) {
    if (digit == ' ') {
      continue;
    }
    pair += digit;
    if (pair.size() == 2) {
      bytes.push_back(static_cast<std::byte>(std::stoi(pair, nullptr, 16)));
      pair.clear();
    }
  }
  return bytes;
}

Octets joined(std::initializer_list<Octets> parts) {
  Octets all;
  for (const Octets& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

Octets zeros(std::size_t count) {
  return Octets(count);
}

Octets little(std::uint64_t value, std::size_t size) {
  Octets bytes(size);
  for (std::byte& byte : bytes) {
    byte = static_cast<std::byte>(value);
    value >>= 8;
  }
  return bytes;
}

Octets big(std::uint64_t value, std::size_t size) {
  Octets bytes = little(value, size);
  std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

Octets octets(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

void MemorySink::write(std::span<const std::byte> part) {
  bytes.insert(bytes.end(), part.begin(), part.end());
}

namespace {

std::unique_ptr<FrameReader> by_content(Buffered input, SourceInfo info) {
  const auto bytes = input.available();
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (sniff_pcap(head)) {
    return std::get<0>(open_pcap_reader(std::move(input), std::move(info)));
  }
  if (sniff_pcapng(head)) {
    return std::get<0>(open_pcapng_reader(std::move(input), std::move(info)));
  }
  throw std::runtime_error(info.name + " is no capture");
}

}  // namespace

std::unique_ptr<FrameReader> capture_reader(std::span<const std::byte> bytes) {
  SourceInfo info;
  info.name = "memory";
  return by_content(Buffered(memory_source(bytes)), std::move(info));
}

std::unique_ptr<FrameReader> capture_reader(const std::string& path) {
  SourceInfo info;
  info.name = path;
  auto source = open_source(path, &info.compression);
  return by_content(Buffered(std::move(source)), std::move(info));
}

std::vector<OwnedFrame> all_frames(FrameReader& reader) {
  std::vector<OwnedFrame> frames;
  Frame frame;
  while (reader.next(frame)) {
    frames.push_back({frame.time_ns,
                      frame.link,
                      frame.original_length,
                      {frame.bytes.begin(), frame.bytes.end()}});
  }
  return frames;
}

}  // namespace tracetwin::test
