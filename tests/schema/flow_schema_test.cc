#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "schema/field.h"

namespace tracetwin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> further_names(const Schema& schema) {
  std::vector<std::string> names;
  for (std::size_t f = standard_fields(schema.kind).size(); f < schema.fields.size(); ++f) {
    names.push_back(schema.fields[f].name);
  }
  return names;
}

Declarations::Column category(const std::string& name, std::vector<std::string> values) {
  Declarations::Column column;
  column.name = name;
  column.field.name = name;
  column.field.values = std::move(values);
  return column;
}

TEST(FlowSchema, CategoriesAreToldByTheirNames) {
  const std::vector<std::string> columns = {"uid", "Label", "score", "conn_state", "orig_bytes"};
  const Schema schema = flow_schema(columns, {});
  EXPECT_THAT(further_names(schema), ElementsAre("Label", "conn_state"));
  EXPECT_THAT(schema.left_out, ElementsAre("score"));
  EXPECT_TRUE(schema.fields.back().values.empty());
}

TEST(FlowSchema, DeclarationsGoBeforeNames) {
  Declarations declarations;
  declarations.columns.push_back(category("uid", {"a", "b"}));
  declarations.columns.push_back({"label", true, {}, {}, {}});
  const std::vector<std::string> columns = {"label", "uid"};
  const Schema schema = flow_schema(columns, declarations);
  EXPECT_THAT(further_names(schema), ElementsAre("uid"));
  EXPECT_THAT(schema.left_out, IsEmpty());
}

TEST(FlowSchema, DeclaredValuesEndWithWhatStandsForAllOthers) {
  Declarations declarations;
  declarations.columns.push_back(category("label", {"benign", "attack"}));
  declarations.columns.push_back(category("type", {"other", "x"}));
  declarations.columns.push_back(category("service", {}));
  const std::vector<std::string> columns = {"label", "type", "service"};
  const Schema schema = flow_schema(columns, declarations);
  const std::size_t first = standard_fields(TraceKind::kFlows).size();
  EXPECT_THAT(schema.fields[first].values, ElementsAre("benign", "attack", "other"));
  EXPECT_THAT(schema.fields[first + 1].values, ElementsAre("x", "other"));
  EXPECT_THAT(schema.fields[first + 2].values, IsEmpty());
}

TEST(FlowSchema, ADeclaredColumnHasToBeThere) {
  Declarations declarations;
  declarations.columns.push_back(category("label", {}));
  EXPECT_THROW(flow_schema({}, declarations), Error);
  EXPECT_THROW(capture_schema(declarations), Error);
  declarations.columns[0].ignore = true;
  EXPECT_NO_THROW(flow_schema({}, declarations));
}

TEST(CaptureSchema, HasTheStandardFieldsAndTheWindow) {
  Declarations declarations;
  declarations.window = Window{5, 9};
  const Schema schema = capture_schema(declarations);
  EXPECT_EQ(schema.fields.size(), standard_fields(TraceKind::kPackets).size());
  ASSERT_TRUE(schema.window.has_value());
  EXPECT_TRUE(schema.window->holds(5));
  EXPECT_FALSE(schema.window->holds(9));
}

TEST(FieldKinds, HaveNamesOfTheirOwn) {
  for (int a = 0; a <= static_cast<int>(FieldKind::kNumber); ++a) {
    for (int b = 0; b < a; ++b) {
      EXPECT_NE(kind_name(static_cast<FieldKind>(a)), kind_name(static_cast<FieldKind>(b)));
    }
  }
}

}  // namespace
}  // namespace tracetwin
