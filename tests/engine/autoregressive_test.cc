#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "engine/autoregressive/choose.h"
#include "engine/autoregressive/hold_out.h"
#include "engine/autoregressive/job.h"
#include "engine/autoregressive/records.h"
#include "engine/autoregressive/sampler.h"
#include "support/support.h"

namespace tracetwin::autoregressive {
namespace {

using engine::Weights;

TEST(Exponentiate, IsTheExponentialOfWhatIsMissingToTheLargest) {
  for (const std::size_t size : {1U, 5U, 16U, 45U}) {
    Random random(size);
    std::vector<float> scores(size);
    for (float& score : scores) {
      score = static_cast<float>(random.normal() * 20);
    }
    const std::vector<float> before = scores;
    exponentiate(scores);
    const float largest = *std::max_element(before.begin(), before.end());
    for (std::size_t i = 0; i < size; ++i) {
      EXPECT_NEAR(scores[i], std::exp(before[i] - largest), 2e-5F * scores[i] + 1e-37F);
    }
  }
}

TEST(Choose, FollowsTheSharesAndNeverTakesNone) {
  const std::vector<float> shares = {0, 1, 0, 3, 0};
  std::array<int, 5> counts{};
  Random random(1);
  for (int i = 0; i < 8000; ++i) {
    ++counts[choose(shares, random)];
  }
  EXPECT_EQ(counts[0] + counts[2] + counts[4], 0);
  EXPECT_NEAR(counts[1], 2000, 150);
}

// A coin; a second coin that knows the first; a third, which is there when the second shows 1.
Layout small_layout() {
  return {{"first", 2, 0}, {"second", 2, 1}, {"third", 2, 2, false, Guard{1, 1}}};
}

Options small_options() {
  Options options;
  options.embedding = 1;
  options.hidden = 1;
  return options;
}

/// The first coin shows 1 with 3/4. Its values are the points 1 and -1; the second's hidden unit is
/// relu(2 * point), so 2 or 0, and its scores are 0 and that.
Weights small_weights() {
  Weights weights;
  weights.add({"embedding", {7, 1}, {1, -1, 0.5F, 3, 0, 0, 0}});
  weights.add({"0.out.bias", {2}, {0, std::log(3.0F)}});
  weights.add({"1.hidden.weight", {1, 1}, {2}});
  weights.add({"1.hidden.bias", {1}, {0}});
  weights.add({"1.out.weight", {1, 2}, {0, 1}});
  weights.add({"1.out.bias", {2}, {0, 0}});
  weights.add({"2.hidden.weight", {2, 1}, {1, 1}});
  weights.add({"2.hidden.bias", {1}, {0}});
  weights.add({"2.out.weight", {1, 2}, {0, 0.5F}});
  weights.add({"2.out.bias", {2}, {0, 0}});
  return weights;
}

TEST(Sampler, DrawsAsWorkedOutByHand) {
  const Sampler sampler(small_layout(), small_options(), small_weights());
  EXPECT_NEAR(sampler.first_shares()[1], 0.75, 1e-6);
  constexpr std::size_t kCount = 40000;
  std::vector<std::uint16_t> records(kCount * 3);
  Random random(4);
  sampler.draw(records, 0, random);
  std::map<std::vector<std::uint16_t>, double> counts;
  for (std::size_t i = 0; i < kCount; ++i) {
    ++counts[{records.begin() + static_cast<std::ptrdiff_t>(3 * i),
              records.begin() + static_cast<std::ptrdiff_t>(3 * i + 3)}];
  }
  const double second_after_0 = std::exp(2) / (1 + std::exp(2));
  const double third_after_01 = std::exp(2) / (1 + std::exp(2));  // relu(1 + 3) / 2
  const double third_after_11 = std::exp(1) / (1 + std::exp(1));  // relu(-1 + 3) / 2
  const auto share = [&](std::vector<std::uint16_t> record) { return counts[record] / kCount; };
  EXPECT_NEAR(share({0, 0, kInactive}), 0.25 * (1 - second_after_0), 0.01);
  EXPECT_NEAR(share({0, 1, 1}), 0.25 * second_after_0 * third_after_01, 0.01);
  EXPECT_NEAR(share({1, 0, kInactive}), 0.375, 0.01);
  EXPECT_NEAR(share({1, 1, 1}), 0.375 * third_after_11, 0.01);
}

TEST(Sampler, KeepsWhatIsGiven) {
  const Sampler sampler(small_layout(), small_options(), small_weights());
  std::vector<std::uint16_t> records = {0, 9, 9, 1, 9, 9};
  Random random(4);
  sampler.draw(records, 1, random);
  EXPECT_EQ(records[0], 0);
  EXPECT_EQ(records[3], 1);
}

/// The first coin is given: it has no weights of its own.
TEST(Sampler, GivenTokensAreNeitherDrawnNorLearned) {
  Layout layout = small_layout();
  layout[0].given = true;
  Weights weights;
  const Weights all = small_weights();
  for (const engine::Tensor& tensor : all.tensors()) {
    if (tensor.name != "0.out.bias") {
      weights.add(tensor);
    }
  }
  const Sampler sampler(layout, small_options(), weights);
  constexpr std::size_t kCount = 20000;
  std::vector<std::uint16_t> records(kCount * 3, 0);
  std::vector<Random> own;
  std::vector<Random*> randoms;
  own.reserve(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    own.emplace_back(5, i);
    randoms.push_back(&own.back());
  }
  sampler.draw(records, 1, 3, randoms);
  double ones = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    ASSERT_EQ(records[3 * i], 0);
    ones += records[3 * i + 1];
  }
  EXPECT_NEAR(ones / kCount, std::exp(2) / (1 + std::exp(2)), 0.01);
  std::vector<std::uint16_t> alone(3, 0);
  Random random(5, kCount - 1);
  const std::vector<Random*> one = {&random};
  sampler.draw(alone, 1, 3, one);
  EXPECT_TRUE(std::ranges::equal(alone, std::span(records).last(3)));
}

TEST(Sampler, RefusesWeightsThatDoNotFit) {
  Weights missing;
  EXPECT_THROW(Sampler(small_layout(), small_options(), missing), Error);
  Options wider = small_options();
  wider.hidden = 2;
  EXPECT_THROW(Sampler(small_layout(), wider, small_weights()), Error);
  const Weights sound = small_weights();
  Weights broken;
  for (engine::Tensor tensor : sound.tensors()) {
    tensor.values.back() = std::numeric_limits<float>::quiet_NaN();
    broken.add(std::move(tensor));
  }
  EXPECT_THROW(Sampler(small_layout(), small_options(), broken), Error);
}

TEST(Layout, RefusesGuardsThatLookAheadAndNoChoice) {
  EXPECT_THROW(check({}), Error);
  EXPECT_THROW(check({{"a", 2, 0}, {"b", 2, 1, false, Guard{1, 0}}}), Error);
  EXPECT_THROW(check({{"a", 0, 0}}), Error);
  EXPECT_NO_THROW(check(small_layout()));
  Token given{"g", 2, 0};
  given.given = true;
  EXPECT_NO_THROW(check({given, {"a", 2, 1}}));
  EXPECT_THROW(check({{"a", 2, 1}, given}), Error);
  EXPECT_THROW(check({given}), Error);
}

TEST(Job, ReadsBackWhatItWrites) {
  Job job;
  job.folder = "/somewhere";
  job.layout = small_layout();
  job.options.dropout = 0.25;
  job.seed = ~std::uint64_t{0};
  const nlohmann::json json = to_json(job);
  const Job again = parse_job(json);
  EXPECT_EQ(again.layout, job.layout);
  EXPECT_EQ(nlohmann::json(to_json(again)), json);
}

TEST(Records, AreReadBackAndRefusedWhenCutShort) {
  const test::TemporaryFolder folder;
  const Records records{3, {0, 1, 1, 1, 0, kInactive}, {7, 8}};
  write_records(records, folder / "tokens.bin");
  const Records again = read_records(folder / "tokens.bin");
  EXPECT_EQ(again.tokens, records.tokens);
  EXPECT_EQ(again.groups, records.groups);
  const std::string bytes = test::read_file(folder / "tokens.bin");
  test::write_file(folder / "short.bin", bytes.substr(0, bytes.size() - 1));
  EXPECT_THROW(read_records(folder / "short.bin"), Error);
}

TEST(HoldOut, TakesGroupsWhole) {
  std::vector<std::uint32_t> groups;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    groups.push_back(i < 300 ? 0 : i % 150);
  }
  const HeldOut held = hold_out(groups, 0.1, 5);
  EXPECT_EQ(held.train.size() + held.judge.size(), groups.size());
  EXPECT_GE(held.judge.size(), 100U);
  EXPECT_LE(held.judge.size(), 110U);
  for (const std::uint32_t judge : held.judge) {
    EXPECT_NE(groups[judge], 0U) << "a group of a third of the records is held out";
    for (const std::uint32_t train : held.train) {
      ASSERT_NE(groups[judge], groups[train]);
    }
  }
}

TEST(HoldOut, OfOneGroupTakesRecords) {
  const std::vector<std::uint32_t> groups(50, 3);
  const HeldOut held = hold_out(groups, 0.1, 5);
  EXPECT_EQ(held.judge.size(), 5U);
  EXPECT_EQ(held.train.size(), 45U);
}

}  // namespace
}  // namespace tracetwin::autoregressive
