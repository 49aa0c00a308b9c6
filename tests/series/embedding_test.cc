#include "series/embedding.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "base/random.h"

namespace tracetwin::series {
namespace {

TEST(Embedding, NearestIsByAngle) {
  const Embedding embedding(2, {443, 80, 53}, {0, 5, 1, 0, -1, -1});
  const std::vector<float> point = {0.1F, 0.9F};
  EXPECT_EQ(embedding.nearest(point), 443U);
  EXPECT_EQ(embedding.nearest(embedding.point_of(53)), 53U);
  EXPECT_FLOAT_EQ(embedding.point_of(443)[1], 1);
}

TEST(Embedding, UnknownValuesHaveThePointOfTheNearestNumber) {
  const Embedding embedding(1, {10, 20}, {1, -1});
  EXPECT_EQ(embedding.point_of(14)[0], 1);
  EXPECT_EQ(embedding.point_of(15)[0], 1);
  EXPECT_EQ(embedding.point_of(16)[0], -1);
  EXPECT_EQ(embedding.point_of(3)[0], 1);
  EXPECT_EQ(embedding.point_of(99)[0], -1);
}

TEST(Embedding, RefusesWhatIsNone) {
  EXPECT_THROW(Embedding(2, {1}, {1}), Error);
  EXPECT_THROW(Embedding(1, {1, 1}, {1, 2}), Error);
  EXPECT_THROW(Embedding(1, {}, {}), Error);
}

double cosine(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d) {
    sum += static_cast<double>(a[d]) * static_cast<double>(b[d]);
  }
  return sum;
}

// Words 1 and 2 occur beside 10, words 3 and 4 beside 20.
TEST(SkipGram, WordsOfTheSameCompanyAreNear) {
  Random random(5);
  std::vector<Key> sentences;
  for (int i = 0; i < 4000; ++i) {
    const bool first = random.chance(0.5);
    sentences.push_back((first ? 1U : 3U) + random.below(2));
    sentences.push_back(first ? 10U : 20U);
  }
  const Embedding learned = skip_gram(sentences, 2, {});
  EXPECT_THAT(learned.values(), ::testing::ElementsAre(1, 2, 3, 4, 10, 20));
  EXPECT_GT(cosine(learned.point_of(1), learned.point_of(2)),
            cosine(learned.point_of(1), learned.point_of(3)) + 0.5);
  EXPECT_EQ(skip_gram(sentences, 2, {}).vectors(), learned.vectors());
}

}  // namespace
}  // namespace tracetwin::series
