#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "schema/field.h"
#include "support/support.h"

namespace tracetwin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal(std::string_view text) {
  try {
    parse_declarations(text, "facts.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

/// A complaint about column "c" declared as `object`.
std::string refusal_of_column(const std::string& object) {
  return refusal(R"({"columns": {"c": )" + object + "}}");
}

TEST(Declarations, ReadsAllThatTheGrammarHas) {
  const auto declared = parse_declarations(
      R"({"window": ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"],
          "columns": {"label": {"kind": "category", "values": ["benign", "attack"]},
                      "free": {"kind": "category"},
                      "score": {"kind": "number", "min": 0, "max": 1.5, "whole": true},
                      "uid": {"kind": "ignore"}}})",
      "facts.json");
  ASSERT_TRUE(declared.window.has_value());
  EXPECT_EQ(declared.window->end - declared.window->begin, 86'400'000'000'000);
  ASSERT_EQ(declared.columns.size(), 4U);
  EXPECT_EQ(declared.columns[0].name, "free");
  EXPECT_TRUE(declared.columns[0].field.values.empty());
  EXPECT_THAT(declared.columns[1].field.values, ElementsAre("benign", "attack"));
  EXPECT_EQ(declared.columns[2].field.kind, FieldKind::kNumber);
  EXPECT_EQ(declared.columns[2].field.high, 1.5);
  EXPECT_TRUE(declared.columns[2].field.whole);
  EXPECT_TRUE(declared.columns[3].ignore);
}

TEST(Declarations, HasDefaults) {
  EXPECT_TRUE(parse_declarations("{}", "facts.json").columns.empty());
  const auto declared = parse_declarations(R"({"columns": {"n": {"kind": "number"}}})", "f");
  EXPECT_EQ(declared.columns[0].field.low, -1e15);
  EXPECT_EQ(declared.columns[0].field.high, 1e15);
  EXPECT_FALSE(declared.columns[0].field.whole);
}

TEST(Declarations, AWrongTypeIsASentenceThatNamesItsPlace) {
  const std::string column = "facts.json: column \"c\": ";
  EXPECT_EQ(refusal_of_column(R"({"kind": "number", "whole": "yes"})"),
            column + R"("whole" is "yes", expected true or false)");
  EXPECT_EQ(refusal_of_column(R"({"kind": "number", "min": "0"})"),
            column + R"("min" is "0", expected a number)");
  EXPECT_EQ(refusal_of_column(R"({"kind": "category", "values": "a"})"),
            column + R"("values" is "a", expected a list of 1 to 10000 texts)");
  EXPECT_EQ(refusal_of_column(R"({"kind": "category", "values": ["a", 1]})"),
            column + R"("values" holds 1, expected texts only)");
  EXPECT_EQ(refusal_of_column(R"({"kind": "category", "values": ["a", "a"]})"),
            column + R"("values" holds "a" twice)");
  EXPECT_THAT(refusal_of_column(R"({"kind": 3})"), HasSubstr("\"kind\" is 3, expected one of"));
  EXPECT_THAT(refusal_of_column("{}"), HasSubstr("\"kind\" is missing"));
  EXPECT_THAT(refusal_of_column("[]"), HasSubstr("it is [], expected an object"));
  EXPECT_THAT(refusal_of_column(R"({"kind": "number", "min": 2, "max": 2})"),
              HasSubstr("not below"));
  EXPECT_THAT(refusal(R"({"columns": []})"), HasSubstr("\"columns\" is []"));
  EXPECT_THAT(refusal("[1]"), HasSubstr("it holds [1], expected a JSON object"));
}

TEST(Declarations, AnUnknownKeyIsRefusedWithTheNearest) {
  EXPECT_THAT(refusal(R"({"colums": {}})"), HasSubstr("did you mean \"columns\"?"));
  EXPECT_THAT(refusal_of_column(R"({"kind": "category", "vals": ["a"]})"),
              HasSubstr("\"vals\" means nothing here"));
  EXPECT_THAT(refusal_of_column(R"({"kind": "number", "wohle": true})"),
              HasSubstr("did you mean \"whole\"?"));
  EXPECT_THAT(refusal_of_column(R"({"kind": "categroy"})"),
              HasSubstr("did you mean \"category\"?"));
}

