// Checksums of packets that were put together, and summed, by hand.
#include "evaluate/checksums.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <vector>

#include "trace/decode/decode.h"

namespace tracetwin::evaluate {
namespace {

/// 10.0.0.1:1000 to 10.0.0.2:53 with the two bytes "Hi". The header's words are 4500, 001e, 4011
/// and the addresses 0a00 0001 0a00 0002, together 9932: the checksum is 66cd. The addresses, the
/// protocol 0011, the length 000a and the words of the message, 03e8 0035 000a 4869, are together
/// 60ae: the checksum is 9f51.
const std::vector<unsigned> kDatagram = {
    0x45, 0x00, 0x00, 0x1e, 0x00, 0x00, 0x00, 0x00, 0x40, 0x11, 0x66, 0xcd, 0x0a, 0x00, 0x00,
    0x01, 0x0a, 0x00, 0x00, 0x02, 0x03, 0xe8, 0x00, 0x35, 0x00, 0x0a, 0x9f, 0x51, 0x48, 0x69};

/// An echo request: the words 0800 1234 0001 are together 1a35, the checksum is e5ca. The header's,
/// with protocol 1 and 28 bytes, are together 9920: 66df.
const std::vector<unsigned> kEcho = {0x45, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x00, 0x00, 0x40, 0x01,
                                     0x66, 0xdf, 0x0a, 0x00, 0x00, 0x01, 0x0a, 0x00, 0x00, 0x02,
                                     0x08, 0x00, 0xe5, 0xca, 0x12, 0x34, 0x00, 0x01};

ChecksumVerdict verdict(const std::vector<unsigned>& bytes, LinkType link = LinkType::kRaw) {
  std::vector<std::byte> raw;
  for (const unsigned byte : bytes) {
    raw.push_back(static_cast<std::byte>(byte));
  }
  const Frame frame{0, link, static_cast<std::uint32_t>(raw.size()), raw};
  Packet packet;
  EXPECT_EQ(decode_frame(frame, packet).fault, DecodeFault::kNone);
  return check_checksums(frame, packet);
}

std::vector<unsigned> with(std::vector<unsigned> bytes, std::size_t at, unsigned value) {
  bytes[at] = value;
  return bytes;
}

TEST(Checksums, OfADatagramAreRight) {
  EXPECT_EQ(verdict(kDatagram).ip, true);
  EXPECT_EQ(verdict(kDatagram).transport, true);
}

TEST(Checksums, AreFoundBehindEthernetAndATag) {
  std::vector<unsigned> framed(12, 0);
  for (const unsigned byte : {0x81U, 0x00U, 0x00U, 0x07U, 0x08U, 0x00U}) {
    framed.push_back(byte);
  }
  framed.insert(framed.end(), kDatagram.begin(), kDatagram.end());
  framed.insert(framed.end(), 12, 0);  // padding is not summed
  EXPECT_EQ(verdict(framed, LinkType::kEthernet).ip, true);
  EXPECT_EQ(verdict(framed, LinkType::kEthernet).transport, true);
}

TEST(Checksums, SeeEveryChange) {
  const auto changed_text = verdict(with(kDatagram, 29, 0x6a));
  EXPECT_EQ(changed_text.ip, true);
  EXPECT_EQ(changed_text.transport, false);
  const auto changed_ttl = verdict(with(kDatagram, 8, 0x3f));
  EXPECT_EQ(changed_ttl.ip, false);
  EXPECT_EQ(changed_ttl.transport, true);
  EXPECT_EQ(verdict(with(kDatagram, 15, 0x05)).transport, false) << "addresses belong to both";
}

TEST(Checksums, OfAnEchoHaveNoPseudoHeader) {
  EXPECT_EQ(verdict(kEcho).ip, true);
  EXPECT_EQ(verdict(kEcho).transport, true);
  EXPECT_EQ(verdict(with(kEcho, 27, 2)).transport, false);
}

TEST(Checksums, AreNotJudgedWhereThereIsNoneOrNotAllWasCaptured) {
  const auto without = with(with(kDatagram, 26, 0), 27, 0);
  EXPECT_EQ(verdict(without).transport, std::nullopt);
  const std::vector<unsigned> cut(kDatagram.begin(), kDatagram.end() - 1);
  EXPECT_EQ(verdict(cut).ip, true);
  EXPECT_EQ(verdict(cut).transport, std::nullopt);
}

}  // namespace
}  // namespace tracetwin::evaluate
