#include "work/record.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "support/support.h"

namespace tracetwin::work {
namespace {

using test::read_file;
using test::TemporaryFolder;
using test::write_file;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class Records : public testing::Test {
 protected:
  std::vector<std::string> entries() const { return Journal(folder_ / "j").entries(); }
  TemporaryFolder folder_;
};

TEST_F(Records, ComeBackAsTheyWere) {
  const std::string bytes("a\0b\n", 4);
  EXPECT_EQ(find_record(folder_ / "r"), std::nullopt);
  keep_record(folder_ / "r", bytes);
  EXPECT_EQ(find_record(folder_ / "r"), bytes);
  keep_record(folder_ / "r", "");
  EXPECT_EQ(find_record(folder_ / "r"), "");
}

TEST_F(Records, AreRefusedWhenAnyByteIsWrong) {
  keep_record(folder_ / "r", "some bytes");
  const std::string good = read_file(folder_ / "r");
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    write_file(folder_ / "r", bad);
    EXPECT_THROW(find_record(folder_ / "r"), Error) << "byte " << i;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    write_file(folder_ / "r", good.substr(0, size));
    EXPECT_THROW(find_record(folder_ / "r"), Error) << size << " bytes";
  }
  EXPECT_THAT([&] { find_record(folder_ / "r"); }, ThrowsMessage<Error>(HasSubstr("is damaged")));
}

TEST_F(Records, JournalKeepsWhatWasAdded) {
  {
    Journal journal(folder_ / "j");
    journal.add("one");
    journal.add("");
    EXPECT_THAT(journal.entries(), ElementsAre("one", ""));
  }
  Journal(folder_ / "j").add("three");
  EXPECT_THAT(entries(), ElementsAre("one", "", "three"));
  EXPECT_EQ(entries_in(folder_ / "j"), 3U);
}

TEST_F(Records, JournalDropsWhatWasCutOffAndGoesOn) {
  Journal(folder_ / "j").add("one");
  const std::size_t one = read_file(folder_ / "j").size();
  Journal(folder_ / "j").add("second");
  const std::string all = read_file(folder_ / "j");
  for (std::size_t size = one; size < all.size(); ++size) {
    write_file(folder_ / "j", all.substr(0, size));
    EXPECT_EQ(entries_in(folder_ / "j"), 1U) << size;
    EXPECT_EQ(read_file(folder_ / "j").size(), size) << "counting touches nothing";
    Journal(folder_ / "j").add("again");
    EXPECT_THAT(entries(), ElementsAre("one", "again")) << size;
  }
  // The length was written, the bytes were not.
  write_file(folder_ / "j", all.substr(0, all.size() - 6) + std::string(6, '\0'));
  EXPECT_THAT(entries(), ElementsAre("one"));
  write_file(folder_ / "j", all.substr(0, one) + std::string(4096, '\0'));
  EXPECT_THAT(entries(), ElementsAre("one"));
}

TEST_F(Records, JournalWithDamageBeforeItsEndIsRefused) {
  Journal(folder_ / "j").add("one");
  Journal(folder_ / "j").add("second");
  std::string bytes = read_file(folder_ / "j");
  bytes[bytes.find("one")] = 'O';
  write_file(folder_ / "j", bytes);
  EXPECT_THAT([&] { entries(); }, ThrowsMessage<Error>(HasSubstr("is damaged")));
  EXPECT_EQ(read_file(folder_ / "j"), bytes) << "and is left as it is";
}

}  // namespace
}  // namespace tracetwin::work
