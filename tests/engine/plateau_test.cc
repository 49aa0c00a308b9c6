#include "engine/doppelganger/plateau.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/support.h"

namespace tracetwin::doppelganger {
namespace {

TEST(Plateau, IsReachedWhenNothingComesNearer) {
  const History falling = {{1, 0.9}, {2, 0.8}, {3, 0.7}, {4, 0.6}};
  EXPECT_FALSE(has_plateaued(falling, 2));
  const History flat = {{1, 0.9}, {2, 0.5}, {3, 0.6}, {4, 0.499}};
  EXPECT_TRUE(has_plateaued(flat, 2)) << "less than a hundredth nearer is not nearer";
  EXPECT_FALSE(has_plateaued(flat, 3)) << "the second is among the last three";
  EXPECT_FALSE(has_plateaued(flat, 4)) << "there is none before";
  EXPECT_FALSE(has_plateaued(flat, 0));
}

TEST(Plateau, HistoryIsKept) {
  const test::TemporaryFolder folder;
  const History history = {{10, 0.5}, {20, 0.25}};
  EXPECT_TRUE(read_history(folder / "fidelity.json").empty());
  write_history(history, folder / "fidelity.json");
  EXPECT_EQ(read_history(folder / "fidelity.json"), history);
  test::write_file(folder / "wrong.json", "{\"a\": 1}");
  EXPECT_THROW(read_history(folder / "wrong.json"), Error);
}

}  // namespace
}  // namespace tracetwin::doppelganger
