#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "e2e/captures.h"
#include "e2e/program.h"

namespace tracetwin::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Failures, MissingFile) {
  const auto outcome = Program().run("inspect nowhere.pcap");
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, StartsWith("tracetwin: "));
  EXPECT_THAT(outcome.err, HasSubstr("nowhere.pcap"));
}

TEST(Failures, EmptyFileFolderAndForeignFile) {
  Program program;
  program.write("empty.pcap", "");
  program.write("prose.txt", "Once upon a time there was a packet.\n");
  for (const std::string file : {"empty.pcap", "prose.txt", "."}) {
    for (const std::string& command : {"inspect " + file, "convert " + file + " out.pcap"}) {
      const auto outcome = program.run(command);
      EXPECT_EQ(outcome.exit, 2) << command;
      EXPECT_THAT(outcome.err, StartsWith("tracetwin: ")) << command;
    }
  }
  EXPECT_THAT(program.files(), ElementsAre("empty.pcap", "prose.txt"));
}

TEST(Failures, NothingReadableInACapture) {
  Program program;
  program.write("arp.pcap", pcap_header() + pcap_record(0, arp_frame()));
  const auto inspected = program.run("inspect arp.pcap");
  EXPECT_EQ(inspected.exit, 2);
  EXPECT_THAT(inspected.err, HasSubstr("ARP"));
  const auto converted = program.run("convert arp.pcap p.csv");
  EXPECT_EQ(converted.exit, 2);
  EXPECT_THAT(program.files(), ElementsAre("arp.pcap"));
}

TEST(Failures, TruncatedCaptureIsReadAsFarAsItGoes) {
  Program program;
  const std::string whole = sample_pcap(10);
  program.write("a.pcap", whole.substr(0, whole.size() - 30));
  const auto outcome = program.run("convert a.pcap b.pcapng");
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("read 9 frames"));
  EXPECT_THAT(outcome.err, HasSubstr("Skipped"));
}

TEST(Failures, ExistingOutputIsKeptUnlessForced) {
  Program program;
  program.write("a.pcap", sample_pcap(10));
  program.write("b.pcapng", "precious");
  const auto refused = program.run("convert a.pcap b.pcapng");
  EXPECT_EQ(refused.exit, 2);
  EXPECT_THAT(refused.err, HasSubstr("--force"));
  EXPECT_EQ(program.read("b.pcapng"), "precious");
  EXPECT_EQ(program.run("convert a.pcap b.pcapng --force").exit, 0);
  EXPECT_NE(program.read("b.pcapng"), "precious");
}

TEST(Failures, FailedConversionKeepsTheOldOutput) {
  Program program;
  program.write("arp.pcap", pcap_header() + pcap_record(0, arp_frame()));
  program.write("p.csv", "precious");
  EXPECT_EQ(program.run("convert arp.pcap p.csv --force").exit, 2);
  EXPECT_EQ(program.read("p.csv"), "precious");
  EXPECT_THAT(program.files(), ElementsAre("arp.pcap", "p.csv"));
}

TEST(Failures, PlacesThatCannotBeWritten) {
  Program program;
  program.write("a.pcap", sample_pcap(1000));
  for (const std::string output : {"/proc/b.pcap", "no/such/folder/b.pcap", "."}) {
    const auto outcome = program.run("convert a.pcap " + output + " --format pcap");
    EXPECT_EQ(outcome.exit, 2) << output;
    EXPECT_THAT(outcome.err, StartsWith("tracetwin: ")) << output;
  }
}

TEST(Failures, FullDevice) {
  Program program;
  program.write("a.pcap", sample_pcap(1000));
  const auto outcome = program.run("convert a.pcap /dev/full --format pcap");
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_THAT(outcome.err, HasSubstr("No space left"));
  const auto inspected = program.run("inspect a.pcap > /dev/full");
  EXPECT_EQ(inspected.exit, 2);
  EXPECT_THAT(inspected.err, HasSubstr("standard output"));
  EXPECT_EQ(program.run("convert a.pcap /dev/null --format pcap").exit, 0);
}

TEST(Failures, ClosedPipeIsQuiet) {
  Program program;
  program.write("a.pcap", sample_pcap(20'000));
  const auto outcome = program.shell(
      "{ $tracetwin convert a.pcap - --format packet-csv --quiet; echo $? >&2; } | head -n 1");
  EXPECT_EQ(outcome.err, "0\n");
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 1);
}

/// Starts `tracetwin convert in out.pcap` in the folder; returns its process id.
pid_t start_convert(const Program& program) {
  const std::string input = program / "in";
  const std::string output = program / "out.pcap";
  std::string path = program_path();
  std::string words[] = {"tracetwin", "convert", input, output, "--quiet"};
  char* arguments[] = {words[0].data(), words[1].data(), words[2].data(),
                       words[3].data(), words[4].data(), nullptr};
  pid_t process = 0;
  EXPECT_EQ(::posix_spawn(&process, path.c_str(), nullptr, nullptr, arguments, environ), 0);
  return process;
}

// The program has opened its temporary output and waits for the rest of a FIFO that never comes.
TEST(Failures, InterruptionLeavesNothing) {
  Program program;
  const std::string fifo = program / "in";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const pid_t process = start_convert(program);
  const int feed = ::open(fifo.c_str(), O_WRONLY);
  ASSERT_GE(feed, 0);
  const std::string capture = sample_pcap(10'000);
  ASSERT_EQ(::write(feed, capture.data(), capture.size()), static_cast<ssize_t>(capture.size()));
  for (int i = 0; i < 1000 && program.files().size() < 2; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(program.files().size(), 2U) << "no temporary output was opened";
  ASSERT_EQ(::kill(process, SIGINT), 0);
  int status = 0;
  ASSERT_EQ(::waitpid(process, &status, 0), process);
  ::close(feed);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) << status;
  EXPECT_THAT(program.files(), ElementsAre("in"));
}

}  // namespace
}  // namespace tracetwin::test
