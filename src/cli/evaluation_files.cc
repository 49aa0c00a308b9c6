#include "cli/evaluation_files.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "base/atomic_file.h"
#include "base/error.h"
#include "cli/skips_json.h"
#include "evaluate/page.h"

namespace tracetwin::cli {
namespace {

void write_output(const std::string& path, std::string_view text, bool force) {
  const auto sink = open_output(path, force);
  sink->write(text);
  sink->commit();
}

}  // namespace

void check_evaluation_files(const EvaluationFiles& files, bool force) {
  for (const std::string& file : {files.report, files.json}) {
    if (!file.empty()) {
      check_output(file, force);
    }
  }
  if (!files.report.empty() && files.report == files.json) {
    throw Error("the report and its JSON cannot go to the same place", "Name two files.");
  }
}

evaluate::Report evaluate_to_files(const evaluate::EvaluateJob& job, const EvaluationFiles& files,
                                   bool force, const Progress& progress) {
  evaluate::Report report = evaluate::evaluate(job, progress);
  report.made_by = "tracetwin " TRACETWIN_VERSION;
  if (files.json.empty() && files.report.empty()) {
    return report;
  }
  const std::string json = json_text(evaluate::to_json(report));
  if (!files.json.empty()) {
    write_output(files.json, json, force);
  }
  if (!files.report.empty()) {
    write_output(files.report, evaluate::page_of(json), force);
  }
  return report;
}

}  // namespace tracetwin::cli
