#include "cli/evaluation_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "base/atomic_file.h"
#include "base/error.h"
#include "cli/skips_json.h"
#include "evaluate/page.h"
#include "trace/io/target.h"

namespace tracetwin::cli {
namespace {

namespace fs = std::filesystem;

void write_output(const std::string& path, std::string_view text, bool force) {
  const auto sink = open_target(path, force);
  sink->write(text);
  sink->commit();
}

/// Links and dots aside; "-" is a stream and the same as itself only.
bool is_same_file(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty() || a == "-" || b == "-") {
    return a == b;
  }
  std::error_code failed;
  if (fs::equivalent(a, b, failed) && !failed) {
    return true;
  }
  const fs::path one = fs::weakly_canonical(fs::absolute(a, failed), failed);
  return !failed && one == fs::weakly_canonical(fs::absolute(b, failed), failed) && !failed;
}

void refuse_input(const std::string& output, const std::vector<std::string>& inputs) {
  std::error_code failed;
  if (output == "-" || (fs::exists(output, failed) && !fs::is_regular_file(output, failed))) {
    return;  // a stream or a device
  }
  for (const std::string& input : inputs) {
    if (is_same_file(output, input)) {
      throw Error(fmt::format("{} is read and cannot be written, too", output),
                  "Name another file for the output.");
    }
  }
}

}  // namespace

void check_evaluation_files(const EvaluationFiles& files, const std::vector<std::string>& inputs,
                            bool force) {
  for (const std::string& file : {files.report, files.json}) {
    if (!file.empty()) {
      refuse_input(file, inputs);
      check_target(file, force);
    }
  }
  if (!files.report.empty() && is_same_file(files.report, files.json)) {
    throw Error("the report and its JSON cannot go to the same place", "Name two files.");
  }
}

evaluate::Report evaluate_to_files(const evaluate::EvaluateJob& job, const EvaluationFiles& files,
                                   bool force, const Progress& progress) {
  evaluate::Report report = evaluate::evaluate(job, progress);
  report.made_by = "tracetwin " TRACETWIN_VERSION;
  job.site.ranks.barrier();  // all have seen that there is no output yet
  if ((files.json.empty() && files.report.empty()) || !job.site.ranks.first()) {
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
