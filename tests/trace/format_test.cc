#include "trace/format/format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "support/support.h"
#include "text_formats.h"

namespace tracetwin {
namespace {

using ::testing::HasSubstr;

template <class Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.remedy();
  }
  return "accepted";
}

std::string opening(std::string_view content) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "trace", content);
  return refusal([&] { open_trace(folder / "trace"); });
}

TEST(Formats, HaveDistinctNamesAndWholeRows) {
  std::set<std::string_view> names;
  for (const auto& format : formats()) {
    EXPECT_TRUE(names.insert(format.name).second) << format.name;
    EXPECT_FALSE(format.summary.empty());
    EXPECT_EQ(format.suffixes.empty(), format.sniff == nullptr) << "told by content, or named";
    EXPECT_NE(format.open_reader, nullptr);
    EXPECT_EQ(&format_named(format.name), &format);
    EXPECT_FALSE(format.sniff != nullptr && (format.sniff("") || format.sniff("?")));
    for (const auto suffix : format.suffixes) {
      EXPECT_EQ(suffix[0], '.');
    }
  }
}

TEST(Formats, WritersMakeWhatTheirOwnRowSniffs) {
  for (const auto& format : formats()) {
    if (format.open_writer == nullptr || format.sniff == nullptr) {
      continue;
    }
    test::TextSink sink;
    const AnyWriter writer = format.open_writer(sink, {});
    std::visit([](const auto& any) { any->finish(); }, writer);
    const auto first = std::ranges::find_if(formats(), [&](const Format& other) {
      return other.sniff != nullptr && other.sniff(sink.text);
    });
    ASSERT_NE(first, formats().end()) << format.name;
    EXPECT_EQ(first->name, format.name);
  }
}

TEST(Formats, EachStandsInTheDocument) {
  const std::string document = test::read_file(test::source_dir() / "docs/formats.md");
  for (const auto& format : formats()) {
    EXPECT_THAT(document, HasSubstr("`" + std::string(format.name) + "`"));
    for (const auto suffix : format.suffixes) {
      EXPECT_THAT(document, HasSubstr("`" + std::string(suffix) + "`")) << format.name;
    }
  }
}

TEST(Formats, UnknownNameSuggestsTheNearest) {
  EXPECT_THAT(refusal([] { format_named("pcpa"); }), HasSubstr("Did you mean pcap?"));
  EXPECT_THAT(refusal([] { format_named("spreadsheet!"); }), HasSubstr("zeek-json"));
}

TEST(Formats, OutputFollowsTheSuffix) {
  const auto name = [](const char* path, TraceKind kind) {
    return format_for_output(path, kind).name;
  };
  EXPECT_EQ(name("a/b.csv", TraceKind::kFlows), "flow-csv");
  EXPECT_EQ(name("a/b.csv", TraceKind::kPackets), "packet-csv");
  EXPECT_EQ(name("a/b.CSV.gz", TraceKind::kFlows), "flow-csv");
  EXPECT_EQ(name("x.y.pcapng.zst", TraceKind::kPackets), "pcapng");
  EXPECT_EQ(name("x.pcap", TraceKind::kPackets), "pcap");
  EXPECT_EQ(name("conn.log", TraceKind::kFlows), "zeek");
}

TEST(Formats, OutputWithAnotherSuffixIsRefused) {
  const auto refused = [](const char* path) {
    return refusal([&] { format_for_output(path, TraceKind::kFlows); });
  };
  EXPECT_THAT(refused("x.parquet"), HasSubstr("no format has the suffix .parquet"));
  EXPECT_THAT(refused("x.parquet"), HasSubstr(".pcap, "));
  EXPECT_THAT(refused("twin"), HasSubstr("it has no suffix"));
  EXPECT_THAT(refused("twin.gz"), HasSubstr("it has no suffix"));
  EXPECT_THAT(refused("x.json"), HasSubstr("zeek-json can be read only"));
}

TEST(OpenTrace, TellsFormatsByContentNotByName) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "x.pcap", "srcip,dstip,proto,ts,pkt,byt\n");
  const AnyReader reader = open_trace(folder / "x.pcap");
  const auto& info = std::get<std::unique_ptr<FlowReader>>(reader)->info();
  EXPECT_EQ(info.format, "flow-csv");
  EXPECT_EQ(info.compression, "");
  EXPECT_EQ(info.name, (folder / "x.pcap").string());
}

TEST(OpenTrace, NamesWhatItCannotRead) {
  EXPECT_THAT(opening(""), HasSubstr("is empty"));
  EXPECT_THAT(opening("hello world\n"), HasSubstr("begins with \"hello world\""));
  EXPECT_THAT(opening("hello world\n"), HasSubstr("pcap, pcapng"));
  EXPECT_THAT(opening(std::string_view("\x01\x02\x00\xff", 4)),
              HasSubstr("begins with 01 02 00 ff"));
  EXPECT_THAT(opening("PK\x03\x04zip"), HasSubstr("is a zip archive"));
  EXPECT_THAT(opening(std::string_view("snoop\0\0\0\0\0\0\2", 12)), HasSubstr("snoop capture"));
  EXPECT_THAT(opening("\x7f"
                      "ELF..."),
              HasSubstr("a program"));
  EXPECT_THAT(opening("{\"a\":1}\n"), HasSubstr("JSON without the fields"));
  EXPECT_THAT(refusal([] { open_trace("/nowhere/at/all.pcap"); }), HasSubstr("/nowhere/at/all"));
  EXPECT_THAT(refusal([] { open_trace("/tmp"); }), HasSubstr("folder"));
}

TEST(OpenTrace, ReadsOrRefusesEverySharedFile) {
  TRACETWIN_NEED_SHARED(shared);
  for (const char* folder : {"data/flows", "data/parsers/flows"}) {
    for (const auto& entry : std::filesystem::directory_iterator(shared / folder)) {
      const std::string name = entry.path().filename().string();
      const bool readable =
          name.find(".csv") != std::string::npos || name.find(".conn.log") != std::string::npos;
      const std::string said = refusal([&] {
        const test::Flows flows = test::read_all(open_trace(entry.path()));
        EXPECT_GT(flows.records.size(), 900U) << name;
        EXPECT_TRUE(flows.skips.empty()) << name;
      });
      EXPECT_EQ(said == "accepted", readable) << name << ": " << said;
    }
  }
}

}  // namespace
}  // namespace tracetwin
