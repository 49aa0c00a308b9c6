#include "cli/tune_trial.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "cli/model_options.h"
#include "pipeline/judge_events.h"
#include "pipeline/write_twin.h"

namespace tracetwin::cli {
namespace {

constexpr std::uint64_t kHalves = 0x68616c76;  // stream of the division
constexpr std::uint64_t kParts = 1'000'000;

Sample half_of(const Bench& bench) {
  Sample sample;
  sample.keep = kParts / 2;
  sample.of = kParts;
  sample.unit = bench.kind == TraceKind::kPackets ? Sample::Unit::kFlow : Sample::Unit::kRecord;
  sample.seed = mix(bench.seed, kHalves);
  return sample;
}

/// All files at once, whichever is asked for.
TraceOpener opener_with(const Bench& bench, const Sample& sample) {
  Intake intake = bench.intake;
  intake.choice.sample = sample;
  return [files = bench.files, intake](const std::filesystem::path& /*any*/) {
    return open_files(files, intake);
  };
}

/// The options as `train` understands them.
void parse(const std::vector<std::string>& arguments, TrainOptions& options,
           CommonOptions& common) {
  CLI::App app;
  add_training(app, options, common);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    throw Error(
        fmt::format("\"{}\" are no options of train: {}", fmt::join(arguments, " "), error.what()),
        "See: tracetwin train --help");
  }
}

TrainJob job_of(const Bench& bench, const tune::Candidate& candidate, const tune::Rung& rung,
                const std::filesystem::path& twin) {
  TrainOptions options;
  CommonOptions common;
  std::vector<std::string> arguments = tune::arguments_of(bench.fixed);
  for (std::string& argument : tune::arguments_of(candidate.options)) {
    arguments.push_back(std::move(argument));
  }
  parse(arguments, options, common);
  const std::int64_t typed = options.series.max_time_ns;
  TrainJob job = training_job(options, common, twin.string(), bench.seed);
  job.input = bench.files.front();
  job.open = learned_half(bench, rung.records);
  job.threads = 1;
  job.series.workers = 1;
  job.series.max_seconds =
      typed > 0 ? std::min(rung.seconds, job.series.max_seconds) : rung.seconds;
  if (job.budget) {
    job.insecure_test_seed = bench.seed;
    job.aside = bench.aside;
  }
  return job;
}

}  // namespace

TraceOpener learned_half(const Bench& bench, double share) {
  Sample sample = half_of(bench);
  sample.keep = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::llround(share * static_cast<double>(sample.keep))));
  return opener_with(bench, sample);
}

TraceOpener judging_half(const Bench& bench) {
  Sample sample = half_of(bench);
  sample.rest = true;
  return opener_with(bench, sample);
}

evaluate::EvaluateJob judging(const Bench& bench, std::vector<evaluate::NamedFile> twins) {
  evaluate::EvaluateJob job;
  job.real = bench.files.front();
  job.open_real = judging_half(bench);
  job.synthetic = std::move(twins);
  judge_events(bench.declarations, job);
  job.seed = bench.seed;
  job.threads = 1;
  job.quick = !tune::needs_learners(bench.fidelity);
  return job;
}

evaluate::Report judge_real(const Bench& bench) {
  evaluate::EvaluateJob job = judging(bench, {{"real", bench.files.front()}});
  job.open_synthetic = learned_half(bench);
  job.threads = 0;
  return evaluate::evaluate(job, {});
}

Trial run_trial(const Bench& bench, const tune::Candidate& candidate, const tune::Rung& rung,
                const std::string& name) {
  const bool packets = bench.kind == TraceKind::kPackets;
  Trial trial;
  trial.twin = bench.folder / (name + (packets ? ".pcap" : ".csv"));
  const TrainJob job = job_of(bench, candidate, rung, trial.twin);
  const TwinModel model = train(job, {});
  GenerateJob generate;
  generate.count = bench.count;
  generate.seed = bench.seed;
  generate.threads = 1;
  write_twin(model, generate, {trial.twin, "", true}, {});
  const evaluate::Report report = evaluate::evaluate(judging(bench, {{name, trial.twin}}), {});
  trial.score = tune::score_of(bench.fidelity, report.results.front(), &bench.real);
  std::error_code ignored;
  std::filesystem::remove_all(job.series.folder, ignored);
  return trial;
}

}  // namespace tracetwin::cli
