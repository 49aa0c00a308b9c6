#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/farewell.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/model_options.h"
#include "cli/stream_epoch.h"
#include "cli/stream_log.h"
#include "cli/stream_source.h"
#include "cli/stream_start.h"
#include "cli/stream_tune.h"
#include "cli/work_options.h"
#include "tune/tuned.h"
#include "work/folder_lock.h"

namespace tracetwin::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double kFarBelow = 0.2;  // what a model that goes on may score less than one made anew
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kMostHorizon = 100;  // a hundredth of a ledger's queries is enough

/// One run of the command, from one epoch to the next.
class Streaming {
 public:
  Streaming(const StreamOptions& options, Context& context)
      : options_(options),
        context_(context),
        folder_(folder_of(options)),
        state_(state_of(options, context)),
        plan_{options.train,   context.common, options.out,         {},
              options.horizon, options.memory, options.seed.threads},
        log_(options.out, owner_folder(plan_), state_) {
    take_config(options.train.config);
    if (!state_.config.empty()) {
      apply_config(state_.config);
    }
    training_job(plan_.train, context.common, options.out, state_.seed);  // what is wrong, at once
    SourceOptions source = options.source;
    if (options.train.epsilon && is_cut_by_time(source)) {
      source.within = parse_window(options.train.window);
    }
    const Declarations declared = declarations_of(plan_.train.schema_file);
    source.events = declared.events.has_value();
    source_ =
        open_source_of_epochs(source, intake_of_source(declared), fs::path(options.out) / "work");
    if (is_cut_by_time(source) && !source.within && !source.events) {
      plan_.train.intake = {};  // windows hold what was chosen
    }
    stream::write_state(state_, state_path(options));
  }

  void run() {
    while (!is_over()) {
      const auto epoch = source_->next(state_);
      if (!epoch) {
        break;
      }
      take(*epoch);
    }
    context_.console.note(fmt::format("{} epochs in {}", state_.epochs, options_.out));
    if (state_.epochs == 0) {
      throw Error(fmt::format("{} holds no epoch", shown_name(options_.source.place)),
                  "See --files for folders, and tracetwin inspect for what a file holds.");
    }
    if (!state_.last) {
      throw Error(fmt::format("none of the {} epochs could be learned; of the last: {}",
                              state_.epochs, last_fault_.empty() ? "see the log" : last_fault_),
                  "See tracetwin train on one of them.");
    }
    if (is_over()) {
      throw Error(fmt::format("the budget is spent: it was for {} epochs, which are over",
                              *options_.horizon),
                  "What was made can be used on; a further epoch takes a further budget.",
                  ExitCode::kBudgetExceeded);
    }
  }

 private:
  /// Of a table of events windows hold all columns as they are, and what is made of them, and what
  /// is chosen by it, is that of epochs.
  Intake intake_of_source(const Declarations& declared) const {
    Intake intake = intake_of(options_.train.intake, declared);
    if (!declared.events) {
      return intake;
    }
    if (declared.events->time.empty() && is_cut_by_time(options_.source)) {
      throw Error("a table of events without a time cannot be cut into windows",
                  "Stream a folder, of which each file is an epoch.");
    }
    intake.rewrites.clear();
    intake.choice = {};
    return intake;
  }

  bool is_over() const { return options_.horizon && state_.epochs >= *options_.horizon; }

  void take_config(const std::string& file) {
    if (!file.empty()) {
      plan_.fidelity = tune::read_config(file).fidelity;
    }
  }
  void apply_config(const std::string& file) {
    take_config(file);
    plan_.train = with_options(plan_.train, tune::read_config(file).options);
  }

  void take(const Epoch& epoch) {
    const auto begin = Clock::now();
    stream::State next = state_;
    EpochLine line{epoch, std::nullopt, "", "", 0, 0};
    try {
      line.result = run_epoch(plan_, epoch, next, context_.console.progress());
    } catch (const Unfit& unfit) {
      next = state_;
      line.fault = last_fault_ = unfit.why;
    }
    if (line.result) {
      retune_if_asked(epoch, *line.result, line, next);
      settle(epoch, *line.result, next);
    }
    next.epochs = epoch.number;
    source_->pass(epoch, next);
    line.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    next.behind_seconds =
        stream::behind_after(state_.behind_seconds, length_of(epoch, line), line.seconds);
    line.behind_seconds = next.behind_seconds;
    log_.add(line, plan_, next);
    stream::write_state(next, state_path(options_));
    tell(line);
    state_ = std::move(next);
    clear(epoch);
  }

  double length_of(const Epoch& epoch, const EpochLine& line) const {
    if (options_.source.epoch_ns > 0) {
      return static_cast<double>(options_.source.epoch_ns) / kSecond;
    }
    const bool is_known = line.result && !epoch.window && line.result->end_ns > 0;
    return is_known ? static_cast<double>(line.result->end_ns - line.result->begin_ns) / kSecond
                    : line.seconds;
  }

  static bool is_below(const EpochResult& result) { return result.score && !result.score->passes; }

  /// What the next epoch goes on from.
  static void settle(const Epoch& epoch, const EpochResult& result, stream::State& next) {
    if (!epoch.behind_others) {
      next.last = epoch.number;
      next.below = is_below(result);
      const double score = result.score ? result.score->score : 0;
      next.anew_score = result.goes_on ? next.anew_score : score;
      next.anew = !result.score || score < next.anew_score - kFarBelow;
      if (result.drift) {
        next.drift.forget();
      }
    }
  }

