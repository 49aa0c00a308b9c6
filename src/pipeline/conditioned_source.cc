#include "pipeline/conditioned_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/error.h"
#include "pipeline/rows.h"

namespace tracetwin {
namespace {

using Draws = std::vector<std::shared_ptr<const FieldDraw>>;
using Fields = std::vector<std::size_t>;

/// Draws for all fields but the time, under the conditions on each.
Draws draws_of(const TwinModel& model, std::span<const Condition> conditions, std::size_t time) {
  Draws draws(model.schema.fields.size());
  for (std::size_t f = 0; f < draws.size(); ++f) {
    std::vector<FieldDraw::Bound> bounds;
    for (const Condition& condition : conditions) {
      if (condition.field == f) {
        bounds.emplace_back(condition.quantity, condition.keys);
      }
    }
    // What a share comes to depends on other fields: records are held against it when they are
    // put together.
    if (f != time && !bounds.empty() && model.schema.fields[f].kind != FieldKind::kShare) {
      draws[f] = std::make_shared<FieldDraw>(model.vocabularies[f], std::move(bounds));
    }
  }
  return draws;
}

Fields fields_of(const Draws& draws) {
  Fields fields;
  for (std::size_t f = 0; f < draws.size(); ++f) {
    if (draws[f]) {
      fields.push_back(f);
    }
  }
  return fields;
}

engine::Conditioned conditioned_on(const TwinModel& model, const Draws& draws,
                                   const Fields& fields) {
  std::vector<engine::Evidence> evidence;
  for (const std::size_t f : fields) {
    evidence.push_back({static_cast<std::uint32_t>(f), draws[f]->shares()});
  }
  return engine::condition(model.table, evidence);
}

/// The conditions on a field, for messages.
std::string wording(std::span<const Condition> conditions, std::size_t field, std::size_t time) {
  std::string text;
  for (const Condition& condition : conditions) {
    if (condition.field == field) {
      text += fmt::format("{}\"{}\"", text.empty() ? "" : " and ", shortened(condition.text));
    }
  }
  return text.empty() && field == time ? "the time that the twin covers" : text;
}

/// What users call what the conditions on a field are about.
std::string name_of(const Schema& schema, std::span<const Condition> conditions,
                    std::size_t field) {
  std::vector<std::string> names;
  for (const Condition& condition : conditions) {
    if (condition.field == field &&
        std::find(names.begin(), names.end(), condition.name) == names.end()) {
      names.push_back(condition.name);
    }
  }
  return names.empty() ? schema.fields[field].name : fmt::format("{}", fmt::join(names, ", "));
}

/// Names the fewest fields that exclude each other.
[[noreturn]] void refuse(const TwinModel& model, std::span<const Condition> conditions,
                         const Draws& draws, std::size_t time) {
  Fields fields = fields_of(draws);
  for (std::size_t i = 0; i < fields.size() && fields.size() > 1;) {
    Fields fewer = fields;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (conditioned_on(model, draws, fewer).probability > 0) {
      ++i;
    } else {
      fields = std::move(fewer);
    }
  }
  std::vector<std::string> names;
  std::vector<std::string> wordings;
  for (const std::size_t f : fields) {
    names.push_back(name_of(model.schema, conditions, f));
    wordings.push_back(wording(conditions, f, time));
  }
  if (fields.size() == 1) {
    throw Error(fmt::format("the model has no {} that satisfies {}", names[0], wordings[0]),
                "tracetwin inspect MODEL shows what the model knows of each field.");
  }
  throw Error(fmt::format("the model has no record that satisfies {}: {} exclude each other",
                          fmt::join(wordings, " and "), fmt::join(names, " and ")),
              "Leave one of these conditions out, or make it wider.");
}

}  // namespace

std::vector<ConditionedSource> conditioned_sources(const TwinModel& model,
                                                   std::span<const Condition> conditions,
                                                   std::span<const Stretch> parts) {
  const std::size_t time = time_field(model.schema);
  const KeySet window = KeySet::range(static_cast<std::uint64_t>(model.window.begin),
                                      static_cast<std::uint64_t>(model.window.end - 1));
  Draws draws = draws_of(model, conditions, time);
  std::vector<ConditionedSource> sources;
  for (const Stretch& stretch : parts) {
    draws[time].reset();
    if (stretch.times.size() < window.size()) {
      draws[time] = std::make_shared<FieldDraw>(
          model.vocabularies[time],
          std::vector<FieldDraw::Bound>{{Quantity::kWhole, stretch.times}});
    }
    engine::Conditioned conditioned = conditioned_on(model, draws, fields_of(draws));
    const double records =
        model.table.records * conditioned.probability * static_cast<double>(stretch.repeats);
    if (records > 0) {
      sources.push_back({stretch, draws, std::move(conditioned.model), records});
    }
  }
  if (sources.empty()) {
    refuse(model, conditions, draws, time);
  }
  return sources;
}

}  // namespace tracetwin