TEST(Declarations, WindowsAreOrderedAndPossible) {
  for (const char* window :
       {R"("2026")", R"(["2026-01-01T00:00:00Z"])", "[1, 2]", R"(["yesterday", "today"])",
        R"(["2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"])",
        R"(["1969-01-01T00:00:00Z", "1971-01-01T00:00:00Z"])",
        R"(["2026-01-02T00:00:00Z", "2262-03-01T00:00:00Z"])"}) {
    EXPECT_THAT(refusal(std::string(R"({"window": )") + window + "}"),
                HasSubstr("expected two RFC 3339 times from 1970 to 2262"))
        << window;
  }
}

TEST(Declarations, WhatIsNoJsonIsRefused) {
  EXPECT_THAT(refusal("{"), HasSubstr("facts.json is not JSON"));
  EXPECT_THAT(refusal(R"({"columns": {"c": {"kind": "number", "max": 1e999}}})"),
              HasSubstr("facts.json is not JSON"));
  const test::TemporaryFolder folder;
  EXPECT_THROW(read_declarations((folder / "missing.json").string()), Error);
  EXPECT_THROW(read_declarations(folder.path().string()), Error);
}

TEST(Declarations, OfATableOfEvents) {
  const Declarations read = parse_declarations(
      R"({"table": "events", "time": {"column": "when", "unit": "ms"}, "key": ["user", "site"],
          "columns": {"user": {"kind": "address"}, "port": {"kind": "port"},
                      "site": {"kind": "category", "from": "path", "match": "^/([^/]*)/"},
                      "cost": {"kind": "number", "decimals": 2}},
          "series": {"first": "d1", "last": "d9", "min": 0, "whole": true}})",
      "facts.json");
  ASSERT_TRUE(read.events);
  EXPECT_EQ(read.events->time, "when");
  EXPECT_EQ(read.events->time_scale, 6);
  EXPECT_EQ(read.events->key, (std::vector<std::string>{"user", "site"}));
  ASSERT_TRUE(read.series);
  EXPECT_EQ(read.series->last, "d9");
  EXPECT_TRUE(read.series->field.whole);
  for (const auto& column : read.columns) {
    EXPECT_EQ(column.from, column.name == "site" ? "path" : "");
    EXPECT_EQ(column.field.decimals.value_or(0), column.name == "cost" ? 2 : 0);
  }
}

TEST(Declarations, WhatMakesNoTableOfEventsIsRefused) {
  const auto with = [](const std::string& more) {
    return refusal(R"({"table": "events", )" + more + "}");
  };
  EXPECT_THAT(with(R"("time": {"column": "t", "unit": "h"})"), HasSubstr("s, ms, us or ns"));
  EXPECT_THAT(with(R"("time": 3)"), HasSubstr("the name of a column"));
  EXPECT_THAT(with(R"("key": [1])"), HasSubstr("names of columns"));
  EXPECT_THAT(with(R"("columns": {"a": {"kind": "category", "match": "("}})"),
              HasSubstr("no regular expression"));
  EXPECT_THAT(with(R"("columns": {"a": {"kind": "category", "match": "a"}})"),
              HasSubstr("no group"));
  EXPECT_THAT(with(R"("time": "t", "columns": {"t": {"kind": "number"}})"),
              HasSubstr("the time already"));
  EXPECT_THAT(with(R"("window": ["2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"])"),
              HasSubstr("no \"time\" is declared"));
  EXPECT_THAT(with(R"("series": {"first": "a"})"), HasSubstr("\"first\" and \"last\""));
  EXPECT_THAT(refusal(R"({"columns": {"a": {"kind": "address"}}})"), HasSubstr("\"kind\""));
}

}  // namespace
}  // namespace tracetwin
