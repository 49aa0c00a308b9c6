#include "trace/io/compress.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "support/support.h"
#include "trace/capture_support.h"
#include "trace/io/byte_source.h"

namespace tracetwin {
namespace {

/// Forwards to bytes that outlive it.
class Forward final : public ByteSink {
 public:
  explicit Forward(test::MemorySink& target) : target_(target) {}
  void write(std::span<const std::byte> bytes) override { target_.write(bytes); }
  void commit() override { target_.commit(); }

 private:
  test::MemorySink& target_;
};

std::string packed(std::string_view text, Compression compression, std::size_t piece = 1 << 16) {
  test::MemorySink target;
  auto sink = compress_into(std::make_unique<Forward>(target), compression);
  for (std::size_t at = 0; at < text.size(); at += piece) {
    sink->write(text.substr(at, piece));
  }
  EXPECT_FALSE(target.committed);
  sink->commit();
  EXPECT_TRUE(target.committed);
  return {reinterpret_cast<const char*>(target.bytes.data()), target.bytes.size()};
}

struct Unpacked {
  std::string text;
  std::string compression;
  std::string damage;
  std::uint64_t bytes_read = 0;
};

Unpacked unpacked(std::string_view content) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "file", content);
  Unpacked result;
  const auto source = open_source(folder / "file", &result.compression);
  std::vector<std::byte> buffer(10'000);
  while (const std::size_t count = source->read(buffer)) {
    result.text.append(reinterpret_cast<const char*>(buffer.data()), count);
  }
  result.damage = source->damage();
  result.bytes_read = source->bytes_read();
  return result;
}

/// Half repetition, half noise.
std::string sample(std::size_t size) {
  Random random(7);
  std::string text;
  while (text.size() < size) {
    text += random.chance(0.5) ? "the same words again " : std::to_string(random.bits());
  }
  return text;
}

class Compressed : public testing::TestWithParam<Compression> {};

TEST_P(Compressed, RoundTrip) {
  for (const std::size_t size : {0, 1, 100, 1'000'000}) {
    const std::string text = size == 0 ? "" : sample(size);
    const std::string content = packed(text, GetParam());
    const Unpacked result = unpacked(content);
    EXPECT_EQ(result.text, text);
    EXPECT_EQ(result.damage, "");
    EXPECT_EQ(result.bytes_read, content.size());
    EXPECT_NE(result.compression, "");
  }
}

TEST_P(Compressed, SmallWritesGiveTheSameData) {
  const std::string text = sample(20'000);
  EXPECT_EQ(unpacked(packed(text, GetParam(), 7)).text, text);
}

TEST_P(Compressed, MembersFollowEachOther) {
  const std::string a = sample(50'000);
  const std::string content =
      packed(a, GetParam()) + packed("", GetParam()) + packed("second", GetParam());
  const Unpacked result = unpacked(content);
  EXPECT_EQ(result.text, a + "second");
  EXPECT_EQ(result.damage, "");
}

TEST_P(Compressed, EveryTruncationIsToldAndKeepsAPrefix) {
  const std::string text = sample(2'000);
  const std::string content = packed(text, GetParam());
  for (std::size_t size = 4; size < content.size(); ++size) {
    const Unpacked result = unpacked(content.substr(0, size));
    EXPECT_TRUE(text.starts_with(result.text));
    EXPECT_NE(result.damage.find("too early"), std::string::npos) << size << result.damage;
  }
}

TEST_P(Compressed, FlippedBitsNeverCrashAndNeverPassUnseen) {
  const std::string text = sample(3'000);
  const std::string content = packed(text, GetParam());
  for (std::size_t i = 12; i < content.size(); i += 13) {
    std::string damaged = content;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    const Unpacked result = unpacked(damaged);
    EXPECT_TRUE(result.text == text || !result.damage.empty()) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Both, Compressed, testing::Values(Compression::kGzip, Compression::kZstd));

TEST(Gzip, PaddingIsFineAndGarbageIsTold) {
  const std::string content = packed("text", Compression::kGzip);
  EXPECT_EQ(unpacked(content + std::string(1000, '\0')).damage, "");
  const Unpacked garbage = unpacked(content + "garbage");
  EXPECT_EQ(garbage.text, "text");
  EXPECT_NE(garbage.damage.find("not gzip"), std::string::npos);
}

TEST(Zstd, SkippableFramesAreSkipped) {
  const std::string skippable("\x50\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  const std::string frame = packed("text", Compression::kZstd);
  const Unpacked result = unpacked(skippable + frame + skippable + frame);
  EXPECT_EQ(result.text, "texttext");
  EXPECT_EQ(result.compression, "zstd");
  EXPECT_EQ(result.damage, "");
  EXPECT_NE(unpacked(frame + "garbage").damage, "");
}

TEST(Compression, NoneGivesTheSinkBack) {
  EXPECT_EQ(packed("text", Compression::kNone), "text");
  EXPECT_EQ(unpacked("text").compression, "");
}

TEST(Compression, IsToldByTheLastSuffix) {
  EXPECT_EQ(compression_of("a/b.pcap.gz"), Compression::kGzip);
  EXPECT_EQ(compression_of("b.pcapng.zst"), Compression::kZstd);
  EXPECT_EQ(compression_of("b.gz.pcap"), Compression::kNone);
  EXPECT_EQ(compression_of("-"), Compression::kNone);
  EXPECT_EQ(without_compression("a/b.pcap.gz"), "a/b.pcap");
  EXPECT_EQ(without_compression("a/b.pcap"), "a/b.pcap");
}

}  // namespace
}  // namespace tracetwin
