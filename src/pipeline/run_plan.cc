#include "pipeline/run_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <system_error>

#include "base/atomic_file.h"
#include "base/error.h"
#include "evaluate/evaluate.h"
#include "netshare/read_run.h"
#include "pipeline/judge_events.h"
#include "pipeline/plan_job.h"
#include "pipeline/series_fields.h"
#include "pipeline/synthesize.h"
#include "pipeline/write_twin.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;
using netshare::GridPoint;
using netshare::RunPlan;
using Json = nlohmann::ordered_json;

void write_text(const fs::path& path, const std::string& text) {
  const auto sink = open_output(path, true);
  sink->write(text);
  sink->commit();
}

fs::path folder_of(const RunPlan& plan, const RunJob& job) {
  if (job.folder.empty() && !plan.work_folder) {
    throw Error("no work folder is named", "Give --work-folder, or global_config.work_folder.");
  }
  return job.folder.empty() ? *plan.work_folder : job.folder;
}

/// What an earlier run left, so that no result of it passes for one of this run. Only where that
/// was a run of ours.
void clear_results(const RunPlan& plan, const fs::path& folder) {
  if (!fs::exists(folder / "config.json")) {
    return;
  }
  for (const char* name : {"best_generated", "output_data", "ranking.json"}) {
    fs::remove_all(folder / name);
  }
  const bool needs_first = std::ranges::any_of(
      plan.points, [](const GridPoint& point) { return point.manager.skip_chunk0_train; });
  if (!needs_first) {
    fs::remove_all(folder / "models");
  }
}

void prepare(const RunPlan& plan, const RunJob& job, const fs::path& folder) {
  std::error_code ignored;
  const bool used = fs::exists(folder, ignored) && !fs::is_empty(folder, ignored);
  if (used && !plan.overwrite && !job.resume) {
    throw Error(fmt::format("{} exists and is not empty", folder.string()),
                "Name another work folder, set global_config.overwrite to true, or go on with "
                "--resume.");
  }
  if (used && !job.resume) {
    clear_results(plan, folder);
  }
  for (const char* name : {"models", "best_generated", "output_data"}) {
    std::error_code error;
    fs::create_directories(folder / name, error);
    if (error) {
      throw Error(fmt::format("cannot make {}: {}", (folder / name).string(), error.message()),
                  "Name another folder with --work-folder.");
    }
  }
  Json config = netshare::effective(plan);
  write_text(folder / "config.json", config.dump(2) + "\n");
}

std::string label_of(const GridPoint& point) {
  return point.name.empty() ? "model" : point.name;
}

/// num_real_samples counts the flows of a chunk.
std::optional<std::uint64_t> count_of(const GridPoint& point, const TwinModel& model) {
  const auto& chunks = model.series->scheme.chunks;
  const auto wanted =
      point.num_real_samples ? point.num_real_samples : point.generate_num_train_sample;
  if (!wanted) {
    return std::nullopt;
  }
  const auto sum = [&](auto member) {
    return std::accumulate(
        chunks.begin(), chunks.end(), std::uint64_t{0},
        [&](std::uint64_t all, const auto& chunk) { return all + chunk.*member; });
  };
  const auto flows = static_cast<double>(sum(&series::Chunk::flows));
  const bool rows = model.packets || !step_columns(model.schema).empty();
  const auto units = rows ? flows : static_cast<double>(sum(&series::Chunk::records));
  const double samples = static_cast<double>(*wanted) * static_cast<double>(chunks.size());
  return static_cast<std::uint64_t>(std::llround(std::max(1.0, samples * units / flows)));
}

bool has_private(const RunPlan& plan) {
  return std::ranges::any_of(plan.points, &GridPoint::is_private);
}

