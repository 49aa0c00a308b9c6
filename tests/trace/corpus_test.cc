/// Captures of other projects' test suites. The frame counts are those of capinfos; the counts of
/// decoded packets were compared frame by frame with tshark, addresses, ports and lengths included.
/// They differ from tshark's only where an IP header is cut short, a link type is not decoded
/// (FDDI, NFLOG, PKTAP, radiotap) or a time stamp does not fit.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "support/support.h"
#include "trace/capture_support.h"
#include "trace/format/format.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;

struct Expected {
  const char* file;
  std::uint64_t frames;
  std::uint64_t packets;
};

constexpr Expected kCaptures[] = {{"../ip-in-mpls.pcap.gz", 10507, 10503},
                                  {"arkime__bigendian.pcap", 2, 2},
                                  {"arkime__empty.pcap", 0, 0},
                                  {"arkime__gre-erspan-vxlan.pcap", 7, 7},
                                  {"arkime__gtp-iphone.pcap", 106, 106},
                                  {"arkime__ipv6-gtp6.pcap", 1, 1},
                                  {"libtrace__100_packets.pcap", 100, 100},
                                  {"libtrace__100_packetsns.pcap", 100, 100},
                                  {"libtrace__100_sll.pcap", 100, 0},
                                  {"libtrace__10_mpls_ip.pcap", 10, 10},
                                  {"libtrace__complex.pcapng", 5, 5},
                                  {"libtrace__qinq.pcap", 2, 0},
                                  {"libtrace__vlan.pcap", 395, 230},
                                  {"ndpi__fuzz-2021-10-13.pcap", 1, 0},
                                  {"pcapplusplus__ip4_bad_fragment.pcap", 1, 0},
                                  {"pcapplusplus__ip4_fragments.pcap", 53, 53},
                                  {"pcapplusplus__ip6_fragments.pcap", 36, 36},
                                  {"pcapplusplus__ipv4-options.pcap", 7, 7},
                                  {"pcapplusplus__ipv6_options.pcap", 6, 6},
                                  {"pcapplusplus__nanosecs.pcap", 2, 0},
                                  {"pcapplusplus__nanosecs_big_endian.pcap", 10, 10},
                                  {"pcapplusplus__null_loopback.pcap", 3, 3},
                                  {"pcapplusplus__pcapng-example.pcapng.zst", 59, 59},
                                  {"pcapplusplus__raw_ip.pcap", 100, 100},
                                  {"pcarp__dhcp.pcapng", 4, 4},
                                  {"pcarp__http_redirects.pcapng", 271, 271},
                                  {"pcarp__rtps_cooked.pcapng", 17, 17},
                                  {"pcarp__test.pcapng", 5898, 4088},
                                  {"suricata__decode-sll2-01.pcap", 5, 5},
                                  {"tcpdump__LINKTYPE_IPV6.pcap", 1, 1},
                                  {"tcpdump__LINKTYPE_PKTAP.pcap", 1, 0},
                                  {"tcpdump__bigtcp-ipv4.pcap", 1, 1},
                                  {"tcpdump__bigtcp-ipv6-vxlan-ipv4.pcap", 1, 1},
                                  {"tcpdump__empty.pcapng", 0, 0},
                                  {"tcpdump__ipv6_jumbogram_1.pcap", 1, 1},
                                  {"tcpdump__ipv6_jumbogram_invalid_length.pcap", 1, 1},
                                  {"tcpdump__ppp_ip_udp_dns.pcap", 1, 0},
                                  {"tcpdump__unsupported-link-type-160.pcap", 1, 0},
                                  {"zeek__4in4.pcap", 1, 1},
                                  {"zeek__4in6.pcap", 1, 1},
                                  {"zeek__6in4.pcap", 1, 1},
                                  {"zeek__6in6in6.pcap", 1, 1},
                                  {"zeek__Teredo.pcap", 78, 78},
                                  {"zeek__erspan.pcap", 287, 287},
                                  {"zeek__erspanIII.pcap", 2, 2},
                                  {"zeek__geneve-many-options.pcap", 10, 10},
                                  {"zeek__geneve-truncated.pcapng", 1, 1},
                                  {"zeek__gre-pptp.pcap", 2, 2},
                                  {"zeek__gre-sample.pcap", 40, 40},
                                  {"zeek__gre-within-gre.pcap", 628, 628},
                                  {"zeek__gtp1_gn_normal_incl_fragmentation.pcap", 108, 108},
                                  {"zeek__icmp-payload-trunc.pcap", 4, 4},
                                  {"zeek__icmp6-nd-options.pcap", 20, 20},
                                  {"zeek__igmp-many-groups.pcap", 450, 450},
                                  {"zeek__ip4-tcp-bad-chksum.pcap", 1, 1},
                                  {"zeek__ip4-trunc.pcap", 1, 0},
                                  {"zeek__ip6-ext-trunc.pcap", 1, 0},
                                  {"zeek__ip6-trunc.pcap", 1, 0},
                                  {"zeek__ip6_esp.pcap", 121, 121},
                                  {"zeek__ipv6-hbh-routing0.pcap", 1, 1},
                                  {"zeek__ipv6-http-atomic-frag.pcap", 38, 38},
                                  {"zeek__ipv6_zero_len_ah.pcap", 10, 10},
                                  {"zeek__linux_dlt_sll2.pcap", 6, 4},
                                  {"zeek__llc.pcap", 1333, 0},
                                  {"zeek__mixed-vlan-mpls.pcap", 47, 47},
                                  {"zeek__mpls-6in6-broken.pcap", 1811, 1774},
                                  {"zeek__mpls-in-vlan.pcap", 3, 3},
                                  {"zeek__nflog-http.pcap", 13, 0},
                                  {"zeek__options.pcap", 4, 4},
                                  {"zeek__pppoe-over-qinq.pcap", 86, 86},
                                  {"zeek__pppoe.pcap", 65, 25},
                                  {"zeek__radiotap.pcap", 3, 0},
                                  {"zeek__sctp.pcap", 74, 74},
                                  {"zeek__snap-tcp.pcap", 8, 8},
                                  {"zeek__syn-bad.pcap", 1, 1},
                                  {"zeek__ticks-dns.pcap", 10, 10},
                                  {"zeek__trunc-hdr.pcap", 1, 0},
                                  {"zeek__truncated-header.pcap", 24, 24},
                                  {"zeek__variant-02-cl_uint64max.pcap", 8, 8},
                                  {"zeek__vlan-collisions.pcap", 42, 42},
                                  {"zeek__vlan-qinqinq.pcap", 14, 14},
                                  {"zeek__vntag_vlan_sandwich_clean.pcap", 1, 1},
                                  {"zeek__vxlan-encapsulated-http.pcap", 12, 12},
                                  {"zeek__vxlan-triple-v2.pcap", 1, 1}};

