#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "trace/capture_support.h"
#include "trace/format/rows.h"

namespace tracetwin {
namespace {

using test::big;
using test::joined;
using test::little;
using test::Octets;
using test::OwnedFrame;

using Number = Octets (*)(std::uint64_t, std::size_t);

Octets file_header(std::uint32_t magic, Number number, std::uint32_t snap = 65535,
                   std::uint32_t link = 1, std::uint16_t minor = 4) {
  return joined({number(magic, 4), number(2, 2), number(minor, 2), number(0, 4), number(0, 4),
                 number(snap, 4), number(link, 4)});
}

Octets record(Number number, std::uint32_t seconds, std::uint32_t fraction, std::uint32_t original,
              std::string_view data) {
  return joined({number(seconds, 4), number(fraction, 4), number(data.size(), 4),
                 number(original, 4), test::octets(data)});
}

Octets small_file() {
  return joined({file_header(0xa1b2c3d4, little), record(little, 1, 2, 5, "abcde"),
                 record(little, 3, 4, 100, "xy"), record(little, 5, 6, 0, "")});
}

Octets written(const std::vector<OwnedFrame>& frames, const WriterOptions& options) {
  test::MemorySink sink;
  const auto writer = std::get<0>(open_pcap_writer(sink, options));
  for (const OwnedFrame& frame : frames) {
    writer->write(frame.frame());
  }
  writer->finish();
  return sink.bytes;
}

TEST(Pcap, ReadsBothByteOrdersAndBothResolutions) {
  for (const Number number : {Number{little}, Number{big}}) {
    for (const std::uint32_t magic : {0xa1b2c3d4U, 0xa1b23c4dU}) {
      const auto bytes =
          joined({file_header(magic, number, 96, 113), record(number, 7, 89, 1500, "abc")});
      const auto reader = test::capture_reader(bytes);
      const auto frames = test::all_frames(*reader);
      const bool nano = magic == 0xa1b23c4d;
      ASSERT_EQ(frames.size(), 1U);
      EXPECT_EQ(frames[0], (OwnedFrame{7'000'000'000 + (nano ? 89 : 89'000), LinkType::kLinuxSll,
                                       1500, test::octets("abc")}));
      EXPECT_EQ(reader->info().nanoseconds, nano);
      EXPECT_EQ(reader->info().snap_length, 96U);
      EXPECT_EQ(reader->info().format, "pcap");
      EXPECT_EQ(reader->info().link_types, std::vector{LinkType::kLinuxSll});
      EXPECT_EQ(reader->position(), 1U);
      EXPECT_EQ(reader->bytes_read(), bytes.size());
      EXPECT_EQ(reader->skips().total(), 0U);
    }
  }
}

TEST(Pcap, ReadsTheModifiedFormat) {
  const auto longer = [](std::string_view data) {
    return joined({little(1, 4), little(0, 4), little(data.size(), 4), little(9, 4), test::zeros(8),
                   test::octets(data)});
  };
  const auto bytes = joined({file_header(0xa1b2cd34, little), longer("abc"), longer("de")});
  const auto frames = test::all_frames(*test::capture_reader(bytes));
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[1].bytes, test::octets("de"));
}

TEST(Pcap, OldVersionsSwapTheLengths) {
  const auto swapped =
      joined({little(1, 4), little(0, 4), little(60, 4), little(3, 4), test::octets("abc")});
  for (const std::uint16_t minor : {std::uint16_t{2}, std::uint16_t{3}}) {
    const auto bytes = joined({file_header(0xa1b2c3d4, little, 68, 1, minor), swapped});
    const auto frames = test::all_frames(*test::capture_reader(bytes));
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].original_length, 60U);
  }
}

TEST(Pcap, RawLinkTypesOfOtherPlatformsAndCheckSequenceBits) {
  for (const std::uint32_t link : {12U, 14U, 101U, 0x24000000U | 101U}) {
    const auto bytes = file_header(0xa1b2c3d4, big, 0, link);
    EXPECT_EQ(test::capture_reader(bytes)->info().link_types, std::vector{LinkType::kRaw});
  }
}

TEST(Pcap, AHeaderAloneHasNoPackets) {
  const auto bytes = file_header(0xa1b2c3d4, little);
  const auto reader = test::capture_reader(bytes);
  EXPECT_TRUE(test::all_frames(*reader).empty());
  EXPECT_EQ(reader->skips().total(), 0U);
}