/// Of one private grid point: budgets add up.
std::optional<dp::Budget> share_of(const RunPlan& plan, const RunJob& job) {
  if (!job.budget) {
    return std::nullopt;
  }
  const auto points =
      static_cast<double>(std::ranges::count_if(plan.points, &GridPoint::is_private));
  if (points == 0) {
    throw Error("--epsilon is given, but nothing in the configuration makes the training private",
                "Give dp_noise_multiplier and dp_l2_norm_clip in it, or leave --epsilon away.");
  }
  return dp::Budget{job.budget->epsilon / points, job.budget->delta / points};
}

/// Trains and generates one grid point; its twins.
struct Made {
  fs::path csv;
  std::optional<fs::path> pcap;
};

Made make(const RunPlan& plan, const GridPoint& point, const RunJob& job, const fs::path& folder,
          RunResult& result, const Progress& progress) {
  const std::string label = label_of(point);
  TrainJob training = plan_job(plan, point, share_of(plan, job), result.remarks);
  training.series.pretraining = job.pretraining;
  training.threads = job.threads;
  training.series.folder = folder / "models" / label;
  training.series.device = job.device;
  training.series.max_seconds = job.max_seconds;
  training.series.resume = job.resume;
  const TwinModel model = train(training, progress);
  save_model(model, training.series.folder / "model.twin", true);
  const GenerateJob generate{count_of(point, model), training.seed, job.threads, {}};
  Made made;
  made.csv = folder / "best_generated" / fmt::format("{},{}.csv", point.group, label);
  write_twin(model, generate, {made.csv, model.packets ? "packet-csv" : "flow-csv", true},
             progress);
  if (model.packets && plan.write_pcap) {
    made.pcap = fs::path(made.csv).replace_extension(".pcap");
    write_twin(model, generate, {*made.pcap, "pcap", true}, progress);
  }
  return made;
}

/// The first of what `evaluate` ranks; several files are no one trace that it could compare with.
std::size_t best_of(const RunPlan& plan, const std::vector<Made>& made, const TrainJob& training,
                    const fs::path& folder, RunResult& result) {
  if (made.size() < 2) {
    return 0;
  }
  if (has_private(plan)) {
    result.remarks.emplace_back(
        "private grid points are not ranked, since a ranking looks at the trace; the first is "
        "taken");
    return 0;
  }
  if (!training.further.empty()) {
    result.remarks.emplace_back(
        "several files were learned, so the grid points are not ranked; "
        "the first is taken");
    return 0;
  }
  evaluate::EvaluateJob job;
  job.real = training.input;
  job.open_real = training.open;
  job.quick = true;
  judge_events(training.declarations, job);
  for (const Made& twin : made) {
    job.synthetic.push_back({twin.csv.filename().string(), twin.pcap.value_or(twin.csv)});
  }
  const evaluate::Report report = evaluate::evaluate(job, {});
  write_text(folder / "ranking.json", evaluate::to_json(report)["ranking"].dump(2) + "\n");
  const auto best = std::ranges::find(made, report.ranking.front().name, [](const Made& twin) {
    return twin.csv.filename().string();
  });
  return static_cast<std::size_t>(best - made.begin());
}

}  // namespace

RunResult execute(const RunPlan& plan, const RunJob& job, const Progress& progress) {
  RunResult result;
  result.folder = folder_of(plan, job);
  const TrainJob first = plan_job(plan, plan.points.front(), share_of(plan, job), result.remarks);
  prepare(plan, job, result.folder);
  std::vector<Made> made;
  for (const GridPoint& point : plan.points) {
    made.push_back(make(plan, point, job, result.folder, result, progress));
    result.twins.push_back(made.back().csv);
  }
  const Made& best = made[best_of(plan, made, first, result.folder, result)];
  result.best = result.folder / "output_data" / "twin.csv";
  fs::copy_file(best.csv, result.best, fs::copy_options::overwrite_existing);
  if (best.pcap) {
    fs::copy_file(*best.pcap, result.folder / "output_data" / "twin.pcap",
                  fs::copy_options::overwrite_existing);
  }
  std::ranges::sort(result.remarks);
  result.remarks.erase(std::unique(result.remarks.begin(), result.remarks.end()),
                       result.remarks.end());
  return result;
}

}  // namespace tracetwin
