#include "base/child_process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

#include "base/error.h"
#include "base/spill.h"

namespace tracetwin {
namespace {

std::string output_of(ChildProcess& child) {
  std::string text;
  std::array<std::byte, 64> buffer;
  for (std::size_t count = child.read(buffer); count > 0; count = child.read(buffer)) {
    text.append(reinterpret_cast<const char*>(buffer.data()), count);
  }
  return text;
}

TEST(ChildProcess, ItsOutputIsReadAndItsEndIsKnown) {
  ChildProcess child(
      {{"sh", "-c", "echo $WORD; echo first >&2; echo last >&2; exit 3"}, {{"WORD", "hello"}}}, "");
  EXPECT_EQ(output_of(child), "hello\n");
  EXPECT_EQ(child.wait(), 3);
  EXPECT_EQ(child.complaint(), "last");
  EXPECT_FALSE(child.is_running());
}

TEST(ChildProcess, ItIsGivenAnOpenFile) {
  const int file = open_unnamed();
  ASSERT_EQ(::write(file, "content", 7), 7);
  ChildProcess child({{"cat", "/dev/fd/3"}, {}, file}, "");
  EXPECT_EQ(output_of(child), "content");
  EXPECT_EQ(child.wait(), 0);
  ::close(file);
}

TEST(ChildProcess, TheEndOfItsInputTellsItToEnd) {
  ChildProcess child({{"cat"}}, "");
  EXPECT_TRUE(child.is_running());
  child.close_input();
  EXPECT_EQ(output_of(child), "");
  EXPECT_EQ(child.wait(), 0);
}

TEST(ChildProcess, WhatIsNotInstalledIsSaid) {
  try {
    ChildProcess child({{"no-such-program-here"}}, "Install it.");
    FAIL() << "it was started";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()), "the program no-such-program-here is not installed");
    EXPECT_EQ(error.remedy(), "Install it.");
  }
  EXPECT_TRUE(is_installed("sh"));
  EXPECT_FALSE(is_installed("no-such-program-here"));
}

}  // namespace
}  // namespace tracetwin
