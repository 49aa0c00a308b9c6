#include "encode/flow_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "trace/time_range.h"

namespace tracetwin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::size_t kTimeField = 5;

FlowRecord record_at(std::int64_t start_ns) {
  FlowRecord record;
  record.tuple = {IpAddress::v4(1), IpAddress::v4(2), 40000, 443, kTcp};
  record.start_ns = start_ns;
  record.packets = 2;
  record.bytes = 100;
  return record;
}

/// Records one second apart with these texts in their one further column, as lines 2, 3, ….
FlowBatch batch_of(const std::vector<std::string>& texts) {
  FlowBatch batch;
  batch.extras.resize(1);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    batch.records.push_back(record_at(static_cast<std::int64_t>(i) * kSecond));
    batch.lines.push_back(i + 2);
    batch.extras[0].append(texts[i]);
  }
  return batch;
}

Schema schema_with(const Field& field) {
  Schema schema;
  const auto standard = standard_fields(TraceKind::kFlows);
  schema.fields.assign(standard.begin(), standard.end());
  schema.fields.push_back(field);
  return schema;
}

Field label_field(std::vector<std::string> values) {
  Field field;
  field.name = "label";
  field.values = std::move(values);
  return field;
}

std::vector<std::pair<std::string, std::uint64_t>> reasons(const Skips& skips) {
  std::vector<std::pair<std::string, std::uint64_t>> list;
  for (const auto& row : skips.rows()) {
    list.emplace_back(row.reason, row.first);
  }
  return list;
}

TEST(FlowColumns, AnUndeclaredTextIsCountedAndBecomesOther) {
  const Schema schema = schema_with(label_field({"benign", "attack", "other"}));
  FlowColumns columns(schema, {"label"});
  columns.add(batch_of({"benign", "scan", "attack", "worm", "scan"}));
  EXPECT_EQ(columns.rows(), 5U);
  EXPECT_THAT(reasons(columns.skips()),
              ElementsAre(Pair("label is not a declared value (\"other\" was taken)", 3)));
  EXPECT_EQ(columns.skips().total(), 3U);
  dp::Ledger ledger = dp::Ledger::no_guarantee(dp::Unit::kRecord);
  const auto learned =
      Vocabulary::learn(schema.fields.back(), {0, 1}, columns.columns().back(), {}, ledger);
  std::vector<std::string> texts;
  for (const std::uint16_t code :
       learned.vocabulary.encode(columns.columns().back()).all<std::uint16_t>()) {
    texts.push_back(learned.vocabulary.describe(code));
  }
  EXPECT_THAT(texts, ElementsAre("benign", "other", "attack", "other", "other"));
}

TEST(FlowColumns, WithoutAListAnyTextIsGood) {
  FlowColumns columns(schema_with(label_field({})), {"label"});
  columns.add(batch_of({"benign", "scan"}));
  EXPECT_THAT(reasons(columns.skips()), IsEmpty());
}

TEST(FlowColumns, RecordsOutsideTheWindowAreLeftOutAndCounted) {
  Schema schema = schema_with(label_field({}));
  schema.window = Window{kSecond, 3 * kSecond};
  FlowColumns columns(schema, {"label"});
  columns.add(batch_of({"a", "b", "c", "d"}));
  EXPECT_EQ(columns.rows(), 2U);
  EXPECT_THAT(columns.columns()[kTimeField].values, ElementsAre(Key{kSecond}, Key{2 * kSecond}));
  EXPECT_THAT(columns.columns().back().names, ElementsAre("b", "c"));
  EXPECT_THAT(reasons(columns.skips()),
              ElementsAre(Pair("starts outside the given time window", 2)));
  EXPECT_EQ(columns.skips().total(), 2U);
}

TEST(FlowColumns, ATextThatIsNoNumberBecomesTheLowerBound) {
  Field score;
  score.name = "score";
  score.kind = FieldKind::kNumber;
  score.low = -1;
  score.high = 1;
  FlowColumns columns(schema_with(score), {"score"});
  columns.add(batch_of({"0.5", "high", "nan"}));
  EXPECT_EQ(number_of(columns.columns().back().values[0]), 0.5);
  EXPECT_EQ(number_of(columns.columns().back().values[1]), -1);
  EXPECT_THAT(reasons(columns.skips()),
              ElementsAre(Pair("score is not a number (its lower bound was taken)", 3)));
}

/// A row of the standard fields as append_record() takes it.
FlowRecord record_of(std::uint8_t proto, Key start_ns, Key duration_us, Key size) {
  const std::vector<Key> row = {key_of(IpAddress::v4(7)),
                                key_of(IpAddress::v4(7)),
                                0,
                                443,
                                proto,
                                start_ns,
                                duration_us,
                                size};
  Schema schema;
  const auto standard = standard_fields(TraceKind::kFlows);
  schema.fields.assign(standard.begin(), standard.end());
  FlowBatch batch;
  Random random(1);
  append_record(schema, row, {}, random, batch);
  return batch.records.at(0);
}

TEST(AppendRecord, MakesWhatTheProtocolsAllow) {
  const FlowRecord tcp = record_of(kTcp, 1'234'567, 99, pair_key(0, 0));
  EXPECT_EQ(tcp.packets, 1U);
  EXPECT_EQ(tcp.bytes, 40U);
  EXPECT_EQ(tcp.duration_ns, 0);
  EXPECT_EQ(tcp.start_ns, 1'234'000);
  EXPECT_NE(tcp.tuple.src, tcp.tuple.dst);
  EXPECT_NE(tcp.tuple.srcport, 0);
  EXPECT_EQ(record_of(kTcp, 0, 5, pair_key(3, 1'000'000)).bytes, 4500U);
  EXPECT_EQ(record_of(kTcp, 0, 5, pair_key(3, 300)).duration_ns, 5000);
  const FlowRecord icmp = record_of(kIcmp, 0, 0, pair_key(2, 100));
  EXPECT_EQ(icmp.tuple.srcport, 8);
  EXPECT_EQ(icmp.tuple.dstport, 0);
  EXPECT_EQ(record_of(47, 0, 0, pair_key(2, 100)).tuple.dstport, 0);
}

TEST(AppendRecord, EndsWithinPossibleTimes) {
  const Key late = static_cast<std::uint64_t>(kEndOfTimeNs - kSecond);
  const FlowRecord record = record_of(kTcp, late, Key{1} << 43, pair_key(2, 100));
  EXPECT_TRUE(is_possible_time(record.start_ns + record.duration_ns));
}

}  // namespace
}  // namespace tracetwin
