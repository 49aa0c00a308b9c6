#include "trace/format/pcap/pcap_header.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "trace/format/pcap/capture.h"
#include "trace/format/pcap/pcap_layout.h"
#include "trace/io/byte_order.h"

namespace tracetwin::pcap {
namespace {

struct Magic {
  std::uint32_t number;
  std::endian order;
};

std::optional<Magic> magic_of(std::span<const std::byte> head) {
  if (head.size() < sizeof(std::uint32_t)) {
    return std::nullopt;
  }
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    const auto number = load<std::uint32_t>(head.data(), order);
    if (number == kMicroMagic || number == kNanoMagic || number == kModifiedMagic) {
      return Magic{number, order};
    }
  }
  return std::nullopt;
}

}  // namespace

bool is_magic(std::span<const std::byte> head) {
  return magic_of(head).has_value();
}

FileHeader parse_file_header(std::span<const std::byte> bytes, const std::string& name) {
  const auto magic = magic_of(bytes);
  if (!magic || bytes.size() < kFileHeader) {
    throw Error(fmt::format("{}: the pcap file header is incomplete or damaged, {} bytes expected",
                            name, kFileHeader),
                "check that the file was copied whole");
  }
  FileHeader header;
  header.order = magic->order;
  const auto major = load<std::uint16_t>(bytes.data() + 4, header.order);
  header.minor = load<std::uint16_t>(bytes.data() + 6, header.order);
  if (major != kMajor) {
    throw Error(fmt::format("{}: pcap version {}.{} is not known, only {}.x", name, major,
                            header.minor, kMajor),
                "check that the file is not damaged");
  }
  header.snap_length = load<std::uint32_t>(bytes.data() + 16, header.order);
  header.link = capture::link_type_of(load<std::uint32_t>(bytes.data() + 20, header.order));
  header.ns_per_tick = magic->number == kNanoMagic ? 1 : 1000;
  header.record_header = magic->number == kModifiedMagic ? kModifiedRecordHeader : kRecordHeader;
  header.longest = capture::longest_packet(header.snap_length);
  return header;
}

RecordHeader parse_record_header(std::span<const std::byte> bytes, const FileHeader& header) {
  const auto u32 = [&](std::size_t at) {
    return load<std::uint32_t>(bytes.data() + at, header.order);
  };
  RecordHeader record{u32(0), u32(4), u32(8), u32(12)};
  // The order that files up to version 2.2, some of 2.3, have.
  if (header.minor < 3 || (header.minor == 3 && record.captured > record.original)) {
    std::swap(record.captured, record.original);
  }
  return record;
}

}  // namespace tracetwin::pcap
