#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "e2e/program.h"
#include "trace/format/format.h"

namespace tracetwin::test {
namespace {

using testing::HasSubstr;

TEST(List, FormatsAreTheTableOfFormats) {
  Program program;
  const auto text = program.run("list formats");
  EXPECT_EQ(text.exit, 0);
  const auto json = program.run("list formats --json");
  EXPECT_EQ(json.exit, 0);
  const auto rows = nlohmann::json::parse(json.out);
  ASSERT_EQ(rows.size(), formats().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_THAT(text.out, HasSubstr(std::string(formats()[i].name)));
    EXPECT_EQ(rows[i]["name"], formats()[i].name);
    EXPECT_EQ(rows[i]["write"], formats()[i].open_writer != nullptr);
  }
}

TEST(List, UnknownTopicSuggestsTheNearest) {
  const auto outcome = Program().run("list format");
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_EQ(outcome.err, "tracetwin: there is no list of \"format\"\nDid you mean \"formats\"?\n");
  EXPECT_THAT(Program().run("list zzzzzzzzzzzz").err, HasSubstr("There is: formats"));
}

}  // namespace
}  // namespace tracetwin::test
