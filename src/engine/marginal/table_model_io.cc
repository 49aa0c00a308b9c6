#include "engine/marginal/table_model_io.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.h"

namespace tracetwin::engine {
namespace {

constexpr std::uint32_t kMostAttributeCells = 65536;  // codes are 16 bits

[[noreturn]] void damaged(const std::string& what) {
  throw Error("the marginal model is damaged: " + what, "make the model again");
}

void demand(bool condition, const std::string& what) {
  if (!condition) {
    damaged(what);
  }
}

const nlohmann::json& member(const nlohmann::json& json, const char* name) {
  demand(json.is_object() && json.contains(name), fmt::format("there is no '{}'", name));
  return json[name];
}

const nlohmann::json& list(const nlohmann::json& json, const char* name) {
  const nlohmann::json& value = member(json, name);
  demand(value.is_array(), fmt::format("'{}' is not a list", name));
  return value;
}

std::string text(const nlohmann::json& json, const char* name) {
  const nlohmann::json& value = member(json, name);
  demand(value.is_string(), fmt::format("'{}' is not a text", name));
  return value.get<std::string>();
}

double number(const nlohmann::json& json, const char* name) {
  const nlohmann::json& value = member(json, name);
  demand(value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= 0,
         fmt::format("'{}' is not a finite number of at least 0", name));
  return value.get<double>();
}

std::uint32_t whole(const nlohmann::json& value, std::uint32_t limit, const std::string& what) {
  demand(value.is_number_unsigned() && value.get<std::uint64_t>() < limit,
         fmt::format("{} is not a whole number below {}", what, limit));
  return value.get<std::uint32_t>();
}

Domain read_domain(const nlohmann::json& json) {
  Domain domain;
  for (const nlohmann::json& entry : list(json, "domain")) {
    Attribute attribute{text(entry, "name"), 0};
    attribute.cells = whole(member(entry, "cells"), kMostAttributeCells + 1,
                            fmt::format("the number of cells of '{}'", attribute.name));
    demand(attribute.cells > 0, fmt::format("'{}' has no cells", attribute.name));
    domain.push_back(std::move(attribute));
  }
  demand(!domain.empty(), "it has no attributes");
  return domain;
}

marginal::Clique read_clique(const nlohmann::json& json, const Domain& domain) {
  marginal::Clique clique;
  for (const nlohmann::json& entry : list(json, "clique")) {
    const auto attribute =
        whole(entry, static_cast<std::uint32_t>(domain.size()), "an attribute of a part");
    demand(clique.empty() || clique.back() < attribute, "a part lists its attributes out of order");
    clique.push_back(attribute);
  }
  demand(!clique.empty(), "a part has no attributes");
  return clique;
}

void check_probabilities(const std::string& name, const std::vector<double>& values,
                         std::uint64_t cells) {
  demand(values.size() == cells,
         fmt::format("array '{}' has {} numbers, expected {}", name, values.size(), cells));
  const bool sound = std::all_of(values.begin(), values.end(),
                                 [](double p) { return std::isfinite(p) && p >= 0; });
  demand(sound, fmt::format("array '{}' holds a number that is no probability", name));
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  demand(std::abs(sum - 1) < 1e-6, fmt::format("array '{}' sums to {}, not 1", name, sum));
}

TableModel::Part read_part(const nlohmann::json& json, const Domain& domain,
                           const NamedArrays& arrays) {
  TableModel::Part part;
  part.clique = read_clique(json, domain);
  part.sigma = number(json, "sigma");
  const std::string name = text(json, "array");
  const auto found = arrays.arrays.find(name);
  demand(found != arrays.arrays.end(), fmt::format("array '{}' is missing", name));
  check_probabilities(name, found->second, marginal::cells_of(domain, part.clique));
  part.probabilities = found->second;
  return part;
}

}  // namespace

nlohmann::json table_model_to_json(const TableModel& model, const std::string& prefix,
                                   NamedArrays& arrays) {
  nlohmann::json domain = nlohmann::json::array();
  for (const Attribute& attribute : model.domain) {
    domain.push_back({{"name", attribute.name}, {"cells", attribute.cells}});
  }
  nlohmann::json parts = nlohmann::json::array();
  for (const TableModel::Part& part : model.parts) {
    const std::string name = fmt::format("{}part-{}", prefix, parts.size());
    parts.push_back({{"clique", part.clique}, {"sigma", part.sigma}, {"array", name}});
    arrays.arrays[name] = part.probabilities;
  }
  return {{"domain", domain}, {"records", model.records}, {"parts", parts}};
}

TableModel table_model_from_json(const nlohmann::json& json, const NamedArrays& arrays) {
  TableModel model;
  model.domain = read_domain(json);
  model.records = number(json, "records");
  demand(model.records > 0 && model.records <= kMostRecords,
         fmt::format("'records' is not above 0 and at most {}", kMostRecords));
  marginal::Clique covered;
  for (const nlohmann::json& entry : list(json, "parts")) {
    model.parts.push_back(read_part(entry, model.domain, arrays));
    covered = marginal::united(covered, model.parts.back().clique);
  }
  demand(covered.size() == model.domain.size(), "an attribute is in no part");
  return model;
}

}  // namespace tracetwin::engine
