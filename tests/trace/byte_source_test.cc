#include "trace/io/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/support.h"
#include "trace/capture_support.h"

namespace tracetwin {
namespace {

using test::octets;

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Gives out one byte a call, as a slow pipe does.
class Drip final : public ByteSource {
 public:
  explicit Drip(std::string text) : text_(std::move(text)) {}
  std::size_t read(std::span<std::byte> buffer) override {
    if (at_ == text_.size()) {
      return 0;
    }
    buffer[0] = static_cast<std::byte>(text_[at_++]);
    return 1;
  }
  std::uint64_t bytes_read() const override { return at_; }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

std::vector<std::string> lines_of(Buffered input, std::size_t limit = 1 << 20) {
  std::vector<std::string> lines;
  for (std::string_view line; input.line(line, limit);) {
    lines.emplace_back(line);
  }
  return lines;
}

TEST(Buffered, ViewsGrowBeyondTheCapacity) {
  const auto bytes = octets("abcdefghij");
  Buffered input(memory_source(bytes), 4);
  EXPECT_EQ(text_of(input.view(2)), "ab");
  input.consume(2);
  EXPECT_EQ(text_of(input.view(7)), "cdefghi");
  EXPECT_EQ(text_of(input.view(1)), "c");
  input.consume(7);
  EXPECT_EQ(input.offset(), 9U);
  EXPECT_EQ(text_of(input.view(5)), "j");
  input.consume(1);
  EXPECT_TRUE(input.view(1).empty());
  EXPECT_TRUE(input.available().empty());
  EXPECT_EQ(input.source().bytes_read(), 10U);
}

TEST(Buffered, AHugeViewCostsOnlyWhatIsThere) {
  const auto bytes = octets("abc");
  Buffered input(memory_source(bytes), 4);
  EXPECT_EQ(text_of(input.view(std::size_t{1} << 40)), "abc");
}

TEST(Buffered, SkipsBytesSeenOrNot) {
  const auto bytes = octets("abcdefghij");
  Buffered input(memory_source(bytes), 4);
  EXPECT_TRUE(input.skip(9));
  EXPECT_EQ(text_of(input.view(3)), "j");
  EXPECT_FALSE(input.skip(2));
}

TEST(Buffered, LinesOfEveryKind) {
  const std::vector<std::string> expected = {"one", "", "three", "x\ry", "last"};
  const std::string text = "one\n\nthree\r\nx\ry\nlast";
  for (const std::size_t capacity : {1, 2, 3, 100}) {
    const auto bytes = octets(text);
    EXPECT_EQ(lines_of(Buffered(memory_source(bytes), capacity)), expected);
    EXPECT_EQ(lines_of(Buffered(std::make_unique<Drip>(text), capacity)), expected);
  }
}

TEST(Buffered, LongLinesAreCutAndTheRestIsDropped) {
  for (const std::size_t capacity : {1, 5, 100}) {
    const auto bytes = octets("abcdefghij\nabcde\nabcdef\r\n\nxyzuvw");
    EXPECT_EQ(lines_of(Buffered(memory_source(bytes), capacity), 5),
              (std::vector<std::string>{"abcde", "abcde", "abcde", "", "xyzuv"}));
  }
}

TEST(Buffered, OffsetCountsLinesWhole) {
  const auto bytes = octets("abcdefghij\r\nk");
  Buffered input(memory_source(bytes), 4);
  std::string_view line;
  ASSERT_TRUE(input.line(line, 3));
  EXPECT_EQ(line, "abc");
  EXPECT_EQ(input.offset(), 12U);
  ASSERT_TRUE(input.line(line));
  EXPECT_EQ(line, "k");
  EXPECT_FALSE(input.line(line));
}

TEST(OpenSource, RefusesWhatIsNoFile) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(open_source(folder / "absent"), Error);
  EXPECT_THROW(open_source(folder.path()), Error);
}

TEST(OpenSource, PlainFilesOfEveryShortLength) {
  const test::TemporaryFolder folder;
  for (std::string text : {"", "a", "\x1f\x8b", "abcd", "abcdefgh"}) {
    test::write_file(folder / "file", text);
    std::string compression = "unset";
    Buffered input(open_source(folder / "file", &compression));
    EXPECT_EQ(text_of(input.view(100)), text);
    EXPECT_EQ(compression, "");
  }
}

}  // namespace
}  // namespace tracetwin
