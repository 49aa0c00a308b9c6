#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/named.h"
#include "cli/commands.h"
#include "cli/shipped_models.h"
#include "cli/skips_json.h"
#include "cli/text_table.h"
#include "engine/engine.h"
#include "pipeline/model_file.h"
#include "schema/field.h"
#include "trace/format/format.h"

namespace tracetwin::cli {
namespace {

using Json = nlohmann::ordered_json;

/// What `tracetwin list TOPIC` prints: one object a row, its keys being the columns of the text.
struct Topic {
  std::string_view name;
  std::string_view summary;
  Json (*rows)();
};

Json formats_rows() {
  Json rows = Json::array();
  for (const auto& format : formats()) {
    rows.push_back({{"name", format.name},
                    {"kind", format.kind == TraceKind::kPackets ? "packets" : "flows"},
                    {"read", format.open_reader != nullptr},
                    {"write", format.open_writer != nullptr},
                    {"suffixes", format.suffixes},
                    {"summary", format.summary}});
  }
  return rows;
}

Json engines_rows() {
  Json rows = Json::array();
  for (const auto& engine : engine::engines()) {
    rows.push_back({{"name", engine.name},
                    {"private", engine.differentially_private},
                    {"summary", engine.summary}});
  }
  return rows;
}

Json fields_rows() {
  Json rows = Json::array();
  for (const TraceKind kind : {TraceKind::kFlows, TraceKind::kPackets}) {
    for (const Field& field : standard_fields(kind)) {
      rows.push_back({{"of", kind == TraceKind::kFlows ? "flow logs" : "captures"},
                      {"name", field.name},
                      {"kind", kind_name(field.kind)},
                      {"summary", field.summary}});
    }
  }
  return rows;
}

Json models_rows() {
  Json rows = Json::array();
  for (const ShippedModel& shipped : shipped_models()) {
    const TwinModel model = read_model(shipped.path);
    rows.push_back({{"name", shipped.name},
                    {"of", model.packets ? "captures" : "flow logs"},
                    {"engine", model.engine},
                    {"private", model.ledger.guarantees()}});
  }
  return rows;
}

constexpr std::array kTopics = {
    Topic{"formats", "files that can be read and written", formats_rows},
    Topic{"engines", "what can learn a trace", engines_rows},
    Topic{"fields", "what is learned of every trace of a kind", fields_rows},
    Topic{"models", "models that come with the program: tracetwin generate NAME", models_rows},
};

std::string cell(const Json& value) {
  if (value.is_boolean()) {
    return value.get<bool>() ? "yes" : "no";
  }
  if (value.is_array()) {
    return fmt::format("{}", fmt::join(value.get<std::vector<std::string>>(), " "));
  }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string text_of(const Json& rows) {
  TextTable table(64);
  std::vector<std::string> heading;
  for (const auto& column : rows.at(0).items()) {
    heading.push_back(column.key());
  }
  table.add(heading);
  for (const auto& row : rows) {
    std::vector<std::string> cells;
    for (const auto& value : row) {
      cells.push_back(cell(value));
    }
    table.add(cells);
  }
  return table.text();
}

ExitCode list(const std::string& name, Context& context) {
  const Json rows = row_named(std::span<const Topic>(kTopics), name, "list of").rows();
  context.console.out(context.common.json ? json_text(rows) : text_of(rows));
  return ExitCode::kDone;
}

std::string topics_help() {
  std::string text = "What to list:";
  for (const auto& topic : kTopics) {
    text += fmt::format("\n{} ({})", topic.name, topic.summary);
  }
  return text;
}

}  // namespace

Action define_list(CLI::App& app, CommonOptions& common) {
  const auto name = std::make_shared<std::string>();
  app.add_option("TOPIC", *name, topics_help())->required();
  add_json(app, common);
  return [name](Context& context) { return list(*name, context); };
}

}  // namespace tracetwin::cli
