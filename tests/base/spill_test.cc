#include "base/spill.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/error.h"

namespace tracetwin {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::string read(const Spill& spill, std::uint64_t place, std::size_t size) {
  std::string text(size, ' ');
  spill.read(place, std::as_writable_bytes(std::span(text)));
  return text;
}

TEST(Spill, GivesBackWhatLiesInMemoryAndWhatLeftIt) {
  Spill spill(10);
  const auto first = spill.append(bytes_of("in memory"));
  const auto second = spill.append(bytes_of("too long for it"));
  const auto third = spill.append(bytes_of("x"));  // would fit, but comes behind the file's
  EXPECT_EQ(read(spill, first, 9), "in memory");
  EXPECT_EQ(read(spill, second, 15), "too long for it");
  EXPECT_EQ(read(spill, second + 9, 6), "for it");
  EXPECT_EQ(read(spill, third, 1), "x");
}

TEST(Spill, MovesWithItsFile) {
  Spill spill(0);
  const auto place = spill.append(bytes_of("kept"));
  Spill moved = std::move(spill);
  EXPECT_EQ(read(moved, place, 4), "kept");
  Spill other;
  other = std::move(moved);
  EXPECT_EQ(read(other, place, 4), "kept");
}

TEST(Spill, SaysWhereThereIsNoRoom) {
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ASSERT_EQ(::setenv("TMPDIR", "/proc", 1), 0);
  Spill spill(0);
  try {
    spill.append(bytes_of("x"));
    ADD_FAILURE() << "wrote to /proc";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("/proc"), std::string::npos);
    EXPECT_NE(error.remedy().find("TMPDIR"), std::string::npos);
  }
  before == nullptr ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", kept.c_str(), 1);
}

}  // namespace
}  // namespace tracetwin
