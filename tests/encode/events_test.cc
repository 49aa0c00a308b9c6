#include "encode/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "encode/flow_rows.h"
#include "trace/address.h"

namespace tracetwin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Declarations sensors() {
  return parse_declarations(R"({
    "table": "events", "time": {"column": "when", "unit": "s"}, "key": "sensor",
    "columns": {"sensor": {"kind": "category"}, "client": {"kind": "address"},
                "port": {"kind": "port"}, "value": {"kind": "number", "min": 0, "max": 9}}})",
                            "schema");
}

const std::vector<std::string> kColumns = {"sensor", "when", "client", "port", "value", "note"};

FlowBatch batch_of(const std::vector<std::vector<std::string>>& rows) {
  FlowBatch batch;
  batch.extras.resize(kColumns.size());
  for (const auto& row : rows) {
    batch.records.emplace_back();
    batch.records.back().start_ns = 5'000'000'000;
    for (std::size_t c = 0; c < row.size(); ++c) {
      batch.extras[c].append(row[c]);
    }
  }
  return batch;
}

TEST(Events, AreFlowsWhoseFlowFieldsAreFixed) {
  const Schema schema = event_schema(kColumns, sensors());
  EXPECT_THAT(schema.events->columns, ElementsAre("sensor", "when", "client", "port", "value"));
  EXPECT_THAT(schema.left_out, ElementsAre("note"));
  EXPECT_THAT(key_fields(schema), ElementsAre(8));
  for (std::size_t f = 0; f < standard_fields(TraceKind::kFlows).size(); ++f) {
    EXPECT_EQ(schema.fields[f].fixed.has_value(), schema.fields[f].kind != FieldKind::kTime);
  }
  EXPECT_EQ(schema.fields[5].name, "when");
}

TEST(Events, FixedValuesAreThoseThatReadersFill) {
  const Schema schema = event_schema(kColumns, sensors());
  const ColumnMap map = twin_columns(schema);
  std::vector<Key> row(schema.fields.size(), Key{7});
  fill_fixed(schema, row);
  EXPECT_EQ(to_string(address_of(row[0])), *map.find("srcip")->value);
  EXPECT_EQ(to_string(address_of(row[1])), *map.find("dstip")->value);
  EXPECT_EQ(std::to_string(static_cast<int>(row[4])), *map.find("proto")->value);
  EXPECT_EQ(std::to_string(first_of(row[7])), *map.find("pkt")->value);
  EXPECT_EQ(std::to_string(second_of(row[7])), *map.find("byt")->value);
  EXPECT_EQ(row[8], Key{7});
  EXPECT_EQ(map.find("ts")->scale, 9);
}

TEST(Events, WithoutAValueAreLeftOutAndCounted) {
  FlowColumns columns(event_schema(kColumns, sensors()), kColumns);
  columns.add(batch_of({{"a", "5", "10.0.0.9", "80", "1.5", ""},
                        {"", "5", "::1", "80", "2", ""},
                        {"a", "5", "nowhere", "80", "2", ""},
                        {"a", "5", "10.0.0.9", "70000", "2", ""},
                        {"a", "5", "10.0.0.9", "80", "", ""}}));
  EXPECT_EQ(columns.rows(), 2U);
  ASSERT_EQ(columns.skips().total(), 3U);
  EXPECT_THAT(columns.skips().rows()[0].reason, HasSubstr("client is missing"));
  EXPECT_EQ(columns.columns()[9].values[1], key_of(*parse_address("::1")));
}

TEST(Events, NeedKeysAmongTheirColumns) {
  Declarations wrong = sensors();
  wrong.events->key = {"sensors"};
  try {
    event_schema(kColumns, wrong);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("\"sensors\""));
    EXPECT_THAT(error.remedy(), HasSubstr("\"sensor\""));
  }
  wrong = sensors();
  wrong.columns.clear();
  EXPECT_THROW(event_schema(kColumns, wrong), Error);
}

TEST(Events, HaveAFixedCodeThatCostsNothing) {
  const Schema schema = event_schema(kColumns, sensors());
  const Vocabulary vocabulary = Vocabulary::of_fixed(schema.fields[0]);
  Random random(1);
  EXPECT_EQ(vocabulary.cells(), 1U);
  EXPECT_EQ(vocabulary.decode(0, random), *schema.fields[0].fixed);
  EXPECT_EQ(vocabulary.encode(Key{12345}), 0);
}

}  // namespace
}  // namespace tracetwin
