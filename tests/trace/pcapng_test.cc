#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "trace/capture_support.h"
#include "trace/format/pcapng/clock.h"
#include "trace/format/rows.h"

namespace tracetwin {
namespace {

using test::joined;
using test::Octets;
using test::OwnedFrame;
using testing::HasSubstr;

/// Builds blocks in one byte order.
struct Blocks {
  Octets (*number)(std::uint64_t, std::size_t);

  Octets padded(Octets bytes) const {
    bytes.resize((bytes.size() + 3) / 4 * 4);
    return bytes;
  }
  Octets block(std::uint32_t type, const Octets& body) const {
    const Octets length = number(body.size() + 12, 4);
    return joined({number(type, 4), length, body, length});
  }
  Octets section(std::uint16_t major = 1) const {
    return block(0x0a0d0d0a, joined({number(0x1a2b3c4d, 4), number(major, 2), number(0, 2),
                                     number(~std::uint64_t{0}, 8)}));
  }
  Octets option(std::uint16_t code, const Octets& value) const {
    return padded(joined({number(code, 2), number(value.size(), 2), value}));
  }
  Octets interface(std::uint16_t link, std::uint32_t snap = 0, const Octets& options = {}) const {
    return block(1, joined({number(link, 2), number(0, 2), number(snap, 4), options}));
  }
  Octets fields(std::uint64_t ticks, std::size_t captured, std::uint32_t original) const {
    return joined({number(ticks >> 32, 4), number(ticks & 0xffffffff, 4), number(captured, 4),
                   number(original, 4)});
  }
  Octets enhanced(std::uint32_t interface, std::uint64_t ticks, std::string_view data,
                  const Octets& options = {}) const {
    return block(6, joined({number(interface, 4), fields(ticks, data.size(), 99),
                            padded(test::octets(data)), options}));
  }
  Octets obsolete(std::uint16_t interface, std::uint64_t ticks, std::string_view data) const {
    return block(2, joined({number(interface, 2), number(7, 2), fields(ticks, data.size(), 99),
                            padded(test::octets(data))}));
  }
  Octets simple(std::uint32_t original, std::string_view data) const {
    return block(3, joined({number(original, 4), padded(test::octets(data))}));
  }
};

constexpr Blocks kLittle = {test::little};
constexpr Blocks kBig = {test::big};

/// All kinds of blocks, the time in microseconds.
Octets small_file(const Blocks& b) {
  return joined({b.section(), b.interface(1, 4), b.enhanced(0, 1, "abcde", b.option(1, {})),
                 b.block(5, test::zeros(12)), b.interface(101), b.obsolete(1, 2, "xy"),
                 b.block(0x0bad, test::zeros(40)), b.simple(9, "abcd")});
}

std::string only_reason(const FrameReader& reader) {
  const auto& rows = reader.skips().rows();
  return rows.size() == 1 ? rows[0].reason : "no single reason";
}

TEST(Pcapng, ReadsEveryBlockInBothByteOrders) {
  for (const Blocks& b : {kLittle, kBig}) {
    const auto bytes = small_file(b);
    const auto reader = test::capture_reader(bytes);
    EXPECT_EQ(test::all_frames(*reader),
              (std::vector<OwnedFrame>{{1000, LinkType::kEthernet, 99, test::octets("abcde")},
                                       {2000, LinkType::kRaw, 99, test::octets("xy")},
                                       {2000, LinkType::kEthernet, 9, test::octets("abcd")}}));
    EXPECT_EQ(reader->skips().total(), 0U);
    EXPECT_EQ(reader->position(), 3U);
    EXPECT_EQ(reader->info().format, "pcapng");
    EXPECT_EQ(reader->info().link_types, (std::vector{LinkType::kEthernet, LinkType::kRaw}));
    EXPECT_EQ(reader->info().snap_length, 0U);
    EXPECT_FALSE(reader->info().nanoseconds);
  }
}

TEST(Pcapng, TheHeaderLinksAreThoseOfTheInterfacesWhateverThePackets) {
  const auto bytes = joined({kLittle.section(), kLittle.interface(1), kLittle.interface(101),
                             kLittle.enhanced(1, 1, "x"), kLittle.enhanced(0, 2, "y")});
  const auto reader = test::capture_reader(bytes);
  test::all_frames(*reader);
  EXPECT_EQ(reader->info().header_links, (std::vector{LinkType::kEthernet, LinkType::kRaw}));
  EXPECT_EQ(reader->info().link_types, (std::vector{LinkType::kRaw, LinkType::kEthernet}));
}

TEST(Pcapng, SectionsHaveTheirOwnOrderAndInterfaces) {
  const auto bytes =
      joined({small_file(kLittle), kBig.section(), kBig.interface(113), kBig.enhanced(0, 5, "z"),
              kBig.enhanced(1, 5, "z"), small_file(kLittle)});
  const auto reader = test::capture_reader(bytes);
  const auto frames = test::all_frames(*reader);
  ASSERT_EQ(frames.size(), 7U);
  EXPECT_EQ(frames[3], (OwnedFrame{5000, LinkType::kLinuxSll, 99, test::octets("z")}));
  EXPECT_THAT(only_reason(*reader), HasSubstr("not described"));
  EXPECT_EQ(reader->skips().rows()[0].first, 5U);
}

TEST(Pcapng, ResolutionAndOffsetOfAnInterface) {
  const auto nano = kLittle.option(9, test::hex("09"));
  const auto offset = joined({kLittle.option(2, test::octets("name")),
                              kLittle.option(14, test::little(1'000'000, 8)),
                              kLittle.option(9, test::hex("8a")), kLittle.option(0, {})});
  const auto bytes =
      joined({kLittle.section(), kLittle.interface(1, 96, nano), kLittle.interface(1, 64, offset),
              kLittle.enhanced(0, 123456789, "a"), kLittle.enhanced(1, 1536, "b")});
  const auto reader = test::capture_reader(bytes);
  const auto frames = test::all_frames(*reader);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].time_ns, 123456789);
  EXPECT_EQ(frames[1].time_ns, 1'000'001'500'000'000);
  EXPECT_TRUE(reader->info().nanoseconds);
  EXPECT_EQ(reader->info().snap_length, 96U);
}

TEST(PcapngClock, EveryResolution) {
  using pcapng::Clock;
  EXPECT_EQ(Clock().to_ns(3), 3000);
  EXPECT_EQ(Clock(0, 0).to_ns(3), 3'000'000'000);
  EXPECT_EQ(Clock(12, 0).to_ns(123'999), 123);
  EXPECT_EQ(Clock(28, 0).to_ns(~std::uint64_t{0}), 1);
  EXPECT_EQ(Clock(127, 5).to_ns(~std::uint64_t{0}), 5'000'000'000);
  EXPECT_EQ(Clock(0x80, 0).to_ns(3), 3'000'000'000);
  EXPECT_EQ(Clock(0x80 | 30, 0).to_ns(std::uint64_t{1} << 29), 500'000'000);
  EXPECT_EQ(Clock(0xff, 0).to_ns(~std::uint64_t{0}), 0);
  EXPECT_EQ(Clock(9, -1).to_ns(0), -1'000'000'000);
  EXPECT_EQ(Clock(9, 0).to_ns(~std::uint64_t{0}), std::nullopt);
  EXPECT_EQ(Clock(0, INT64_MIN).to_ns(0), std::nullopt);
  EXPECT_EQ(Clock(0, INT64_MAX).to_ns(~std::uint64_t{0}), std::nullopt);
  EXPECT_FALSE(Clock(6, 0).finer_than_microsecond() ||
               Clock(0x80 | 19, 0).finer_than_microsecond());
  EXPECT_TRUE(Clock(7, 0).finer_than_microsecond() && Clock(0x80 | 20, 0).finer_than_microsecond());
}

TEST(Pcapng, PacketsThatCannotBeUsedAreCountedOneByOne) {
  const Blocks& b = kLittle;
  Octets lying = b.enhanced(0, 1, "abcd");
  lying[20] = std::byte{5};
  const auto start = joined({b.section(), b.interface(1, 96)});
  for (const auto& [packet, reason] : std::vector<std::pair<Octets, std::string>>{
           {b.enhanced(1, 1, "a"), "not described"},
           {lying, "longer than its block"},
           {b.simple(96, "abcd"), "longer than its block"},
           {b.enhanced(0, ~std::uint64_t{0}, "a"), "outside 1677 to 2262"},
           {b.block(6, test::zeros(16)), "too short"},
           {b.block(2, test::zeros(16)), "too short"},
           {b.block(3, {}), "too short"}}) {
    const auto bytes = joined({start, packet, b.enhanced(0, 1, "good")});
    const auto reader = test::capture_reader(bytes);
    EXPECT_EQ(test::all_frames(*reader).size(), 1U) << reason;
    EXPECT_THAT(only_reason(*reader), HasSubstr(reason));
    EXPECT_EQ(reader->skips().rows()[0].first, 1U);
    EXPECT_EQ(reader->position(), 2U);
  }
}

TEST(Pcapng, BlocksThatMakeNoSenseEndTheReading) {
  const Blocks& b = kLittle;
  Octets torn = b.enhanced(0, 1, "abcd");
  torn.back() = std::byte{1};
  Octets torn_unknown = b.block(77, test::zeros(8));
  torn_unknown.back() = std::byte{1};
  const auto start = joined({b.section(), b.interface(1), b.enhanced(0, 1, "ok")});
  for (const auto& [block, reason] : std::vector<std::pair<Octets, std::string>>{
           {torn, "lengths differ"},
           {torn_unknown, "lengths differ"},
           {joined({b.number(6, 4), b.number(8, 4), b.number(8, 4)}), "impossible length"},
           {joined({b.number(6, 4), b.number(33, 4), test::zeros(40)}), "impossible length"},
           {joined({b.number(6, 4), b.number(0xfffffff0, 4), test::zeros(40)}), "impossible"},
           {b.block(0x0a0d0d0a, test::zeros(16)), "without a byte order"},
           {b.section(2), "unknown pcapng version"},
           {b.block(1, test::zeros(4)), "too short"}}) {
    const auto bytes = joined({start, block, b.enhanced(0, 1, "lost")});
    const auto reader = test::capture_reader(bytes);
    EXPECT_EQ(test::all_frames(*reader).size(), 1U) << reason;
    EXPECT_THAT(only_reason(*reader), HasSubstr(reason));
    EXPECT_EQ(reader->skips().rows()[0].first, 2U);
  }
}

TEST(Pcapng, AnUnknownBlockOfAnyLengthIsPassedOver) {
  const auto bytes = joined({kBig.section(), kBig.block(0xbad, test::zeros(std::size_t{3} << 20)),
                             kBig.interface(1), kBig.enhanced(0, 1, "a")});
  EXPECT_EQ(test::all_frames(*test::capture_reader(bytes)).size(), 1U);
}

TEST(Pcapng, EveryPrefixIsReadWithMonotoneCounts) {
  const auto whole = small_file(kBig);
  std::size_t most = 0;
  for (std::size_t size = 4; size <= whole.size(); ++size) {
    const auto prefix = std::span(whole).first(size);
    if (size < 24) {
      EXPECT_THROW(test::capture_reader(prefix), Error);
      continue;
    }
    const auto reader = test::capture_reader(prefix);
    const std::size_t frames = test::all_frames(*reader).size();
    EXPECT_GE(frames, most);
    EXPECT_LE(reader->skips().total(), 1U);
    most = frames;
  }
  EXPECT_EQ(most, 3U);
  const auto cut = test::capture_reader(std::span(whole).first(whole.size() - 1));
  EXPECT_EQ(test::all_frames(*cut).size(), 2U);
  EXPECT_EQ(only_reason(*cut), "file ends inside a packet");
}

TEST(Pcapng, TooManyInterfacesAreCounted) {
  Octets bytes = kLittle.section();
  const Octets interface = kLittle.interface(1);
  for (int i = 0; i < 65537; ++i) {
    bytes.insert(bytes.end(), interface.begin(), interface.end());
  }
  bytes = joined({bytes, kLittle.enhanced(65535, 0, "a"), kLittle.enhanced(65536, 0, "a")});
  const auto reader = test::capture_reader(bytes);
  EXPECT_EQ(test::all_frames(*reader).size(), 1U);
  EXPECT_EQ(reader->skips().total(), 2U);
}

Octets written(const std::vector<OwnedFrame>& frames, const WriterOptions& options) {
  test::MemorySink sink;
  const auto writer = std::get<0>(open_pcapng_writer(sink, options));
  for (const OwnedFrame& frame : frames) {
    writer->write(frame.frame());
  }
  writer->finish();
  return sink.bytes;
}

TEST(Pcapng, WrittenFilesReadBackWithMixedLinkTypes) {
  std::vector<OwnedFrame> frames;
  for (std::size_t size = 0; size < 9; ++size) {
    const auto link = size % 3 == 0 ? LinkType::kEthernet : LinkType::kRaw;
    frames.push_back({static_cast<std::int64_t>(size) * 1'000'000'007, link, 1500, Octets(size)});
  }
  frames.push_back({INT64_MAX, LinkType::kLinuxSll2, 1, {}});
  WriterOptions options;
  options.nanoseconds = true;
  options.snap_length = 128;
  const auto bytes = written(frames, options);
  EXPECT_EQ(bytes.size() % 4, 0U);
  const auto reader = test::capture_reader(bytes);
  EXPECT_EQ(test::all_frames(*reader), frames);
  EXPECT_EQ(reader->info().snap_length, 128U);
  EXPECT_EQ(reader->info().link_types.size(), 3U);
  EXPECT_TRUE(reader->info().nanoseconds);
  options.nanoseconds = false;
  const auto micro = test::all_frames(*test::capture_reader(written(frames, options)));
  EXPECT_EQ(micro[1].time_ns, 1'000'000'000);
}

TEST(Pcapng, FramesBefore1970AreRefusedByNumber) {
  try {
    written({{0, LinkType::kRaw, 0, {}}, {-1, LinkType::kRaw, 0, {}}}, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("frame 2 "));
  }
}

}  // namespace
}  // namespace tracetwin
