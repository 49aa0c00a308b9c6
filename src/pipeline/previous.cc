#include "pipeline/previous.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "engine/engine.h"
#include "pipeline/model.h"

namespace tracetwin {

void check_goes_on(const TwinModel& model, const Schema& schema, std::string_view engine,
                   bool has_budget) {
  const auto same = [](const Field& a, const Field& b) {
    return a.name == b.name && a.kind == b.kind;
  };
  if (model.schema.kind != schema.kind ||
      !std::ranges::equal(model.schema.fields, schema.fields, same)) {
    throw Error("the trace has other fields than the model before it", "Learn it anew.");
  }
  if (model.engine != engine) {
    throw Error(fmt::format("the model before is of method {}, not {}", model.engine, engine),
                "Learn the trace anew.");
  }
  if (has_budget && engine::engine_named(engine).kind != engine::Kind::kTables) {
    throw Error(fmt::format("method {} cannot go on from a model under a budget", engine),
                "Take method cliquetree, or learn the trace anew.");
  }
}

std::vector<Vocabulary> vocabularies_in(const TwinModel& model, const Window& window) {
  std::vector<Vocabulary> moved;
  for (std::size_t f = 0; f < model.vocabularies.size(); ++f) {
    moved.push_back(
        Vocabulary::from_json(model.schema.fields[f], window, model.vocabularies[f].to_json()));
  }
  return moved;
}

double moved_into(const TwinModel& model, const Window& window, double time_ns) {
  const auto length = [](const Window& w) { return static_cast<double>(w.end - w.begin); };
  return static_cast<double>(window.begin) + (time_ns - static_cast<double>(model.window.begin)) *
                                                 length(window) / length(model.window);
}

}  // namespace tracetwin
