#include "series/mix_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tracetwin::series {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 5> kAspects = {"flow", "record", "length", "forward",
                                                      "backward"};
constexpr std::size_t kMostAspects = 2;
constexpr double kLongest = 1e9;      // records
constexpr double kMostSamples = 1e5;  // of a flow

[[noreturn]] void refuse() {
  throw Error("a mix of its series is not sound");
}

bool is_amount(double amount) {
  return amount >= 0 && amount <= kLongest;
}

json table_json(const MixTable& table) {
  json aspects = json::array();
  for (const Aspect& aspect : table.aspects) {
    aspects.push_back(
        {{"of", kAspects[static_cast<std::size_t>(aspect.of)]}, {"field", aspect.field}});
  }
  return {{"aspects", aspects}, {"cells", table.cells}, {"amounts", table.amounts}};
}

Aspect aspect_from(const json& object, std::size_t fields) {
  const auto* found = std::ranges::find(kAspects, object.at("of").get<std::string>());
  Aspect aspect{static_cast<Aspect::Of>(found - kAspects.begin()),
                object.at("field").get<std::size_t>()};
  if (found == kAspects.end() || aspect.field >= fields) {
    refuse();
  }
  return aspect;
}

MixTable table_from(const json& object, std::size_t fields) {
  MixTable table;
  for (const json& aspect : object.at("aspects")) {
    table.aspects.push_back(aspect_from(aspect, fields));
  }
  table.cells = object.at("cells").get<std::vector<std::uint64_t>>();
  table.amounts = object.at("amounts").get<std::vector<double>>();
  const bool sound =
      !table.aspects.empty() && table.aspects.size() <= kMostAspects &&
      table.cells.size() == table.amounts.size() &&
      std::ranges::adjacent_find(table.cells, std::greater_equal<>()) == table.cells.end() &&
      std::ranges::all_of(table.amounts, is_amount);
  if (!sound) {
    refuse();
  }
  return table;
}

LongFlows longs_from(const json& object) {
  const LongFlows longs{object.at("code").get<std::uint64_t>(), object.at("low").get<double>(),
                        object.at("high").get<double>(), object.at("flows").get<double>()};
  if (!(longs.low >= 1 && longs.low <= longs.high && longs.high <= kLongest) ||
      !(longs.flows >= 0 && longs.flows <= 1)) {
    refuse();
  }
  return longs;
}

}  // namespace

json to_json(const Mix& mix) {
  json tables = json::array();
  for (const MixTable& table : mix.tables) {
    tables.push_back(table_json(table));
  }
  json longs = json::array();
  for (const LongFlows& flows : mix.longs) {
    longs.push_back(
        {{"code", flows.code}, {"low", flows.low}, {"high", flows.high}, {"flows", flows.flows}});
  }
  return {{"tables", tables},       {"longs", longs},   {"samples", mix.samples},
          {"records", mix.records}, {"fill", mix.fill}, {"repeats", mix.repeats}};
}

Mix mix_from(const json& object, std::span<const Field> fields) {
  Mix mix;
  for (const json& table : object.at("tables")) {
    mix.tables.push_back(table_from(table, fields.size()));
  }
  for (const json& longs : object.at("longs")) {
    mix.longs.push_back(longs_from(longs));
  }
  mix.samples = object.at("samples").get<double>();
  mix.records = object.at("records").get<double>();
  mix.fill = object.at("fill").get<double>();
  mix.repeats = object.at("repeats").get<double>();
  const bool sound = mix.samples >= 1 && mix.samples <= kMostSamples && mix.records >= 1 &&
                     mix.records <= kLongest && mix.fill > 0 && mix.fill <= 1 &&
                     is_amount(mix.repeats);
  if (!sound) {
    refuse();
  }
  return mix;
}

}  // namespace tracetwin::series
