#include "work/folder.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "support/support.h"
#include "work/log.h"
#include "work/site.h"

namespace tracetwin::work {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using test::write_file;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class WorkFolder : public testing::Test {
 protected:
  WorkFolder() { write_file(folder_ / "in", "abc"); }
  Task task(const std::string& option) const {
    return {"train", {option}, {input_mark(folder_ / "in")}};
  }
  fs::path path() const { return folder_ / "work"; }
  TemporaryFolder folder_;
};

TEST_F(WorkFolder, GoesOnWithTheSameTaskAndItsSeed) {
  EXPECT_EQ(kept_seed(path(), task("a")), std::nullopt);
  const Folder first(path(), task("a"), 7);
  EXPECT_FALSE(first.goes_on());
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms::owner_all);
  const Folder second(path(), task("a"), 8);
  EXPECT_TRUE(second.goes_on());
  EXPECT_EQ(second.seed(), 7U);
  EXPECT_EQ(kept_seed(path(), task("a")), 7U);
  EXPECT_EQ(kept_seed(path(), task("b")), std::nullopt);
}

TEST_F(WorkFolder, OtherWorkMakesWay) {
  keep_record(Folder(path(), task("a"), 7).part("p"), "1");
  const Folder other(path(), task("b"), 8);
  EXPECT_FALSE(other.goes_on());
  EXPECT_EQ(other.seed(), 8U);
  EXPECT_EQ(find_record(other.part("p")), std::nullopt);
  write_file(folder_ / "in", "abcd");
  EXPECT_FALSE(Folder(path(), task("b"), 9).goes_on()) << "another input";
}

TEST_F(WorkFolder, DrawnNoiseDoesNotMakeWay) {
  const Journal none(Folder(path(), task("a"), 7).releases());
  EXPECT_FALSE(Folder(path(), task("b"), 7).goes_on()) << "none was drawn";
  Journal(Folder(path(), task("a"), 7).releases()).add("1");
  EXPECT_THAT([&] { Folder(path(), task("b"), 7); },
              ThrowsMessage<Error>(HasSubstr("noise that was drawn for other work")));
  EXPECT_TRUE(Folder(path(), task("a"), 7).goes_on());
}

TEST_F(WorkFolder, RefusesAManifestThatIsNone) {
  Folder(path(), task("a"), 7);
  for (const std::string text : {"", "{", "[]", "{\"command\": 3}"}) {
    write_file(path() / "manifest.json", text);
    EXPECT_THAT([&] { Folder(path(), task("a"), 7); }, ThrowsMessage<Error>(HasSubstr("damaged")));
  }
  EXPECT_THAT([&] { read_manifest(folder_.path()); },
              ThrowsMessage<Error>(HasSubstr("is no work folder")));
  EXPECT_THROW(input_mark("-"), Error);
  EXPECT_THROW(input_mark(folder_ / "missing"), Error);
}

TEST_F(WorkFolder, PartsAreMadeOnceUntilAllIsDone) {
  const auto folder = std::make_shared<Folder>(path(), task("a"), 7);
  const Site site{{}, folder};
  int made = 0;
  const auto make = [&] { return std::to_string(++made); };
  EXPECT_EQ(site.once("p", make), "1");
  EXPECT_EQ(site.once("p", make), "1");
  EXPECT_EQ(Site().once("p", make), "2") << "where nothing is kept";
  EXPECT_THAT(site.share("s", 2, 1, [](std::size_t i) { return std::to_string(i); }),
              ElementsAre("0", "1"));
  EXPECT_THAT(site.share("s", 2, 1, [](std::size_t) { return std::string("new"); }),
              ElementsAre("0", "1"));
  write_file(folder->part("s-1"), "nonsense");
  EXPECT_THROW(site.share("s", 2, 1, [](std::size_t) { return std::string(); }), Error);
  folder->finish();
  EXPECT_TRUE(read_manifest(path()).done);
  EXPECT_EQ(find_record(folder->part("p")), std::nullopt);
}

TEST_F(WorkFolder, LogsSayHowFarEachRankIs) {
  const Folder folder(path(), task("a"), 7);
  {
    Log log(path() / "log" / "rank-1.jsonl", 1, 2);
    log.tell({"training chunk 1 of 2", 3, 9, "iterations"});
    log.tell({"training chunk 1 of 2", 4, 9, "iterations"});  // within the same second
    log.tell({"training chunk 2 of 2", 9, 9, "iterations"});
    log.tell({"selecting", 1, 0, "candidates"});
    log.fail("it broke");
  }
  {
    Log log(path() / "log" / "rank-0.jsonl", 0, 2);
    log.end(12);
  }
  const auto states = states_in(path());
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].event, "end");
  EXPECT_FALSE(states[0].lives);
  EXPECT_EQ(states[1].what, "it broke");
  EXPECT_TRUE(states[1].lives);
  EXPECT_THAT(states[1].now,
              ElementsAre("training chunk 1 of 2: 3 of 9 iterations",
                          "training chunk 2 of 2: 9 of 9 iterations", "selecting: 1 candidates"));
}

}  // namespace
}  // namespace tracetwin::work