  void retune_if_asked(const Epoch& epoch, const EpochResult& result, EpochLine& line,
                       stream::State& next) {
    const bool fell = is_below(result) && !state_.below;
    if (!options_.retune || epoch.behind_others || !(result.drift || fell)) {
      return;
    }
    context_.console.note(fmt::format("tuning on epoch {}", epoch.number));
    try {
      line.tuned = tune_on_epoch(plan_, epoch, result.kind, options_.retune_time_ns,
                                 mix_seed(epoch), context_.console);
      next.config = line.tuned;
      apply_config(line.tuned);
    } catch (const Error& error) {
      context_.console.insist(
          fmt::format("Tuning on epoch {} failed: {}", epoch.number, error.what()));
    }
  }
  std::uint64_t mix_seed(const Epoch& epoch) const { return state_.seed ^ epoch.number; }

  void tell(const EpochLine& line) {
    Console& console = context_.console;
    console.note(epoch_text(line));
    if (line.epoch.late > 0) {
      console.insist(
          fmt::format("Epoch {}: {} records before it were left out, for their windows "
                      "were over, or their clock was wrong for a moment.",
                      line.epoch.number, with_thousands(line.epoch.late)));
    }
    if (!line.result) {
      console.insist(fmt::format("Epoch {} is left out: {}", line.epoch.number, line.fault));
      return;
    }
    const EpochResult& result = *line.result;
    if (result.drift) {
      console.insist(
          fmt::format("Epoch {}: the traffic has drifted: by hosts and services the model before "
                      "scores {:.3f} on it, below {:.3f}.",
                      line.epoch.number, *result.watched, *result.limit));
    }
    if (is_below(result)) {
      console.insist(fmt::format("Epoch {}: fidelity is below the specification: {}.",
                                 line.epoch.number, tune::failures(*result.score)));
    }
    if (result.skipped > 0 && !line.epoch.shared_file &&
        intake_of(options_.train.intake).choice.is_all()) {
      console.insist(fmt::format("Epoch {}: {} of {} records could not be read.", line.epoch.number,
                                 with_thousands(result.skipped),
                                 with_thousands(result.records + result.skipped)));
    }
    if (line.behind_seconds > 0) {
      console.insist(
          fmt::format("Epoch {} took longer than it lasted: a live stream would be {} "
                      "behind.",
                      line.epoch.number,
                      format_duration(static_cast<std::int64_t>(line.behind_seconds * 1e9))));
    }
  }

  /// What is not needed any more once the state is written.
  void clear(const Epoch& epoch) const {
    std::error_code ignored;
    const fs::path work = fs::path(options_.out) / "work";
    fs::remove_all(work / epoch_name(epoch.number), ignored);
    fs::remove_all(work / (epoch_name(epoch.number) + ".net"), ignored);
    for (const char* name : {"before.csv", "before.pcap"}) {
      fs::remove(work / name, ignored);
      fs::remove(work / (std::string(name) + ".summary.json"), ignored);
    }
    if (epoch.window && !epoch.shared_file) {
      fs::remove(epoch.file, ignored);
    }
    clear_networks(plan_, state_);
  }

  const StreamOptions& options_;
  Context& context_;
  work::FolderLock folder_;  ///< so that no second stream goes on from the same state
  stream::State state_;
  StreamPlan plan_;
  StreamLog log_;
  std::unique_ptr<Source> source_;
  std::string last_fault_;
};

ExitCode run_stream(const StreamOptions& options, Context& context) {
  check_stream(options);
  note_method(options.train, context.console);
  say_when_ended(
      fmt::format("tracetwin: ended; the same command goes on in {} behind the last "
                  "epoch that is done",
                  options.out));
  Streaming(options, context).run();
  say_when_ended({});
  return ExitCode::kDone;
}

void add_source(CLI::App& app, StreamOptions& options) {
  app.add_option("SOURCE", options.source.place,
                 "Folder whose files are epochs, in order of their names; or one file, or - for "
                 "standard input, that is cut into epochs of time")
      ->required();
  app.add_option("-o,--output", options.out, "Folder for models, twins, scores and the log")
      ->required();
  add_duration(app, "--epoch", options.source.epoch_ns, "How long an epoch is, such as 1h");
  app.add_flag("--once", options.source.once, "Folders: end when all files are done");
  app.add_flag("--follow", options.source.follow, "Files: wait for more at the end");
  options.source.settle_ns = 10 * kSecond;
  add_duration(app, "--settle", options.source.settle_ns,
               "Folders: the last file is complete when nothing was written to it for so long "
               "(10s)");
  add_intake(app, options.train.intake);
}

}  // namespace

Action define_stream(CLI::App& app, CommonOptions& common) {
  const auto options = std::make_shared<StreamOptions>();
  add_source(app, *options);
  add_whole(app, "--horizon",
            "With --epsilon: the budget is for so many epochs, each of which gets an equal part", 1,
            kMostHorizon, [options](std::uint64_t epochs) { options->horizon = epochs; });
  app.add_option("--memory", options->memory,
                 "Weight of the past in merged marginals: 0 none, 1 as much as the present")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_flag("--retune", options->retune,
               "Tune again when traffic drifts or fidelity falls below the specification");
  add_duration(app, "--retune-time", options->retune_time_ns, "Longest time for that (2m)");
  add_training(app, options->train, common);
  add_config(app, options->train);
  add_seed(app, options->seed);
  add_progress_file(app, common);
  return [options](Context& context) { return run_stream(*options, context); };
}

}  // namespace tracetwin::cli
