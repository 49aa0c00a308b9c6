#include "work/ranks.h"

#include <gmock/gmock.h>

#include <atomic>

#include "base/error.h"
#include "support/thread_ranks.h"

namespace tracetwin::work {
namespace {

using test::as_ranks;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Ranks, OneProcessIsAllThereIs) {
  const Ranks alone;
  EXPECT_TRUE(alone.first());
  EXPECT_TRUE(alone.mine(5));
  EXPECT_THAT(alone.exchange("a"), ElementsAre("a"));
  EXPECT_THAT(alone.gather({"a", "b"}), ElementsAre(ElementsAre("a", "b")));
  EXPECT_EQ(alone.from_first("a"), "a");
  std::vector<std::int64_t> numbers = {1, 2};
  alone.add_up(numbers);
  EXPECT_THAT(numbers, ElementsAre(1, 2));
  const auto square = [](std::size_t i) { return std::to_string(i * i); };
  EXPECT_THAT(alone.share(4, 2, square), ElementsAre("0", "1", "4", "9"));
  EXPECT_THAT(alone.deal(3, 2, square), ElementsAre("0", "1", "4"));
}

TEST(Ranks, TellEachOther) {
  as_ranks(3, [](const Ranks& ranks) {
    const std::string own(ranks.rank(), 'x');  // the first has nothing
    EXPECT_THAT(ranks.exchange(own), ElementsAre("", "x", "xx"));
    const std::vector<std::string> texts(ranks.rank(), own);
    if (ranks.first()) {
      EXPECT_THAT(ranks.gather(texts),
                  ElementsAre(IsEmpty(), ElementsAre("x"), ElementsAre("xx", "xx")));
    } else {
      EXPECT_THAT(ranks.gather(texts), IsEmpty());
    }
    EXPECT_EQ(ranks.from_first(ranks.first() ? "first" : "other"), "first");
    std::vector<std::int64_t> numbers = {static_cast<std::int64_t>(ranks.rank()), 1};
    ranks.add_up(numbers);
    EXPECT_THAT(numbers, ElementsAre(3, 3));
  });
}

TEST(Ranks, EveryPartIsDoneOnceAndKnownToAll) {
  for (const std::size_t size : {1, 2, 4}) {
    for (const std::size_t parts : {0, 1, 3, 17}) {
      std::vector<std::atomic<int>> done(parts);
      std::vector<std::atomic<int>> dealt(parts);
      as_ranks(size, [&](const Ranks& ranks) {
        const auto made = ranks.share(parts, 2, [&](std::size_t i) {
          ++done[i];
          return std::to_string(i);
        });
        const auto same = ranks.deal(parts, 2, [&](std::size_t i) {
          ++dealt[i];
          EXPECT_TRUE(ranks.mine(i));
          return std::to_string(i);
        });
        EXPECT_EQ(made, same);
        ASSERT_EQ(made.size(), parts);
        for (std::size_t i = 0; i < parts; ++i) {
          EXPECT_EQ(made[i], std::to_string(i));
        }
      });
      for (std::size_t i = 0; i < parts; ++i) {
        EXPECT_EQ(done[i], 1);
        EXPECT_EQ(dealt[i], 1);
      }
    }
  }
}

TEST(Ranks, WhatATaskThrowsIsThrownWhereItRan) {
  EXPECT_THROW(Ranks().share(3, 2, [](std::size_t) -> std::string { throw Error("no"); }), Error);
}

}  // namespace
}  // namespace tracetwin::work
