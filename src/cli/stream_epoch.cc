#include "cli/stream_epoch.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>
#include <variant>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/random.h"
#include "cli/evaluation_files.h"
#include "engine/engine.h"
#include "evaluate/evaluate.h"
#include "intake/intake.h"
#include "pipeline/judge_events.h"
#include "pipeline/model_file.h"
#include "pipeline/synthesize.h"
#include "pipeline/write_twin.h"

namespace tracetwin::cli {
namespace {

namespace fs = std::filesystem;

fs::path work_folder(const StreamPlan& plan) {
  return plan.out / "work";
}

/// All networks of an epoch's training by method doppelganger.
fs::path networks_of(const StreamPlan& plan, std::uint64_t number) {
  return work_folder(plan) / (epoch_name(number) + ".weights");
}

TraceOpener opener(const StreamPlan& plan, const Epoch& epoch) {
  Intake intake = intake_of(plan.train.intake, declarations_of(plan.train.schema_file));
  if (epoch.shared_file) {
    intake.choice.window = epoch.window;
  }
  return opener_of(intake);
}

bool is_series(const StreamPlan& plan) {
  return engine::engine_named(method_of(plan.train)).kind == engine::Kind::kSeries;
}

/// The folder in which an epoch is learned: under a budget what is released stays there, so that a
/// run that goes on does not draw its noise again.
work::Site site_of(const StreamPlan& plan, const Epoch& epoch, const stream::State& state) {
  work::Task task{"stream", state.arguments, {}};
  if (!epoch.shared_file) {  // one that goes on growing is another one each time
    task.inputs.push_back(work::input_mark(epoch.file));
  }
  task.arguments.push_back(epoch_name(epoch.number));
  return {{},
          std::make_shared<work::Folder>(work_folder(plan) / epoch_name(epoch.number), task,
                                         mix(state.seed, epoch.number))};
}

TrainJob job_of(const StreamPlan& plan, const Epoch& epoch, const stream::State& state) {
  const std::uint64_t seed = mix(state.seed, epoch.number);
  const fs::path folder = work_folder(plan) / (epoch_name(epoch.number) + ".net");
  TrainJob job = training_job(plan.train, plan.common, folder.string(), seed);
  job.input = epoch.file;
  job.open = opener(plan, epoch);
  job.threads = plan.threads;
  job.series.workers = plan.threads;
  job.series.folder = folder;
  job.aside = other_epochs(plan, job.aside);
  if (epoch.window) {
    job.declarations.window = epoch.window;
  }
  if (job.budget) {
    job.site = site_of(plan, epoch, state);
    job.may_be_empty = epoch.window.has_value();
  }
  return job;
}

std::optional<Previous> previous_of(const StreamPlan& plan, const stream::State& state) {
  if (!state.last) {
    return std::nullopt;
  }
  Previous previous;
  previous.model = std::make_shared<TwinModel>(read_model(model_of_epoch(plan.out, *state.last)));
  previous.memory = plan.memory;
  std::error_code ignored;
  if (fs::exists(networks_of(plan, *state.last), ignored)) {
    previous.networks = networks_of(plan, *state.last);
  }
  return previous;
}

/// The twin of a model at the time of an epoch.
TwinCounts write_epoch(const TwinModel& model, std::int64_t begin_ns, std::uint64_t count,
                       const StreamPlan& plan, std::uint64_t seed, const fs::path& to,
                       const Progress& progress) {
  GenerateJob job;
  job.seed = seed;
  job.threads = plan.threads;
  if (count > 0) {
    job.count = count;
  }
  if (begin_ns > 0) {
    job.selection.start_ns = begin_ns;
  }
  return write_twin(model, job, {to, "", true}, progress);
}

struct Judged {
  tune::Score score;
  double watched = 0;
  evaluate::TraceFacts real;
};

/// Without the metrics that such traces have no value of.
tune::Fidelity applicable(tune::Fidelity fidelity, const evaluate::Result& result) {
  const auto ids = tune::metrics_of(result, true);
  std::erase_if(fidelity.metrics, [&](const tune::Wanted& wanted) {
    return std::ranges::find(ids, wanted.metric) == ids.end();
  });
  return fidelity;
}

Judged judge(const StreamPlan& plan, const Epoch& epoch, const fs::path& twin, const fs::path& json,
             const Progress& progress) {
  evaluate::EvaluateJob job;
  job.real = epoch.file;
  job.open_real = opener(plan, epoch);
  judge_events(declarations_of(plan.train.schema_file), job);
  job.synthetic = {{"twin", twin}};
  job.threads = plan.threads;
  job.quick = !tune::needs_learners(plan.fidelity);
  const evaluate::Report report = evaluate_to_files(job, {"", json.string()}, true, progress);
  const evaluate::Result& result = report.results.front();
  const tune::Fidelity fidelity =
      plan.fidelity.metrics.empty()
          ? applicable(tune::usual_fidelity(report.real.kind == "packets"), result)
          : plan.fidelity;
  return {tune::score_of(fidelity, result),
          tune::score_of(applicable(tune::usual_watch(), result), result).score, report.real};
}

TraceKind kind_of_file(const StreamPlan& plan, const Epoch& epoch) {
  return std::holds_alternative<std::unique_ptr<FlowReader>>(opener(plan, epoch)(epoch.file))
             ? TraceKind::kFlows
             : TraceKind::kPackets;
}

std::string suffix_of(TraceKind kind) {
  return kind == TraceKind::kPackets ? ".pcap" : ".csv";
}

/// Whether a model is of too few records to be gone on from, or to foretell anything.
bool knows_little(const TwinModel& model) {
  constexpr double kFewRecords = 100;
  return engine::engine_named(model.engine).kind == engine::Kind::kTables &&
         model.table.records < kFewRecords;
}

/// Whether the model before would have made this epoch, too.
void look_for_drift(const StreamPlan& plan, const Epoch& epoch, const Previous& previous,
                    stream::State& state, EpochResult& result, const Progress& progress) {
  const fs::path twin = work_folder(plan) / ("before" + suffix_of(result.kind));
  write_epoch(*previous.model, epoch.window ? epoch.window->begin : 0, 0, plan,
              mix(state.seed, epoch.number), twin, progress);
  const Judged judged = judge(plan, epoch, twin, {}, progress);
  result.before = judged.score;
  result.watched = judged.watched;
  if (knows_little(*previous.model)) {
    return;
  }
  result.limit = state.drift.limit();
  result.drift = state.drift.see(judged.watched);
}

/// What networks need of the model before it.
bool can_go_on(const StreamPlan& plan, const std::optional<Previous>& previous) {
  return previous && (!is_series(plan) || previous->networks);
}

void take_facts(const evaluate::TraceFacts& real, EpochResult& result) {
  result.records = result.kind == TraceKind::kPackets ? real.packets.value_or(0) : real.records;
  result.skipped = real.skipped;
  result.begin_ns = real.begin_ns;
  result.end_ns = real.end_ns;
}

void take_facts(const TrainSummary& summary, EpochResult& result) {
  result.records = result.kind == TraceKind::kPackets ? summary.packets : summary.records;
  result.skipped = summary.skips.total();
}

TwinModel learn(const StreamPlan& plan, TrainJob& job, std::optional<Previous> previous,
                EpochResult& result, const Progress& progress) {
  TrainSummary summary;
  if (can_go_on(plan, previous) && result.anew.empty()) {
    job.previous = std::move(previous);
    try {
      TwinModel model = train(job, progress, &summary);
      result.goes_on = true;
      take_facts(summary, result);
      return model;
    } catch (const Error& error) {
      if (job.budget) {
        throw;
      }
      result.anew = error.what();
    }
    std::error_code ignored;
    fs::remove_all(job.series.folder, ignored);
    job.previous.reset();
  }
  TwinModel model = train(job, progress, &summary);
  take_facts(summary, result);
  return model;
}

/// What the networks of the next epoch begin with.
void keep_networks(const StreamPlan& plan, const Epoch& epoch, const TrainJob& job) {
  std::error_code ignored;
  const fs::path all = job.series.folder / "chunk-0" / "all.weights";
  if (fs::exists(all, ignored)) {
    fs::rename(all, networks_of(plan, epoch.number));
  }
  fs::remove_all(job.series.folder, ignored);
}

/// Why an epoch is not gone on from the one before, or empty. What is released under a budget must
/// not depend on what was seen without one: there the model before decides alone.
std::string why_anew(const StreamPlan& plan, const TwinModel& before, const stream::State& state,
                     bool drift) {
  if (knows_little(before)) {
    return "the model before is of too few records";
  }
  if (plan.train.epsilon) {
    return "";
  }
  return drift        ? "the traffic has drifted"
         : state.anew ? "the twin before could not be judged, or is far worse than one learned anew"
                      : "";
}

TwinModel model_of(const StreamPlan& plan, const Epoch& epoch, stream::State& state,
                   EpochResult& result, const Progress& progress) {
  result.kind = kind_of_file(plan, epoch);
  auto previous = epoch.behind_others ? std::nullopt : previous_of(plan, state);
  if (previous) {
    try {
      look_for_drift(plan, epoch, *previous, state, result, progress);
    } catch (const Error& error) {
      result.unjudged = error.what();
    }
  }
  if (previous) {
    result.anew = why_anew(plan, *previous->model, state, result.drift);
  }
  TrainJob job = job_of(plan, epoch, state);
  const fs::path file = model_of_epoch(plan.out, epoch.number);
  std::error_code ignored;
  if (fs::exists(file, ignored)) {
    result.goes_on = can_go_on(plan, previous) && result.anew.empty();
    return read_model(file);
  }
  TwinModel model = learn(plan, job, std::move(previous), result, progress);
  keep_networks(plan, epoch, job);
  return model;
}

void judge_twin(const StreamPlan& plan, const Epoch& epoch, const fs::path& twin,
                EpochResult& result, const Progress& progress) {
  const fs::path scores = owner_folder(plan) / (epoch_name(epoch.number) + ".scores.json");
  try {
    const Judged judged = judge(plan, epoch, twin, scores, progress);
    result.score = judged.score;
    take_facts(judged.real, result);
  } catch (const Error& error) {
    result.unjudged = error.what();
  }
}

}  // namespace

std::string epoch_name(std::uint64_t number) {
  return fmt::format("epoch-{:06}", number);
}

fs::path model_of_epoch(const fs::path& out, std::uint64_t number) {
  return out / (epoch_name(number) + ".twin");
}

fs::path owner_folder(const StreamPlan& plan) {
  return plan.train.epsilon ? plan.out / "owner" : plan.out;
}

std::vector<SetAside> other_epochs(const StreamPlan& plan, const std::vector<SetAside>& aside) {
  if (!plan.horizon || *plan.horizon < 2) {
    return aside;
  }
  double left = 1;
  for (const SetAside& one : aside) {
    left -= one.share;
  }
  std::vector<SetAside> all = aside;
  const auto epochs = static_cast<double>(*plan.horizon);
  all.push_back({fmt::format("the other {} epochs of the stream", *plan.horizon - 1),
                 left * (epochs - 1) / epochs});
  return all;
}

EpochResult run_epoch(const StreamPlan& plan, const Epoch& epoch, stream::State& state,
                      const Progress& progress) {
  EpochResult result;
  std::optional<TwinModel> model;
  try {
    model = model_of(plan, epoch, state, result, progress);
  } catch (const Error& error) {
    throw Unfit{error.what()};
  }
  result.ledger = model->ledger;
  const fs::path file = model_of_epoch(plan.out, epoch.number);
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    save_model(*model, file, true);
  }
  const fs::path twin = plan.out / (epoch_name(epoch.number) + suffix_of(result.kind));
  write_epoch(*model, 0, 0, plan, mix(state.seed, epoch.number), twin, progress);
  judge_twin(plan, epoch, twin, result, progress);
  return result;
}

void clear_networks(const StreamPlan& plan, const stream::State& state) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(work_folder(plan), ignored)) {
    if (entry.path().extension() == ".weights" &&
        !(state.last && entry.path() == networks_of(plan, *state.last))) {
      fs::remove(entry.path(), ignored);
    }
  }
}

}  // namespace tracetwin::cli
