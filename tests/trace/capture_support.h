#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"
#include "trace/format/rows.h"
#include "trace/reader.h"

namespace tracetwin::test {

using Octets = std::vector<std::byte>;

/// Bytes from hexadecimal digits; blanks are passed over.
Octets hex(std::string_view digits);
Octets joined(std::initializer_list<Octets> parts);
Octets zeros(std::size_t count);
/// `value` in `size` bytes of network order, or of the reverse.
Octets big(std::uint64_t value, std::size_t size);
Octets little(std::uint64_t value, std::size_t size);
Octets octets(std::string_view text);

/// Keeps what is written to it.
class MemorySink final : public ByteSink {
 public:
  using ByteSink::write;
  void write(std::span<const std::byte> bytes) override;
  void commit() override { committed = true; }
  Octets bytes;
  bool committed = false;
};

struct OwnedFrame {
  std::int64_t time_ns = 0;
  LinkType link = LinkType::kEthernet;
  std::uint32_t original_length = 0;
  Octets bytes;
  Frame frame() const { return {time_ns, link, original_length, bytes}; }
  friend bool operator==(const OwnedFrame&, const OwnedFrame&) = default;
};

/// A capture reader by content, over bytes (which must outlive it) or a file.
std::unique_ptr<FrameReader> capture_reader(std::span<const std::byte> bytes);
std::unique_ptr<FrameReader> capture_reader(const std::string& path);
std::vector<OwnedFrame> all_frames(FrameReader& reader);

}  // namespace tracetwin::test