TEST(Pcap, EveryPrefixIsReadAndItsCutIsCounted) {
  const auto whole = small_file();
  const std::vector<std::size_t> ends = {24, 45, 63, 79};
  ASSERT_EQ(whole.size(), ends.back());
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const auto prefix = std::span(whole).first(size);
    if (size < 4) {
      EXPECT_FALSE(sniff_pcap({reinterpret_cast<const char*>(prefix.data()), size}));
      continue;
    }
    if (size < 24) {
      EXPECT_THROW(test::capture_reader(prefix), Error);
      continue;
    }
    const auto reader = test::capture_reader(prefix);
    const auto frames = test::all_frames(*reader).size();
    const auto complete = std::upper_bound(ends.begin(), ends.end(), size) - ends.begin() - 1;
    EXPECT_EQ(frames, static_cast<std::size_t>(complete));
    const bool clean = std::find(ends.begin(), ends.end(), size) != ends.end();
    ASSERT_EQ(reader->skips().total(), clean ? 0U : 1U) << size;
    if (!clean) {
      EXPECT_EQ(reader->skips().rows()[0].first, frames + 1);
      EXPECT_EQ(reader->skips().rows()[0].reason, "file ends inside a packet");
    }
  }
}

TEST(Pcap, AnImpossibleLengthEndsTheReading) {
  for (const std::uint32_t length : {262145U, 0x7fffffffU, 0xffffffffU}) {
    const auto bytes = joined({small_file(), little(1, 4), little(0, 4), little(length, 4),
                               little(length, 4), test::zeros(300'000)});
    const auto reader = test::capture_reader(bytes);
    EXPECT_EQ(test::all_frames(*reader).size(), 3U);
    ASSERT_EQ(reader->skips().rows().size(), 1U);
    EXPECT_THAT(reader->skips().rows()[0].reason, testing::HasSubstr("impossible length"));
    EXPECT_EQ(reader->skips().rows()[0].first, 4U);
    Frame frame;
    EXPECT_FALSE(reader->next(frame));
  }
}

TEST(Pcap, ADeclaredSnapLengthAllowsLongerPackets) {
  const std::string data(300'000, 'x');
  for (const std::uint32_t snap : {300'000U, 0U, 0xffffffffU}) {
    const auto bytes =
        joined({file_header(0xa1b2c3d4, little, snap), record(little, 1, 0, 300'000, data)});
    EXPECT_EQ(test::all_frames(*test::capture_reader(bytes)).size(), 1U) << snap;
  }
}

TEST(Pcap, OtherVersionsAreRefusedByName) {
  auto bytes = small_file();
  bytes[4] = std::byte{9};
  try {
    test::capture_reader(bytes);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("version 9.4"));
  }
}

TEST(Pcap, WrittenFilesReadBack) {
  const std::vector<OwnedFrame> frames = {
      {1'700'000'000'123'456'789, LinkType::kEthernet, 60, test::octets("abc")},
      {0, LinkType::kEthernet, 0, {}},
      {(std::int64_t{UINT32_MAX} + 1) * 1'000'000'000 - 1, LinkType::kEthernet, 9000,
       Octets(9000)}};
  WriterOptions options;
  options.nanoseconds = true;
  EXPECT_EQ(test::all_frames(*test::capture_reader(written(frames, options))), frames);
  options.nanoseconds = false;
  const auto bytes = written(frames, options);
  const auto micro = test::all_frames(*test::capture_reader(bytes));
  EXPECT_EQ(micro[0].time_ns, 1'700'000'000'123'456'000);
  EXPECT_EQ(micro[0].bytes, frames[0].bytes);
  EXPECT_EQ(test::capture_reader(bytes)->info().snap_length, 262144U);
}

TEST(Pcap, FramesAreCutToTheSnapLength) {
  WriterOptions options;
  options.snap_length = 4;
  const auto bytes = written({{0, LinkType::kEthernet, 6, test::octets("abcdef")}}, options);
  const auto frames = test::all_frames(*test::capture_reader(bytes));
  EXPECT_EQ(frames[0].bytes, test::octets("abcd"));
  EXPECT_EQ(frames[0].original_length, 6U);
}

TEST(Pcap, WhatTheFormatCannotHoldIsRefusedByNumber) {
  const OwnedFrame good = {0, LinkType::kEthernet, 0, {}};
  OwnedFrame raw = good;
  raw.link = LinkType::kRaw;
  OwnedFrame early = good;
  early.time_ns = -1;
  OwnedFrame late = good;
  late.time_ns = (std::int64_t{UINT32_MAX} + 1) * 1'000'000'000;
  for (const OwnedFrame& bad : {raw, early, late}) {
    try {
      written({good, bad}, {});
      FAIL();
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("frame 2 "));
      EXPECT_NE(error.remedy(), "");
    }
  }
}

}  // namespace
}  // namespace tracetwin
