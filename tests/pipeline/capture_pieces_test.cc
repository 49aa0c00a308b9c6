#include "pipeline/capture_pieces.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "base/bytes.h"
#include "base/random.h"
#include "pipeline/private_trace.h"
#include "support/support.h"
#include "support/thread_ranks.h"
#include "trace/assemble.h"
#include "trace/format/format.h"

namespace tracetwin::test {
namespace {

namespace fs = std::filesystem;

std::string big(std::uint16_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

/// A UDP packet of IPv4 without a link header.
std::string packet_of(int host, int port, const std::string& payload) {
  const auto size = static_cast<std::uint16_t>(28 + payload.size());
  std::string bytes = std::string("\x45\0", 2) + big(size) + std::string("\0\0\0\0\x40\x11\0\0", 8);
  bytes += std::string("\x0a\0\0", 3) + static_cast<char>(host) + std::string("\x0a\0\1\1", 4);
  bytes += big(static_cast<std::uint16_t>(port)) + big(53) + big(size - 20) + big(0);
  return bytes + payload;
}

std::string record_of(std::uint32_t second, std::uint32_t tick, const std::string& packet) {
  Packer packer;
  packer.put(second);
  packer.put(tick);
  packer.put(static_cast<std::uint32_t>(packet.size()));
  packer.put(static_cast<std::uint32_t>(packet.size()));
  return packer.take() + packet;
}

/// Records inside of a packet, which look like those around them.
std::string deceiving() {
  std::string records;
  for (std::uint32_t i = 0; i < 80; ++i) {
    records += record_of(1'700'000'000, i, "");
  }
  return records;
}

std::string header() {
  constexpr std::uint32_t kRawIp = 101;
  Packer packer;
  packer.put(std::uint32_t{0xa1b2c3d4});
  packer.put(std::uint16_t{2});
  packer.put(std::uint16_t{4});
  packer.put(std::uint64_t{0});
  packer.put(std::uint32_t{65535});
  packer.put(kRawIp);
  return packer.take();
}

std::string records(int count, std::uint64_t seed) {
  Random random(seed);
  std::string bytes;
  for (int i = 0; i < count; ++i) {
    const std::string payload = i % 40 == 7   ? deceiving()
                                : i % 50 == 9 ? std::string(9000, 'x')
                                              : std::string(random.below(300), 'x');
    const std::string packet = i % 60 == 3
                                   ? "no packet"
                                   : packet_of(static_cast<int>(random.below(20)),
                                               1024 + static_cast<int>(random.below(5)), payload);
    bytes += record_of(1'700'000'000 + static_cast<std::uint32_t>(i), 5, packet);
  }
  return bytes;
}

struct Seen {
  std::map<std::uint64_t, Packet> packets;  ///< by number
  std::vector<std::tuple<std::string, std::uint64_t, std::uint64_t>> skips;
};

std::vector<std::tuple<std::string, std::uint64_t, std::uint64_t>> rows_of(const Skips& skips) {
  std::vector<std::tuple<std::string, std::uint64_t, std::uint64_t>> rows;
  for (const Skips::Row& row : skips.rows()) {
    rows.emplace_back(row.reason, row.first, row.count);
  }
  std::ranges::sort(rows);
  return rows;
}

Seen read_alone(const std::vector<fs::path>& files) {
  Seen seen;
  std::uint64_t number = 0;
  Skips skips;
  for (const fs::path& file : files) {
    const auto reader = packets_of(open_trace(file));
    for (Packet packet; reader->next(packet);) {
      seen.packets[++number] = packet;
    }
    skips.merge(reader->skips());
  }
  seen.skips = rows_of(skips);
  return seen;
}

/// Reads with so many ranks, and looks that each conversation is at one of them, in order.
Seen read_by(std::size_t ranks, const std::vector<fs::path>& files, std::uint64_t piece_bytes) {
  Seen seen;
  std::map<std::uint64_t, std::size_t> rank_of;
  std::mutex mutex;
  as_ranks(ranks, [&](const work::Ranks& own) {
    std::uint64_t last = 0;
    const auto shared = read_together(
        capture_pieces(files, own, piece_bytes), own,
        [](const Packet&) { return std::string_view(); },
        [&](const Packet& packet, std::uint64_t number) {
          const std::lock_guard lock(mutex);
          EXPECT_GT(number, last);
          last = number;
          EXPECT_TRUE(seen.packets.emplace(number, packet).second);
          const auto at = rank_of.try_emplace(conversation_hash(packet.tuple), own.rank()).first;
          EXPECT_EQ(at->second, own.rank());
        },
        {});
    const std::lock_guard lock(mutex);
    EXPECT_EQ(shared.info.format, "pcap");
    EXPECT_EQ(shared.info.header_links.size(), 1U);
    seen.skips = rows_of(shared.skips);
  });
  return seen;
}

class CapturePieces : public testing::Test {
 protected:
  fs::path file(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }

  void same_on_any_number(const std::vector<fs::path>& files) {
    const Seen alone = read_alone(files);
    ASSERT_GT(alone.packets.size(), 100U);
    for (const std::size_t ranks : {1U, 2U, 3U, 5U}) {
      for (const std::uint64_t piece : {400U, 5'000U, 1'000'000U}) {
        const Seen together = read_by(ranks, files, piece);
        EXPECT_EQ(together.skips, alone.skips) << ranks << " " << piece;
        ASSERT_EQ(together.packets.size(), alone.packets.size()) << ranks << " " << piece;
        for (const auto& [number, packet] : alone.packets) {
          const Packet& other = together.packets.at(number);
          EXPECT_EQ(other.time_ns, packet.time_ns);
          EXPECT_EQ(other.tuple, packet.tuple);
          EXPECT_EQ(other.payload_length, packet.payload_length);
        }
      }
    }
  }

  TemporaryFolder folder_;
};

TEST_F(CapturePieces, AreTogetherTheWholeFile) {
  same_on_any_number({file("a.pcap", header() + records(300, 1))});
}

TEST_F(CapturePieces, OfSeveralFilesFollowEachOther) {
  same_on_any_number({file("a.pcap", header() + records(120, 1)), file("none.pcap", header()),
                      file("b.pcap", header() + records(90, 2))});
}

TEST_F(CapturePieces, EndWhereADamagedFileEnds) {
  const std::string damage = record_of(1'700'000'100, 5, "x").replace(8, 4, "\xff\xff\xff\xff");
  same_on_any_number({file("a.pcap", header() + records(130, 1) + damage + records(100, 2)),
                      file("b.pcap", header() + records(50, 3))});
  std::string cut = header() + records(200, 1);
  cut.resize(cut.size() - 5);
  same_on_any_number({file("cut.pcap", cut), file("b.pcap", header() + records(50, 3))});
}

TEST_F(CapturePieces, MakeTheSameTraceAtAllRanks) {
  TrainJob job;
  job.input = file("a.pcap", header() + records(400, 1));
  job.steps_per_conversation = 3;
  const PrivateTrace alone = read_private(job, {});
  job.files = {job.input};
  for (const std::size_t ranks : {2U, 3U}) {
    as_ranks(ranks, [&](const work::Ranks& own) {
      TrainJob of_rank = job;
      of_rank.site.ranks = own;
      const PrivateTrace trace = read_private(of_rank, {});
      ASSERT_EQ(trace.rows(), alone.rows());
      EXPECT_EQ(trace.summary.packets, alone.summary.packets);
      EXPECT_EQ(rows_of(trace.summary.skips), rows_of(alone.summary.skips));
      for (std::size_t f = 0; f < alone.columns.size(); ++f) {
        EXPECT_TRUE(trace.columns[f].values.all<Key>() == alone.columns[f].values.all<Key>()) << f;
      }
      ASSERT_EQ(trace.steps.size(), alone.steps.size());
      for (std::size_t i = 0; i < alone.steps.size(); ++i) {
        EXPECT_EQ(trace.steps[i].conversation, alone.steps[i].conversation);
        EXPECT_EQ(trace.steps[i].step.packet, alone.steps[i].step.packet);
        EXPECT_EQ(trace.steps[i].step.payload, alone.steps[i].step.payload);
      }
    });
  }
}

}  // namespace
}  // namespace tracetwin::test
