#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <set>

#include "cli/command.h"

namespace tracetwin::cli {
namespace {

TEST(Commands, EveryRowIsWholeAndNamedOnce) {
  std::set<std::string_view> names;
  for (const auto& command : commands()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    EXPECT_FALSE(command.summary.empty()) << command.name;
    EXPECT_NE(command.summary.back(), '.') << command.name;
    ASSERT_NE(command.define, nullptr) << command.name;
  }
}

TEST(Commands, EveryOptionIsDescribed) {
  for (const auto& command : commands()) {
    CommonOptions common;
    CLI::App app;
    EXPECT_TRUE(command.define(app, common)) << command.name;
    for (const CLI::Option* option : app.get_options()) {
      EXPECT_FALSE(option->get_description().empty()) << command.name << " " << option->get_name();
    }
  }
}

}  // namespace
}  // namespace tracetwin::cli
