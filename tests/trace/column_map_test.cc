#include "trace/format/text/column_map.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "trace/format/format.h"

namespace tracetwin {
namespace {

TEST(ColumnMap, EntriesAreTakenApart) {
  const auto plain = parse_column("srcip=source.ip");
  EXPECT_EQ(plain.name, "srcip");
  EXPECT_EQ(plain.source, "source.ip");
  EXPECT_FALSE(plain.value || plain.scale);
  EXPECT_EQ(parse_column("ts=event:ms").scale, 6);
  EXPECT_EQ(parse_column("td=a:b:ns").source, "a:b");
  EXPECT_EQ(parse_column("td=took").scale, std::nullopt);
  EXPECT_EQ(parse_column("label=x:ms").source, "x:ms") << "units are of times alone";
  EXPECT_EQ(parse_column("proto:=tcp").value, "tcp");
  EXPECT_EQ(parse_column("label=a=b").source, "a=b");
}

TEST(ColumnMap, WhatSaysNothingIsRefused) {
  for (const char* text : {"", "srcip", "=a", "srcip=", ":=x"}) {
    EXPECT_THROW(parse_column(text), Error) << text;
  }
  ColumnMap map;
  map.entries = {parse_column("srcip=a"), parse_column("srcip=b")};
  EXPECT_THROW(check_columns(map), Error);
}

std::vector<std::string> addresses(std::string_view text, const std::vector<std::string>& columns,
                                   const std::string& format = "") {
  ReadAs as;
  as.format = format;
  for (const auto& column : columns) {
    as.columns.entries.push_back(parse_column(column));
  }
  AnyReader reader =
      open_trace(Buffered(memory_source(std::as_bytes(std::span(text)))), SourceInfo{}, as);
  std::vector<std::string> seen;
  FlowBatch batch;
  while (std::get<std::unique_ptr<FlowReader>>(reader)->next(batch)) {
    for (const auto& record : batch.records) {
      seen.push_back(to_string(record.tuple.src) + ">" + to_string(record.tuple.dst) + " " +
                     std::to_string(record.start_ns));
    }
  }
  return seen;
}

TEST(ColumnMap, GoesBeforeUsualNames) {
  constexpr std::string_view kText =
      "srcip,real,dstip,proto,ts,pkt,byt\n10.0.0.9,10.0.0.1,10.0.0.2,6,7,1,40\n";
  EXPECT_EQ(addresses(kText, {"srcip=real"}), std::vector<std::string>{"10.0.0.1>10.0.0.2 7000"});
  EXPECT_EQ(addresses(kText, {"dstip:=1.1.1.1", "ts=ts:s"}),
            std::vector<std::string>{"10.0.0.9>1.1.1.1 7000000000"});
  EXPECT_THROW(addresses(kText, {"srcip=none"}), Error);
  EXPECT_THROW(addresses(kText, {"srcip=real"}, "zeek"), Error);
  EXPECT_THROW(addresses(kText, {"label:=all"}), Error);
}

TEST(ColumnMap, FindsTheDelimiterOfAHeaderItAloneKnows) {
  EXPECT_EQ(addresses("a,x;b;c;d;e;f\n1.1.1.1;2.2.2.2;6;5;1;40\n",
                      {"srcip=a,x", "dstip=b", "proto=c", "ts=d", "pkt=e", "byt=f"}),
            std::vector<std::string>{"1.1.1.1>2.2.2.2 5000"});
}

}  // namespace
}  // namespace tracetwin
