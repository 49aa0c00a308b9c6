// NetFlow in and out with nfdump's own programs on the other side: nfcapd collects what we write,
// as from a router, and nfdump says what it understood.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "e2e/captures.h"
#include "e2e/program.h"

namespace tracetwin::test {
namespace {

using testing::HasSubstr;
using testing::Not;

bool has_program(const char* name) {
  return std::system((std::string("command -v ") + name + " >/dev/null 2>&1").c_str()) == 0;
}

#define NEED_NFDUMP()                                       \
  if (!has_program("nfcapd") || !has_program("nfdump")) {   \
    GTEST_SKIP() << "nfdump (Debian package) is not there"; \
  }

/// Times in whole milliseconds, which is what NetFlow has; counters beyond 32 bits only where
/// `wide`, IPv6 likewise.
std::string log_of(bool wide) {
  std::string text =
      "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt\n"
      "10.0.0.1,10.0.0.2,1024,80,TCP,1700000000123000,1.5,10,1500\n"
      "10.0.0.2,10.0.0.1,80,1024,TCP,1700000000130000,1.492,12,15000\n"
      "10.0.0.3,10.0.0.2,8,0,ICMP,1700000001000000,0,1,84\n"
      "10.0.0.3,10.0.0.2,3,3,ICMP,1700000002000000,0.001,2,168\n"
      "10.0.0.4,10.0.0.5,0,0,GRE,1700000003000000,3600,4294967295,4294967295\n"
      "10.0.0.4,10.0.0.5,5000,53,UDP,1699913603000000,86400.25,7,700\n";
  for (int i = 0; i < 100; ++i) {
    text += "10.1.0.1,10.2.0." + std::to_string(i) + "," + std::to_string(2000 + i) +
            ",443,TCP,17000000" + std::to_string(10 + i / 10) + "00" + std::to_string(i % 10) +
            "000,0.25," + std::to_string(i + 1) + "," + std::to_string(60 * (i + 1)) + "\n";
  }
  if (wide) {
    text +=
        "2001:db8::1,fe80::2,40000,443,TCP,1700000100000000,60,5000000000,7000000000000\n"
        "2001:db8::1,2001:db8::2,128,0,IPV6-ICMP,1700000101000000,1,2,208\n"
        "10.0.0.9,10.0.0.8,1,2,SCTP,1700000102000000,1,2,208\n";
  }
  return text;
}

/// The nine columns of a flow log, its lines sorted.
std::string sorted_records(Program& program, const std::string& file) {
  return program.shell("cut -d, -f1-9 " + file + " | sort").out;
}

/// Shell text: a free port, and how to wait until a collector listens there.
const std::string kCollecting = R"sh(port=$(python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
wait_for_collector() {
  for i in $(seq 200); do
    grep -qi "0100007F:$(printf %04X $port)" /proc/net/udp && return
    sleep 0.05
  done
}
)sh";

/// What nfdump prints of flows that nfcapd collected while a pcap was replayed to it.
std::string collected(Program& program, const std::string& capture) {
  return program
      .shell(kCollecting + R"(mkdir collected
nfcapd -b 127.0.0.1 -p $port -w collected -t 86400 >nfcapd.log 2>&1 & collector=$!
wait_for_collector
python3 )" + (source_dir() / "tests/e2e/replay.py").string() +
             " " + capture + R"( $port
sleep 0.5; kill $collector; wait $collector
TZ=UTC nfdump -R collected -q -N -6 -o 'fmt:%tsr %td %pr %sa %da %sp %dp %it %ic %pkt %byt' |
  sed 's/  */ /g; s/^ //; s/ $//' | sort
rm -r collected)")
      .out;
}

class Written : public testing::TestWithParam<std::string> {};

