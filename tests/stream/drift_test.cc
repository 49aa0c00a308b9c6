#include "stream/drift.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/random.h"
#include "stream/state.h"
#include "support/support.h"

namespace tracetwin::stream {
namespace {

TEST(Drift, SaysNothingAtFirst) {
  Drift drift;
  EXPECT_FALSE(drift.see(0.9));
  EXPECT_FALSE(drift.see(0.1));
  EXPECT_FALSE(drift.limit().has_value());
}

TEST(Drift, IsAFallOutOfWhatIsUsual) {
  Drift drift;
  for (const double score : {0.90, 0.91, 0.89, 0.90}) {
    EXPECT_FALSE(drift.see(score));
  }
  EXPECT_FALSE(drift.see(0.86)) << "less than the least fall";
  EXPECT_TRUE(drift.see(0.70));
  EXPECT_TRUE(drift.see(0.70)) << "a drift does not become usual";
  drift.forget();
  EXPECT_FALSE(drift.see(0.70));
}

TEST(Drift, ScoresThatWanderAreGivenRoom) {
  Drift drift;
  Random random(1);
  int found = 0;
  for (int i = 0; i < 500; ++i) {
    found += drift.see(0.8 + 0.1 * (random.uniform() - 0.5)) ? 1 : 0;
  }
  EXPECT_EQ(found, 0);
}

TEST(Drift, HalfOfWhatIsUsualIsAFallHoweverWideTheScoresWander) {
  Drift drift;
  for (const double score : {0.71, 0.95, 0.78, 0.90, 0.77, 0.98, 1.0, 0.64, 0.84, 0.96, 0.70}) {
    EXPECT_FALSE(drift.see(score)) << score;
  }
  EXPECT_FALSE(drift.see(0.45));
  EXPECT_TRUE(drift.see(0.34));
}

TEST(Drift, IsKeptAsJsonAndDoesNotGrow) {
  Drift drift;
  for (int i = 0; i < 100; ++i) {
    drift.see(0.8 + 0.001 * (i % 3));
  }
  EXPECT_EQ(drift.to_json().size(), Drift::kMost);
  EXPECT_EQ(Drift::from_json(drift.to_json()).limit(), drift.limit());
}

TEST(Behind, IsLeftToTheNextEpochAndMadeUpFor) {
  EXPECT_DOUBLE_EQ(behind_after(0, 10, 4), 0);
  EXPECT_DOUBLE_EQ(behind_after(0, 10, 14), 4);
  EXPECT_DOUBLE_EQ(behind_after(4, 10, 12), 6);
  EXPECT_DOUBLE_EQ(behind_after(6, 10, 7), 3);
}

TEST(State, IsReadAsItWasWritten) {
  const test::TemporaryFolder folder;
  const auto path = folder / "state.json";
  EXPECT_FALSE(read_state(path).has_value());
  State state;
  state.arguments = {"stream", "x"};
  state.seed = 18'000'000'000'000'000'000ULL;
  state.epochs = 7;
  state.from_ns = 1'700'000'000'000'000'000;
  state.seen = {"a", "b"};
  state.last = 6;
  state.drift.see(0.5);
  state.behind_seconds = 1.5;
  write_state(state, path);
  const auto again = read_state(path);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->arguments, state.arguments);
  EXPECT_EQ(again->seed, state.seed);
  EXPECT_EQ(again->last, state.last);
  EXPECT_EQ(again->from_ns, state.from_ns);
  EXPECT_EQ(again->seen, state.seen);
  EXPECT_EQ(again->drift.to_json(), state.drift.to_json());
  test::write_file(path, "nonsense");
  EXPECT_ANY_THROW(read_state(path));
}

}  // namespace
}  // namespace tracetwin::stream
