#include "base/atomic_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/parallel.h"
#include "support/support.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(AtomicFile, CommitMakesTheFile) {
  const test::TemporaryFolder folder;
  auto sink = open_output(folder / "out", false);
  sink->write("hello ");
  sink->write("world");
  EXPECT_FALSE(fs::exists(folder / "out"));
  sink->commit();
  sink.reset();
  EXPECT_EQ(test::read_file(folder / "out"), "hello world");
  EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(AtomicFile, WithoutCommitNothingStays) {
  const test::TemporaryFolder folder;
  open_output(folder / "out", false)->write("half");
  EXPECT_EQ(files_in(folder.path()), 0U);
}

TEST(AtomicFile, RefusesToOverwriteUnlessForced) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "out", "old");
  EXPECT_THROW(open_output(folder / "out", false), Error);
  auto sink = open_output(folder / "out", true);
  sink->write("new");
  EXPECT_EQ(test::read_file(folder / "out"), "old");
  sink->commit();
  EXPECT_EQ(test::read_file(folder / "out"), "new");
}

TEST(AtomicFile, RefusesFoldersAndMissingFolders) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(open_output(folder.path(), true), Error);
  EXPECT_THROW(open_output(folder / "no/out", true), Error);
}

TEST(AtomicFile, FullDeviceIsAnError) {
  auto sink = open_output("/dev/full", true);
  sink->write("x");
  EXPECT_THROW(sink->commit(), Error);
}

TEST(Parallel, RunsEveryBlockOnceAndRethrows) {
  std::vector<int> runs(100);
  parallel_blocks(runs.size(), 4, [&](std::size_t block) { ++runs[block]; });
  EXPECT_EQ(runs, std::vector<int>(100, 1));
  EXPECT_THROW(parallel_blocks(10, 4, [](std::size_t) { throw Error("no"); }), Error);
}

}  // namespace
}  // namespace tracetwin