TEST_P(Written, IsCollectedByNfcapdAndReadByNfdump) {
  NEED_NFDUMP();
  Program program;
  const bool wide = GetParam() == "netflow-v9";
  program.write("a.csv", log_of(wide));
  const auto outcome = program.run("convert a.csv a.pcap --format " + GetParam());
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  const std::string seen = collected(program, "a.pcap");
  EXPECT_THAT(program.read("nfcapd.log"), HasSubstr("Sequence Errors: 0, Bad Packets: 0"));
  EXPECT_EQ(std::count(seen.begin(), seen.end(), '\n'), wide ? 109 : 106) << seen;
  for (const char* line :
       {"1700000000.123 1.500 6 10.0.0.1 10.0.0.2 1024 80 0 0 10 1500",
        "1700000000.130 1.492 6 10.0.0.2 10.0.0.1 80 1024 0 0 12 15000",
        "1700000001.000 0.000 1 10.0.0.3 10.0.0.2 0 8.0 8 0 1 84",
        "1700000002.000 0.001 1 10.0.0.3 10.0.0.2 0 3.3 3 3 2 168",
        "1700000003.000 3600.000 47 10.0.0.4 10.0.0.5 0 0 0 0 4294967295 4294967295",
        "1699913603.000 86400.250 17 10.0.0.4 10.0.0.5 5000 53 0 0 7 700",
        "1700000019.009 0.250 6 10.1.0.1 10.2.0.99 2099 443 0 0 100 6000"}) {
    EXPECT_THAT(seen, HasSubstr(std::string(line) + "\n"));
  }
  if (wide) {
    EXPECT_THAT(seen, HasSubstr("1700000100.000 60.000 6 2001:db8::1 fe80::2 40000 443 0 0 "
                                "5000000000 7000000000000\n"));
    EXPECT_THAT(seen,
                HasSubstr("1700000101.000 1.000 58 2001:db8::1 2001:db8::2 0 128.0 128 0 2 208\n"));
  }
}

TEST_P(Written, IsReadBackAsItWas) {
  NEED_NFDUMP();
  Program program;
  program.write("a.csv", log_of(GetParam() == "netflow-v9"));
  ASSERT_EQ(program.run("convert a.csv a.pcap --format " + GetParam()).exit, 0);
  const auto outcome = program.run("convert a.pcap b.csv --input-format " + GetParam());
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  program.run("convert a.csv same.csv");
  EXPECT_EQ(sorted_records(program, "b.csv"), sorted_records(program, "same.csv"));
  const auto capture = program.run("inspect a.pcap");
  EXPECT_EQ(capture.exit, 0);
  EXPECT_THAT(capture.out, HasSubstr("UDP")) << "without the option it is an ordinary capture";
}

INSTANTIATE_TEST_SUITE_P(Netflow, Written, testing::Values("netflow-v5", "netflow-v9"),
                         [](const auto& version) { return version.param.substr(8); });

TEST(Netflow, WhatAVersionCannotHoldIsRefused) {
  Program program;
  program.write("v6.csv", "srcip,dstip,proto,ts,pkt,byt\n2001:db8::1,::1,TCP,0,1,40\n");
  const auto v6 = program.run("convert v6.csv a.pcap --format netflow-v5");
  EXPECT_EQ(v6.exit, 2);
  EXPECT_THAT(v6.err, HasSubstr("record 1 cannot be written as NetFlow: version 5 has IPv4"));
  program.write("long.csv", "srcip,dstip,proto,ts,td,pkt,byt\n1.1.1.1,2.2.2.2,TCP,0,5e6,1,40\n");
  const auto too_long = program.run("convert long.csv a.pcap --format netflow-v9");
  EXPECT_EQ(too_long.exit, 2);
  EXPECT_THAT(too_long.err, HasSubstr("longer than 49 days"));
  program.write("many.csv", "srcip,dstip,proto,ts,pkt,byt\n1.1.1.1,2.2.2.2,TCP,0,1,5000000000\n");
  EXPECT_EQ(program.run("convert many.csv a.pcap --format netflow-v5").exit, 2);
  EXPECT_THAT(program.files(), Not(testing::Contains("a.pcap")));
}

TEST(Netflow, FilesOfNfcapdAreReadPackedOrNot) {
  NEED_NFDUMP();
  Program program;
  program.write("a.csv", log_of(true));
  ASSERT_EQ(program.run("convert a.csv a.pcap --format netflow-v9").exit, 0);
  program.shell(kCollecting +
                R"(mkdir flows
nfcapd -b 127.0.0.1 -p $port -w flows -t 86400 -z >/dev/null 2>&1 & collector=$!
wait_for_collector
python3 )" + (source_dir() / "tests/e2e/replay.py").string() +
                " a.pcap $port; sleep 0.5; kill $collector; wait $collector; "
                "mv flows/nfcapd.2* x.nfcapd; gzip -k x.nfcapd; rmdir flows");
  program.run("convert a.csv same.csv");
  for (const char* file : {"x.nfcapd", "x.nfcapd.gz"}) {
    const auto outcome = program.run(std::string("convert -f ") + file + " b.csv");
    ASSERT_EQ(outcome.exit, 0) << outcome.err;
    EXPECT_EQ(sorted_records(program, "b.csv"), sorted_records(program, "same.csv")) << file;
  }
  EXPECT_EQ(program.run("synthesize x.nfcapd -o twin.csv --method cliquetree --seed 1").exit, 0);
  program.shell("head -c 300 x.nfcapd >cut.nfcapd");
  const auto cut = program.run("convert cut.nfcapd cut.csv");
  EXPECT_EQ(cut.exit, 2) << cut.err;
  EXPECT_FALSE(std::filesystem::exists(program / "cut.csv"));
}

