#include <gtest/gtest.h>

#include "cli/progress_line.h"
#include "cli/size_histogram.h"
#include "cli/skips_text.h"
#include "cli/text_table.h"
#include "cli/value_counts.h"

namespace tracetwin::cli {
namespace {

TEST(TextTable, AlignsNamesLeftAndNumbersRight) {
  TextTable table;
  table.add({"Protocol", "packets"});
  table.add({"TCP", "1,234,567"});
  table.add({"größer", "1"});
  EXPECT_EQ(table.text(2),
            "  Protocol    packets\n"
            "  TCP       1,234,567\n"
            "  größer            1\n");
}

TEST(TextTable, LeavesNoSpaceAtTheEnd) {
  TextTable table(3);
  table.add({"a", "long text"});
  table.add({"b", "x", ""});
  EXPECT_EQ(table.text(), "a  long text\nb  x\n");
}

TEST(Printable, KeepsTextAndReplacesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("Zürich ✓"), "Zürich ✓");
  EXPECT_EQ(printable("a\x1b[31mb\n\x7f"), "a?[31mb??");
  EXPECT_EQ(printable("a\xc2\x9b"
                      "b"),
            "a?b");  // C1 "control sequence introducer"
  EXPECT_EQ(printable("\xff\xc3(\xe2\x82"), "?\?(?\?");
  EXPECT_EQ(printable("äöüß", 3), "äöü…");
}

TEST(SkipsText, IsATableOrNothing) {
  Skips skips;
  EXPECT_EQ(skips_text("Skipped", skips, "first packet"), "");
  skips.add("not IP", 3, 1200);
  EXPECT_EQ(skips_text("Skipped", skips, "first packet"),
            "\n  Skipped  times  first packet\n  not IP   1,200             3\n");
}

TEST(ValueCounts, GivesUpBeyondItsLimit) {
  ValueCounts counts;
  for (int i = 0; i < 64; ++i) {
    counts.add(std::to_string(i));
  }
  counts.add("7");
  EXPECT_FALSE(counts.many());
  EXPECT_EQ(counts.distinct(), 64U);
  EXPECT_EQ(counts.most_frequent().front(), (std::pair<std::string, std::uint64_t>("7", 2)));
  counts.add("one more");
  EXPECT_TRUE(counts.many());
  EXPECT_TRUE(counts.most_frequent().empty());
}

TEST(ValueCounts, GivesUpAtALongValue) {
  ValueCounts counts;
  counts.add(std::string(257, 'x'));
  EXPECT_TRUE(counts.many());
}

TEST(SizeHistogram, QuantilesAreExact) {
  SizeHistogram sizes;
  for (std::uint32_t size = 1; size <= 100; ++size) {
    sizes.add(size);
  }
  EXPECT_EQ(sizes.quantile(0), 1U);
  EXPECT_EQ(sizes.quantile(0.5), 50U);
  EXPECT_EQ(sizes.quantile(0.99), 99U);
  EXPECT_EQ(sizes.quantile(1), 100U);
  EXPECT_DOUBLE_EQ(sizes.mean(), 50.5);
  sizes.add(200'000);
  EXPECT_EQ(sizes.quantile(1), 200'000U);
  EXPECT_EQ(sizes.largest(), 200'000U);
}

TEST(ProgressLine, SaysStageShareAndAmount) {
  using namespace std::chrono_literals;
  EXPECT_EQ(describe({"reading", 500'000, 2'000'000, "bytes"}, 1500ms),
            "reading       25 %  [=====               ]  500 kB  1.5 s");
  EXPECT_EQ(describe({"training", 12, 0, "rounds"}, 2s), "training     12 rounds  2 s");
  EXPECT_EQ(describe({"reading", 3, 2, "packets"}, 0s),
            "reading      100 %  [====================]  3 packets  0 us");
}

TEST(ProgressLine, WritesNothingWhenNotShown) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* stream = ::open_memstream(&text, &size);
  {
    ProgressLine line(stream, false);
    line.update({"reading", 1, 2, "packets"});
  }
  std::fclose(stream);
  EXPECT_EQ(size, 0U);
  std::free(text);  // NOLINT: open_memstream allocates
}

TEST(ProgressLine, RewritesItsLineAndTakesItAway) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* stream = ::open_memstream(&text, &size);
  {
    ProgressLine line(stream, true);
    line.update({"reading", 1, 2, "packets"});
    line.update({"reading", 2, 2, "packets"});  // too soon after the first
  }
  std::fclose(stream);
  const std::string written(text, size);
  std::free(text);  // NOLINT: open_memstream allocates
  EXPECT_NE(written.find(" 50 %"), std::string::npos);
  EXPECT_EQ(written.find("100 %"), std::string::npos);
  EXPECT_TRUE(written.ends_with("\r\x1b[K"));
  EXPECT_EQ(written.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace tracetwin::cli