struct Counts {
  std::uint64_t frames = 0;
  std::uint64_t packets = 0;
  std::uint64_t skipped = 0;
};

/// Reads to the end twice: as frames and, decoded, as packets.
Counts read_whole(const fs::path& path) {
  Counts counts;
  const auto frames = test::capture_reader(path.string());
  for (Frame frame; frames->next(frame);) {
    ++counts.frames;
  }
  const auto packets = packets_of(AnyReader(test::capture_reader(path.string())));
  for (Packet packet; packets->next(packet);) {
    ++counts.packets;
    EXPECT_GE(packet.ip_length, packet.payload_length);
    EXPECT_GE(packet.wire_length, packet.captured_length);
  }
  counts.skipped = packets->skips().total();
  EXPECT_LE(counts.packets, counts.frames);
  EXPECT_GE(counts.packets + counts.skipped, counts.frames);
  return counts;
}

TEST(Corpus, EveryCaptureHasItsFramesAndPackets) {
  TRACETWIN_NEED_SHARED(shared);
  for (const Expected& expected : kCaptures) {
    const Counts counts = read_whole(shared / "data/parsers/captures" / expected.file);
    EXPECT_EQ(counts.frames, expected.frames) << expected.file;
    EXPECT_EQ(counts.packets, expected.packets) << expected.file;
  }
}

TEST(Corpus, NoCaptureIsMissingFromTheTable) {
  TRACETWIN_NEED_SHARED(shared);
  std::size_t captures = 0;
  for (const auto& entry : fs::directory_iterator(shared / "data/parsers/captures")) {
    const std::string name = entry.path().filename();
    captures += name.find(".pcap") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(captures + 1, std::size(kCaptures)) << "the folder's captures and ip-in-mpls";
}

TEST(Corpus, ACutFileSaysSo) {
  TRACETWIN_NEED_SHARED(shared);
  const auto reader =
      test::capture_reader((shared / "data/parsers/captures/ndpi__fuzz-2021-10-13.pcap").string());
  EXPECT_EQ(test::all_frames(*reader).size(), 1U);
  ASSERT_EQ(reader->skips().rows().size(), 1U);
  EXPECT_EQ(reader->skips().rows()[0].reason, "file ends inside a packet");
  EXPECT_EQ(reader->skips().rows()[0].first, 2U);
}

TEST(Corpus, HostilePcapngFilesAreReadToSomeEnd) {
  TRACETWIN_NEED_SHARED(shared);
  const test::TemporaryFolder folder;
  const fs::path archive = shared / "data/parsers/captures/pcarp_pcapng_fuzz_corpus.tar.zst";
  const std::string unpack =
      "zstd -dcq '" + archive.string() + "' | tar -xf - -C '" + folder.path().string() + "'";
  ASSERT_EQ(std::system(unpack.c_str()), 0);
  std::size_t files = 0;
  std::size_t refused = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    if (!entry.is_regular_file()) {
      continue;
    }
    ++files;
    try {
      read_whole(entry.path());
    } catch (const std::runtime_error&) {
      ++refused;
    }
  }
  EXPECT_EQ(files, 562U);
  EXPECT_LT(refused, files);
}

/// What one format wrote, another reads back: all frames of a real capture through both writers.
TEST(Corpus, FramesSurviveBothWriters) {
  TRACETWIN_NEED_SHARED(shared);
  const fs::path path = shared / "data/parsers/captures/pcarp__test.pcapng";
  const auto frames = test::all_frames(*test::capture_reader(path.string()));
  WriterOptions options;
  options.nanoseconds = true;
  for (const auto open : {open_pcap_writer, open_pcapng_writer}) {
    test::MemorySink sink;
    const auto writer = std::get<0>(open(sink, options));
    for (const auto& frame : frames) {
      writer->write(frame.frame());
    }
    writer->finish();
    EXPECT_TRUE(test::all_frames(*test::capture_reader(sink.bytes)) == frames);
  }
}

}  // namespace
}  // namespace tracetwin