TEST(Netflow, WithoutNfdumpItSaysWhatToInstall) {
  Program program;
  program.write("x.nfcapd", std::string("\x0c\xa5\x02\x00", 4) + std::string(500, '\0'));
  program.write("a.pcap", sample_pcap(3));
  for (const char* command : {"inspect x.nfcapd", "inspect a.pcap --input-format netflow-v5"}) {
    const auto outcome =
        program.shell(std::string("mkdir -p none; PATH=$PWD/none $tracetwin ") + command);
    EXPECT_EQ(outcome.exit, 2);
    EXPECT_THAT(outcome.err, HasSubstr("is not installed")) << command;
    EXPECT_THAT(outcome.err, HasSubstr("Debian package nfdump")) << command;
  }
}

TEST(Netflow, ACaptureWithoutNetflowIsRefused) {
  NEED_NFDUMP();
  Program program;
  program.write("a.pcap", sample_pcap(3));
  const auto outcome = program.run("convert a.pcap b.csv --input-format netflow-v9");
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_THAT(outcome.err, HasSubstr("a.pcap holds no datagram of NetFlow or IPFIX"));
  const auto left = program.shell(
      "mkdir tmp; TMPDIR=$PWD/tmp $tracetwin inspect a.pcap --input-format netflow-v9; "
      "left() { ls tmp; pgrep -a nfcapd | grep -F $PWD/tmp; }; "
      "for i in $(seq 100); do [ -z \"$(left)\" ] || sleep .1; done; left");
  EXPECT_EQ(left.out, "") << "a collector, or its folder, was left behind";
}

/// Real exporters' datagrams (version 5, 9 and IPFIX), put into a pcap.
TEST(Netflow, DatagramsOfRealExportersAreReadAsNfdumpReadsThem) {
  NEED_NFDUMP();
  TRACETWIN_NEED_SHARED(shared);
  Program program;
  program.write("pack.py", R"(import struct, sys
out = open(sys.argv[1], "wb")
out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
for name in sys.argv[2:]:
    data = open(name, "rb").read()
    udp = struct.pack(">HHHH", 2055, 2055, 8 + len(data), 0) + data
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, 0x0a000001, 0x0a000002)
    out.write(struct.pack("<IIII", 1, 0, len(ip + udp), len(ip + udp)) + ip + udp)
)");
  const auto folder = (shared / "data/parsers/netflow/").string();
  for (const std::string names :
       {"netflow5.dat",
        "netflow9_test_ubnt_edgerouter_tpl.dat netflow9_test_ubnt_edgerouter_data1024.dat",
        "ipfix_test_openbsd_pflow_tpl.dat ipfix_test_openbsd_pflow_data.dat"}) {
    std::string files;
    for (std::size_t at = 0; at < names.size();) {
      const std::size_t end = std::min(names.find(' ', at), names.size());
      files += " '" + folder + names.substr(at, end - at) + "'";
      at = end + 1;
    }
    ASSERT_EQ(program.shell("python3 pack.py a.pcap" + files).exit, 0);
    const auto outcome = program.run("convert -f a.pcap b.csv --input-format netflow-v9");
    ASSERT_EQ(outcome.exit, 0) << names << outcome.err;
    const std::string text = program.read("b.csv");
    EXPECT_GT(std::count(text.begin(), text.end(), '\n'), 3) << names;
  }
  const auto old = program.run("inspect '" + folder + "slips_test1_4593flows.nfdump'");
  EXPECT_EQ(old.exit, 0) << old.err;
  EXPECT_THAT(old.out, HasSubstr("4,593"));
}

}  // namespace
}  // namespace tracetwin::test
