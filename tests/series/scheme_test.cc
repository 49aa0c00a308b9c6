#include "series/scheme.h"

#include <gmock/gmock.h>

#include "small_series.h"

namespace tracetwin::series {
namespace {

using doppelganger::Samples;
using test::kBegin;
using test::kSecond;
using ::testing::ElementsAre;

struct Coded {
  SeriesData data;
  Scheme scheme;
  std::vector<Samples> samples;  ///< by chunk

  explicit Coded(const SchemeOptions& options, SeriesData from = test::two_flows())
      : data(std::move(from)), scheme(choose_scheme(data, options)) {
    const auto rows = coded(data.rows, scheme.attributes, data);
    const auto records = coded(data.records, scheme.features, data);
    for (std::size_t c = 0; c < scheme.chunks.size(); ++c) {
      samples.push_back(samples_of(scheme, lexicon(), data.flows, rows, records, c));
    }
  }

  Lexicon lexicon() const { return {data.fields, data.vocabularies, scheme.embeddings}; }

  std::vector<DrawnFlow> decoded(std::size_t chunk) const {
    Random random(1);
    std::vector<DrawnFlow> flows;
    std::size_t first = 0;
    for (std::size_t i = 0; i < samples[chunk].size(); ++i) {
      flows.push_back(
          flow_of(scheme, lexicon(), samples[chunk], i, first, scheme.chunks[chunk], random));
      first += samples[chunk].lengths[i];
    }
    return flows;
  }
};

std::vector<SchemeOptions> all_options() {
  std::vector<SchemeOptions> all;
  for (const Style style : {Style::kPublished, Style::kVocabulary}) {
    for (const TimeCoding times : {TimeCoding::kGaps, TimeCoding::kRaw}) {
      for (const std::size_t chunks : {1, 4}) {
        for (const bool self_norm : {false, true}) {
          SchemeOptions options;
          options.style = style;
          options.times = times;
          options.chunks = chunks;
          options.self_norm = self_norm;
          all.push_back(options);
        }
      }
    }
  }
  return all;
}

TEST(Scheme, WhatWasCodedIsDecoded) {
  for (const SchemeOptions& options : all_options()) {
    const Coded coded(options);
    std::size_t records = 0;
    for (std::size_t chunk = 0; chunk < coded.samples.size(); ++chunk) {
      const Samples& samples = coded.samples[chunk];
      const doppelganger::Layout layout = layout_of(coded.scheme);
      ASSERT_EQ(samples.attribute_width, doppelganger::width_of(layout.attributes) +
                                             doppelganger::width_of(layout.additional));
      ASSERT_EQ(samples.feature_width, doppelganger::width_of(layout.features));
      for (const DrawnFlow& flow : coded.decoded(chunk)) {
        const bool is_a = flow.row[test::kSrcPort] == 1000;
        EXPECT_TRUE(flow.row[test::kSrc] == key_of(IpAddress::v4(is_a ? 0x01020304 : 0x05060708)) ||
                    options.style == Style::kVocabulary);
        records += flow.time_ns.size();
        for (const std::int64_t time : flow.time_ns) {
          EXPECT_GE(time, coded.scheme.chunks[chunk].begin_ns);
          EXPECT_LT(time, coded.scheme.chunks[chunk].end_ns);
        }
      }
    }
    EXPECT_EQ(records, 4U);
  }
}

TEST(Scheme, NumbersAndTimesComeBack) {
  SchemeOptions options;
  options.style = Style::kPublished;
  const Coded coded(options);
  const auto flows = coded.decoded(0);
  ASSERT_EQ(flows.size(), 2U);
  const DrawnFlow& a = flows[0];
  ASSERT_EQ(a.time_ns.size(), 3U);
  EXPECT_EQ(a.row[test::kSrcPort], 1000U);
  EXPECT_EQ(a.row[test::kDstPort], 443U);
  EXPECT_EQ(first_of(a.features[0][test::kSize]), 10U);
  EXPECT_NEAR(static_cast<double>(second_of(a.features[0][test::kSize])), 15000, 2);
  EXPECT_EQ(first_of(a.features[2][test::kSize]), 1U);
  EXPECT_NEAR(static_cast<double>(a.time_ns[1] - kBegin), 100.0 * kSecond, 1e-3 * kSecond);
  EXPECT_NEAR(static_cast<double>(flows[1].time_ns[0] - kBegin), 50.0 * kSecond, 1e-3 * kSecond);
}

TEST(Scheme, TagsSayWhereAFlowIs) {
  SchemeOptions options;
  options.chunks = 4;
  for (const Tags tags : {Tags::kAlways, Tags::kWhereItBegins}) {
    options.tags = tags;
    const Coded coded(options);
    const auto first = coded.samples[0].attributes_of(0);
    EXPECT_TRUE(starts_here(coded.scheme, first));
    const std::vector<bool> where = {true, false, true, true};
    for (std::size_t c = 0; c < 4; ++c) {
      EXPECT_EQ(has_records_in(coded.scheme, first, c), where[c]);
    }
    const auto carried = coded.samples[2].attributes_of(0);
    EXPECT_FALSE(starts_here(coded.scheme, carried));
    EXPECT_EQ(has_records_in(coded.scheme, carried, 3), tags == Tags::kAlways);
    std::vector<float> made(first.begin(), first.end());
    carry(coded.scheme, made);
    EXPECT_THAT(made, ::testing::ElementsAreArray(carried));
  }
}

// NetShare gives it the time of its first record in the chunk that it began in.
TEST(Scheme, AFlowThatGoesOnKeepsItsTimeLine) {
  SchemeOptions options;
  options.chunks = 4;
  const Coded coded(options);
  const auto flows = coded.decoded(2);
  ASSERT_EQ(flows.size(), 1U);
  EXPECT_NEAR(static_cast<double>(flows[0].time_ns[0] - kBegin), 100.0 * kSecond, 1e-2 * kSecond);
}

TEST(Scheme, LongFlowsAreCut) {
  SchemeOptions options;
  options.most_records = 2;
  const Coded coded(options);
  EXPECT_THAT(coded.samples[0].lengths, ElementsAre(2, 1, 1));
  EXPECT_EQ(coded.scheme.most_records, 2U);
}

TEST(Scheme, AFlowTooLongForItsChunkIsHastened) {
  SchemeOptions options;
  options.style = Style::kPublished;
  Coded coded(options);
  coded.scheme.chunks[0].end_ns = kBegin + 95 * kSecond;  // flow A's records span 190 s
  const auto flows = coded.decoded(0);
  EXPECT_NEAR(static_cast<double>(flows[0].time_ns[1] - kBegin), 50.0 * kSecond, 0.1 * kSecond);
  EXPECT_LT(flows[0].time_ns[2], kBegin + 95 * kSecond);
}

// Private training: with the same vocabularies two traces have the same scheme.
TEST(Scheme, OfAWholeSaysNothingOfTheData) {
  SchemeOptions options;
  options.whole = Chunk{kBegin, kBegin + 1000 * kSecond, 7, 9};
  options.most_records = 5;
  const SeriesData data = test::two_flows();
  SeriesData other = test::data_of({{0x09090909, 9, 500, 77, 7777}, {0x09090909, 9, 900, 1, 99}});
  other.vocabularies = data.vocabularies;
  const Scheme scheme = choose_scheme(data, options);
  const Scheme same = choose_scheme(other, options);
  EXPECT_EQ(scheme.attributes, same.attributes);
  EXPECT_EQ(scheme.features, same.features);
  EXPECT_EQ(scheme.gap, same.gap);
  EXPECT_EQ(scheme.most_records, 5U);
  EXPECT_EQ(scheme.chunks.front().flows, 7U);
}

}  // namespace
}  // namespace tracetwin::series
