#include "series/mix.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "series/mix_json.h"
#include "series/pick.h"
#include "small_series.h"

namespace tracetwin::series {
namespace {

using ::testing::ElementsAre;

/// Flow A of three records is longer than a sample of two; B has one.
struct Small {
  SeriesData data = test::two_flows();
  Scheme scheme = choose_scheme(data, options());
  Mix mix = mix_of(scheme, data, {}, 0);

  static SchemeOptions options() {
    SchemeOptions options;
    options.most_records = 2;
    return options;
  }
  Lexicon lexicon() const { return {data.fields, data.vocabularies, scheme.embeddings}; }

  DrawnFlow flow(std::uint16_t port, std::vector<std::int64_t> times) const {
    DrawnFlow flow;
    for (std::size_t f = 0; f < data.fields.size(); ++f) {
      flow.row.push_back(data.rows[f].front());
    }
    flow.row[test::kSrcPort] = port;
    flow.features.assign(times.size(), flow.row);
    flow.time_ns = std::move(times);
    return flow;
  }
  Candidate candidate(const Picker& picker, std::uint16_t port,
                      std::vector<std::int64_t> times) const {
    Candidate candidate{flow(port, std::move(times)), {}, {}};
    candidate.amounts = picker.cells().of(candidate.flow);
    return candidate;
  }
};

TEST(Mix, IsCountedByHand) {
  const Small small;
  EXPECT_DOUBLE_EQ(small.mix.samples, 1.5);  // two of A, one of B
  EXPECT_DOUBLE_EQ(small.mix.records, 2);
  EXPECT_DOUBLE_EQ(small.mix.fill, 0.75);  // three records in two samples of two
  EXPECT_DOUBLE_EQ(small.mix.repeats, 0);
  ASSERT_EQ(small.mix.longs.size(), 1U);
  EXPECT_DOUBLE_EQ(small.mix.longs[0].flows, 0.5);
  EXPECT_LE(small.mix.longs[0].low, 3);
  EXPECT_GT(small.mix.longs[0].high, 3);
  // Lengths by protocol: a third of the samples has one record, two thirds are full.
  EXPECT_THAT(small.mix.tables.front().amounts, ElementsAre(1.0 / 3, 2.0 / 3));
  // Four records of one protocol, in three samples.
  EXPECT_THAT(small.mix.tables.back().amounts, ElementsAre(4.0 / 3));
}

TEST(Mix, CellsAreThoseThatWereCounted) {
  const Small small;
  const MixCells cells(small.scheme, small.mix, small.lexicon(), {});
  EXPECT_EQ(cells.of(small.flow(1, {5})).front().cell, 0U);
  EXPECT_EQ(cells.of(small.flow(1, {5, 6})).front().cell, 1U);
  const auto targets = cells.targets(300);
  EXPECT_NEAR(targets.cells[0], 100, 1e-9);
  EXPECT_NEAR(targets.cells[1], 200, 1e-9);
  EXPECT_EQ(targets.cells[2], 0) << "what the table does not have";
}

TEST(Mix, ComesBackFromJson) {
  const Small small;
  const Mix mix = mix_from(to_json(small.mix), small.data.fields);
  EXPECT_EQ(to_json(mix), to_json(small.mix));
  nlohmann::json bad = to_json(small.mix);
  bad["tables"][0]["amounts"][0] = -1;
  EXPECT_THROW(mix_from(bad, small.data.fields), Error);
  bad = to_json(small.mix);
  bad["tables"][0]["aspects"][0]["field"] = 99;
  EXPECT_THROW(mix_from(bad, small.data.fields), Error);
  bad = to_json(small.mix);
  bad["fill"] = 0;
  EXPECT_THROW(mix_from(bad, small.data.fields), Error);
}

TEST(Picker, PutsLongFlowsTogetherAndKeepsTheirLength) {
  Small small;
  small.mix.tables.resize(1);  // lengths alone
  Picker picker(small.scheme, small.mix, small.lexicon(), {}, 1);
  for (std::uint16_t port = 0; port < 40; ++port) {
    picker.offer(small.candidate(picker, 1000 + port, {10 * port + 5}));
    picker.offer(small.candidate(picker, 2000 + port, {10 * port + 1, 10 * port + 7}));
  }
  EXPECT_EQ(picker.offered(), 80U);
  EXPECT_LT(picker.choose(20), 0.01);
  const auto flows = picker.take();
  EXPECT_EQ(flows.size(), 20U);
  std::size_t longer = 0;
  for (const Candidate& candidate : flows) {
    EXPECT_TRUE(std::ranges::is_sorted(candidate.flow.time_ns));
    EXPECT_EQ(candidate.flow.features.size(), candidate.flow.time_ns.size());
    longer += candidate.flow.time_ns.size() == 3 ? 1 : 0;
  }
  EXPECT_EQ(longer, 10U);
}

TEST(Picker, HasEveryFiveTupleOnceWhereTheTraceHas) {
  const Small small;
  Picker picker(small.scheme, small.mix, small.lexicon(), {}, 1);
  for (int i = 0; i < 10; ++i) {
    picker.offer(small.candidate(picker, 1000, {5}));
  }
  EXPECT_EQ(picker.offered(), 1U);
  picker.choose(1);
  EXPECT_EQ(picker.take().size(), 1U);
  picker.offer(small.candidate(picker, 1000, {5}));
  EXPECT_EQ(picker.offered(), 0U);
}

}  // namespace
}  // namespace tracetwin::series
