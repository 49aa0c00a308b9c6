#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "engine/marginal/table_model_io.h"
#include "marginal_data.h"

namespace tracetwin::engine {
namespace {

TEST(TableModelIo, ComesBackAsItWas) {
  const TableModel model = test::exact_model(test::correlated_table(2000, {8, 12, 20, 5}));
  NamedArrays arrays;
  const auto json = nlohmann::json::parse(table_model_to_json(model, "flow/", arrays).dump());
  const TableModel back = table_model_from_json(json, arrays);
  EXPECT_EQ(arrays.arrays.begin()->first, "flow/part-0");
  EXPECT_EQ(back.records, model.records);
  ASSERT_EQ(back.domain.size(), model.domain.size());
  EXPECT_EQ(back.domain[3].name, "a3");
  EXPECT_EQ(back.domain[3].cells, 5U);
  ASSERT_EQ(back.parts.size(), model.parts.size());
  for (std::size_t i = 0; i < model.parts.size(); ++i) {
    EXPECT_EQ(back.parts[i].clique, model.parts[i].clique);
    EXPECT_EQ(back.parts[i].probabilities, model.parts[i].probabilities);
    EXPECT_EQ(back.parts[i].sigma, model.parts[i].sigma);
  }
}

struct Stored {
  nlohmann::json json;
  NamedArrays arrays;
};

Stored small() {
  TableModel model;
  model.domain = {{"a", 2}, {"b", 3}};
  model.parts = {{{0, 1}, {0.5, 0.1, 0.1, 0.1, 0.1, 0.1}, 1}, {{1}, {0.6, 0.2, 0.2}, 1}};
  model.records = 10;
  Stored stored;
  stored.json = table_model_to_json(model, "", stored.arrays);
  return stored;
}

struct Damage {
  const char* name;
  std::function<void(Stored&)> make;
};

class DamagedModel : public testing::TestWithParam<Damage> {};

TEST_P(DamagedModel, IsRefused) {
  Stored stored = small();
  EXPECT_NO_THROW(table_model_from_json(stored.json, stored.arrays));
  GetParam().make(stored);
  EXPECT_THROW(table_model_from_json(stored.json, stored.arrays), Error);
}

const Damage kDamages[] = {
    {"NotAnObject", [](Stored& s) { s.json = 3; }},
    {"NoDomain", [](Stored& s) { s.json.erase("domain"); }},
    {"EmptyDomain", [](Stored& s) { s.json["domain"] = nlohmann::json::array(); }},
    {"NoCells", [](Stored& s) { s.json["domain"][0]["cells"] = 0; }},
    {"NegativeCells", [](Stored& s) { s.json["domain"][0]["cells"] = -2; }},
    {"TooManyCells", [](Stored& s) { s.json["domain"][0]["cells"] = 65537; }},
    {"NameIsANumber", [](Stored& s) { s.json["domain"][0]["name"] = 7; }},
    {"NoRecords", [](Stored& s) { s.json["records"] = 0; }},
    {"RecordsAreText", [](Stored& s) { s.json["records"] = "ten"; }},
    {"PartsAreNoList", [](Stored& s) { s.json["parts"] = "none"; }},
    {"AttributeOutOfRange",
     [](Stored& s) {
       s.json["parts"][0]["clique"] = {0, 2};
     }},
    {"AttributeIsNegative",
     [](Stored& s) {
       s.json["parts"][0]["clique"] = {-1, 1};
     }},
    {"CliqueOutOfOrder",
     [](Stored& s) {
       s.json["parts"][0]["clique"] = {1, 0};
     }},
    {"CliqueTwiceTheSame",
     [](Stored& s) {
       s.json["parts"][0]["clique"] = {1, 1};
     }},
    {"EmptyClique", [](Stored& s) { s.json["parts"][1]["clique"] = nlohmann::json::array(); }},
    {"AttributeInNoPart", [](Stored& s) { s.json["parts"].erase(0); }},
    {"NegativeSigma", [](Stored& s) { s.json["parts"][0]["sigma"] = -1; }},
    {"ArrayMissing", [](Stored& s) { s.arrays.arrays.erase("part-1"); }},
    {"ArrayTooShort", [](Stored& s) { s.arrays.arrays["part-1"].pop_back(); }},
    {"ArrayNegative",
     [](Stored& s) {
       s.arrays.arrays["part-1"] = {1.2, -0.1, -0.1};
     }},
    {"ArrayNotFinite",
     [](Stored& s) { s.arrays.arrays["part-1"][0] = std::numeric_limits<double>::quiet_NaN(); }},
    {"ArrayDoesNotSumToOne", [](Stored& s) { s.arrays.arrays["part-1"][0] = 0.7; }},
};

INSTANTIATE_TEST_SUITE_P(TableModelIo, DamagedModel, testing::ValuesIn(kDamages),
                         [](const auto& damage) { return std::string(damage.param.name); });

}  // namespace
}  // namespace tracetwin::engine
