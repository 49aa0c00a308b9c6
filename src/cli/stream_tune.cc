#include "cli/stream_tune.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/parallel.h"
#include "cli/skips_json.h"
#include "cli/tune_search.h"
#include "engine/doppelganger/worker.h"

namespace tracetwin::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Rungs are three, of which the last takes most of the time.
constexpr double kPartOfLastTraining = 8;

Bench bench_of(const StreamPlan& plan, const Epoch& epoch, TraceKind kind, std::uint64_t seed) {
  Bench bench;
  bench.files = {epoch.file};
  bench.declarations = declarations_of(plan.train.schema_file);
  bench.intake = intake_of(plan.train.intake, bench.declarations);
  bench.kind = kind;
  bench.fidelity = plan.fidelity.metrics.empty() ? tune::usual_fidelity(kind == TraceKind::kPackets)
                                                 : plan.fidelity;
  bench.folder = plan.out / "work" / "trials";
  bench.seed = seed;
  return bench;
}

}  // namespace

TrainOptions with_options(const TrainOptions& train, const tune::OptionValues& values) {
  TrainOptions options = train;
  options.method.clear();
  options.series.network.clear();
  CommonOptions common;
  CLI::App app;
  add_training(app, options, common);
  const std::vector<std::string> arguments = tune::arguments_of(values);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    throw Error(
        fmt::format("\"{}\" are no options of train: {}", fmt::join(arguments, " "), error.what()),
        "See: tracetwin train --help");
  }
  return options;
}

std::string tune_on_epoch(const StreamPlan& plan, const Epoch& epoch, TraceKind kind,
                          std::int64_t max_time_ns, std::uint64_t seed, Console& console) {
  const auto begin = Clock::now();
  const std::chrono::nanoseconds time(max_time_ns);
  Bench bench = bench_of(plan, epoch, kind, seed);
  fs::create_directories(bench.folder);
  const evaluate::Report real = judge_real(bench);
  const auto ids = tune::metrics_of(real.results.front(), true);
  std::erase_if(bench.fidelity.metrics, [&](const tune::Wanted& wanted) {
    return std::ranges::find(ids, wanted.metric) == ids.end();
  });
  bench.count = real.real.flows;
  bench.real = real.results.front();
  Search job{bench, tune::usual_candidates({!doppelganger::worker_executable().empty(), false,
                                            kind == TraceKind::kPackets, ""})};
  job.rows = static_cast<double>(real.synthetic.front().flows);
  job.network_seconds = std::chrono::duration<double>(time).count() / kPartOfLastTraining;
  job.end = begin + time;
  job.side_by_side = thread_count(plan.threads);
  job.note = [&](const std::string& sentence) { console.detail(sentence); };
  Found found = search(job, kEnough);
  std::error_code ignored;
  fs::remove_all(bench.folder, ignored);
  if (!found.leaderboard.front().score) {
    throw Error("no configuration makes a twin of it", "Give a longer --retune-time.");
  }
  tune::Tuned tuned;
  tuned.options = found.leaderboard.front().options;
  tuned.score = *found.leaderboard.front().score;
  tuned.fidelity = bench.fidelity;
  tuned.searched_on =
      fmt::format("epoch {} of a stream, without a budget; treat this file like it", epoch.number);
  tuned.leaderboard = std::move(found.leaderboard);
  tuned.rungs = found.rungs;
  tuned.complete = found.complete;
  tuned.seed = seed;
  tuned.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const fs::path path = plan.out / (epoch_name(epoch.number) + ".tuned.json");
  const auto sink = open_output(path, true);
  sink->write(json_text(tune::to_json(tuned, "tracetwin " TRACETWIN_VERSION)));
  sink->commit();
  console.note(fmt::format("from the next epoch on: {}", tune::describe(tuned.options)));
  return path.string();
}

}  // namespace tracetwin::cli
