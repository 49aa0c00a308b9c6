#include "evaluate/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/evaluate_text.h"
#include "cli/evaluation_files.h"
#include "cli/intake_options.h"
#include "cli/model_options.h"
#include "cli/work_options.h"
#include "encode/events.h"
#include "pipeline/judge_events.h"
#include "s3/place.h"

namespace tracetwin::cli {
namespace {

struct Options {
  std::string real;
  std::vector<std::string> synthetic;
  std::string holdout;
  EvaluationFiles files;
  IntakeOptions intake;
  std::string schema_file;
  evaluate::EvaluateJob job;
  std::string folder;
};

/// NAME=FILE, or a file, which then gives the name.
evaluate::NamedFile named(const std::string& typed) {
  const std::size_t at = typed.find('=');
  std::error_code ignored;
  const bool is_place = s3::is_url(typed) || std::filesystem::exists(typed, ignored);
  if (at == std::string::npos || is_place) {
    return {std::filesystem::path(typed).filename().string(), typed};
  }
  if (at == 0 || at + 1 == typed.size()) {
    throw Error(fmt::format("\"{}\" is not NAME=FILE", typed), "Such as ours=twin.csv.");
  }
  return {typed.substr(0, at), typed.substr(at + 1)};
}

std::vector<evaluate::NamedFile> named_files(const std::vector<std::string>& typed) {
  std::vector<evaluate::NamedFile> files;
  std::set<std::string> names = {"real", "hold-out"};
  for (const std::string& text : typed) {
    files.push_back(named(text));
    if (!names.insert(files.back().name).second) {
      throw Error(fmt::format("two traces are called \"{}\"", files.back().name),
                  "Name them apart: NAME=FILE.");
    }
  }
  return files;
}

void check_standard_input(const Options& options, const evaluate::EvaluateJob& job) {
  auto from_input = std::ranges::count(job.synthetic, "-", &evaluate::NamedFile::path);
  from_input += (options.real == "-" ? 1 : 0) + (options.holdout == "-" ? 1 : 0);
  if (from_input > 1) {
    throw Error("only one trace can come from standard input", "Name files for the others.");
  }
}

std::vector<std::string> inputs_of(const evaluate::EvaluateJob& job) {
  std::vector<std::string> inputs = {job.real.string()};
  for (const evaluate::NamedFile& file : job.synthetic) {
    inputs.push_back(file.path.string());
  }
  if (job.holdout) {
    inputs.push_back(job.holdout->string());
  }
  return inputs;
}

/// The seed is typed, or 0.
Work begin_evaluation(const Options& options, const evaluate::EvaluateJob& job, Context& context) {
  WorkRequest request;
  request.folder = options.folder;
  request.inputs = inputs_of(job);
  request.seed.seed = job.seed;
  request.tells_seed = false;
  return begin_work(request, context);
}

/// What is chosen is chosen of all traces; what files are read as concerns the real ones alone.
void set_openers(const IntakeOptions& options, const Declarations& declarations,
                 evaluate::EvaluateJob& job) {
  Intake intake = intake_of(options, declarations);
  job.open_real = opener_of(intake);
  intake.read_as = {};
  intake.read_as.columns = declarations.events ? twin_columns(declarations) : ColumnMap();
  intake.rewrites.clear();
  judge_events(declarations, job);
  job.open_synthetic = opener_of(intake);
}

ExitCode run_evaluate(const Options& options, Context& context) {
  evaluate::EvaluateJob job = options.job;
  job.real = options.real;
  job.synthetic = named_files(options.synthetic);
  if (!options.holdout.empty()) {
    job.holdout = options.holdout;
  }
  check_standard_input(options, job);
  set_openers(options.intake, declarations_of(options.schema_file), job);
  const bool force = context.common.force;
  check_evaluation_files(options.files, inputs_of(job), force);
  const Work work = begin_evaluation(options, job, context);
  job.site = work.site;
  const auto report = evaluate_to_files(job, options.files, force, context.console.progress());
  finish_work(work);
  if (options.files.json != "-" && options.files.report != "-") {
    context.console.out(evaluation_text(report, context.common.verbose));
  }
  return ExitCode::kDone;
}

}  // namespace

Action define_evaluate(CLI::App& app, CommonOptions& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("REAL", options->real, "The real trace; - is standard input")->required();
  app.add_option("SYNTHETIC", options->synthetic,
                 "Synthetic traces, as FILE or NAME=FILE; several are ranked")
      ->required();
  app.add_option("--holdout", options->holdout,
                 "Real trace that no synthetic one was learned from: adds membership inference and "
                 "the memoriser's scores")
      ->type_name("FILE");
  add_intake(app, options->intake);
  app.add_option("--schema", options->schema_file,
                 "Schema file that declares a table of events (docs/formats.md)")
      ->type_name("FILE");
  add_window_filter(app, options->intake);
  app.add_option("--label-column", options->job.label_column,
                 "Column that tasks predict (type or label when there is one)")
      ->type_name("NAME");
  app.add_option("--report", options->files.report, "Write the report here, one HTML file")
      ->type_name("FILE");
  app.add_option("--json", options->files.json,
                 "Write all scores here as JSON; - is standard output")
      ->type_name("FILE");
  app.add_flag("-f,--force", common.force, "Replace an output that exists");
  app.add_flag("--quick", options->job.quick,
               "Leave out what trains models: the two-sample test, prediction and anomalies");
  add_whole(app, "--seed", "Seed of everything that is drawn at random (0)", 0, UINT64_MAX,
            [options](std::uint64_t seed) { options->job.seed = seed; });
  add_whole(app, "--threads", "Threads to use; the result does not depend on it (all processors)",
            1, 1024,
            [options](std::uint64_t n) { options->job.threads = static_cast<unsigned>(n); });
  add_work_folder(app, options->folder);
  add_progress_file(app, common);
  return [options](Context& context) { return run_evaluate(*options, context); };
}

}  // namespace tracetwin::cli
