#include "cli/job_json.h"

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "cli/skips_json.h"

namespace tracetwin::cli {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

void check_json(const CommonOptions& common, const std::string& output) {
  if (common.json && output == "-") {
    throw Error("--json and the output cannot both go to standard output",
                "Name a file for the output, or leave --json out.");
  }
}

Json training_json(const std::string& input, const TrainSummary& summary, const Schema& schema) {
  Json json = {{"input", input}};
  if (schema.kind == TraceKind::kPackets) {
    json["packets"] = summary.packets;
    json["conversations"] = summary.records;
  } else {
    json["records"] = summary.records;
  }
  json["skipped"] = skips_json(summary.skips);
  json["columns_left_out"] = schema.left_out;
  if (summary.copies) {
    json["copies"] = to_json(*summary.copies);
  }
  return json;
}

Json output_json(const TwinCounts& counts, const TwinOutput& output, const Selection& selection) {
  Json json = {{"path", output.path.string()}, {"summary", nullptr}};
  if (!writes_in_place(output.path)) {
    json["summary"] = summary_path(output.path).string();
  }
  for (const Where& where : selection.where) {
    json["where"].push_back(where.text);
  }
  if (counts.kind == TraceKind::kPackets) {
    json["packets"] = counts.packets;
    json["conversations"] = counts.conversations;
  } else {
    json["records"] = counts.records;
  }
  return json;
}

Json privacy_json(const dp::LedgerReport& ledger) {
  Json json = {{"guarantee", ledger.guarantees()},
               {"statement", ledger.statement()},
               {"epsilon", nullptr},
               {"delta", nullptr},
               {"unit", dp::unit_name(ledger.unit)},
               {"unit_rows", ledger.unit_rows}};
  if (ledger.budget) {
    json["epsilon"] = ledger.budget->epsilon;
    json["delta"] = ledger.budget->delta;
  }
  return json;
}

Json conversion_json(const Conversion& done, const Target& target) {
  return {{"input",
           {{"name", done.source.name},
            {"format", done.source.format},
            {"compression", done.source.compression}}},
          {"read", done.read},
          {"read_unit", done.read_unit},
          {"skipped", skips_json(done.skipped)},
          {"output", {{"path", target.path.string()}, {"format", target.format.name}}},
          {"written", done.written},
          {"written_unit", done.written_unit},
          {"changed", skips_json(done.changed)}};
}

}  // namespace tracetwin::cli
