#include "pipeline/train_private_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "dp/counts.h"
#include "engine/doppelganger/samples.h"
#include "engine/doppelganger/worker.h"
#include "pipeline/collapse.h"
#include "pipeline/series_data.h"
#include "pipeline/series_fields.h"
#include "pipeline/work_folder.h"
#include "pipeline/write_twin.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;
using doppelganger::Job;
using doppelganger::WorkerReport;
using series::SeriesData;

constexpr std::size_t kMostRows = 64;  // neural/private_critic.h
constexpr const char* kOpenTraining = "pretraining";
constexpr const char* kSamples = "samples.bin";
constexpr std::array<std::string_view, 3> kLeft = {"checkpoint", "all.weights", "kept"};
constexpr std::uint32_t kLeastBatch = 16;
constexpr std::uint32_t kMostBatch = 4096;

void demand(bool holds, const char* what, const char* remedy) {
  if (!holds) {
    throw Error(fmt::format("private training of method doppelganger {}", what), remedy);
  }
}

/// How much there is of something, as it may be known.
std::uint64_t released(std::size_t count, const char* what, double sensitivity, double share,
                       dp::Ledger& ledger) {
  dp::PrivateCounts counts(1);
  counts.add(0, static_cast<std::int64_t>(count));
  const auto noisy =
      dp::release(counts, {"counting", what, share * ledger.rho_total(), sensitivity}, ledger);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(1, noisy.values().front()));
}

series::Chunk whole_of(const SeriesData& data, const TwinModel& model, const UnitBound& bound,
                       dp::Ledger& ledger) {
  const auto rows_of_unit = static_cast<double>(bound.rows);  // and so many flows, at most
  const double share = data.packets ? kFlowCountShare : kFlowCountShare / 2;
  series::Chunk chunk{model.window.begin, model.window.end, 0, 0};
  chunk.flows = released(data.flows.size(), "number of flows", rows_of_unit, share, ledger);
  chunk.records = data.packets ? chunk.flows
                               : released(data.rows.front().size(), "number of records",
                                          rows_of_unit, share, ledger);
  return chunk;
}

/// Flows of another time, moved into the window: first records keep their order, gaps their length.
void move_into(const Window& window, series::Flows& flows) {
  if (flows.size() == 0) {
    return;
  }
  const std::int64_t first = flows.time_ns[flows.begin.front()];
  const std::int64_t last = flows.time_ns[flows.begin[flows.size() - 1]];
  const double scale =
      static_cast<double>(window.end - window.begin) / static_cast<double>(last - first + 1);
  for (std::size_t flow = 0; flow < flows.size(); ++flow) {
    const std::int64_t start = flows.time_ns[flows.begin[flow]];
    const auto place = static_cast<std::int64_t>(static_cast<double>(start - first) * scale);
    for (std::size_t r = flows.begin[flow]; r < flows.begin[flow + 1]; ++r) {
      flows.time_ns[r] = std::min(window.end - 1, window.begin + place + flows.time_ns[r] - start);
    }
  }
}

/// One of the two trainings, in a folder of its own.
class Training {
 public:
  Training(const series::Scheme& scheme, const doppelganger::Options& options, const TrainJob& job,
           const char* name)
      : scheme_(scheme) {
    worker_.folder = job.series.folder / name;
    worker_.layout = series::layout_of(scheme);
    worker_.options = options;
    worker_.most_records = scheme.most_records;
    worker_.seed = job.seed;
    worker_.keep_every = 0;
    worker_.checkpoint_every = job.series.checkpoint_every;
    worker_.resume = job.series.resume;
    make_work_folder(worker_.folder);
  }

  Job& worker() { return worker_; }
  fs::path folder() const { return worker_.folder; }

  /// What the networks begin with, if it is there.
  fs::path start() const { return worker_.folder / "start.weights"; }

  void run(const SeriesData& data, const char* stage, const Progress& progress) {
    const series::Lexicon lexicon{data.fields, data.vocabularies, scheme_.embeddings};
    const auto rows = series::coded(data.rows, scheme_.attributes, data);
    const auto records = series::coded(data.records, scheme_.features, data);
    const auto samples = series::samples_of(scheme_, lexicon, data.flows, rows, records, 0);
    write_samples(samples, new_samples(worker_.folder, kSamples));
    worker_.resume = settle_training({worker_.folder, kSamples, kLeft}, worker_.resume,
                                     training_identity(to_json(worker_)), training_identity);
    run_worker(worker_, [&](const WorkerReport& report) {
      if (progress) {
        progress({stage, report.iteration, report.iterations, "iterations"});
      }
    });
  }

 private:
  const series::Scheme& scheme_;
  Job worker_;
};

bool same_fields(const Schema& a, const Schema& b) {
  return std::ranges::equal(a.fields, b.fields, [](const Field& x, const Field& y) {
    return x.name == y.name && x.kind == y.kind;
  });
}

}  // namespace

void check_private_series(const TrainJob& job, const UnitBound& bound) {
  const SeriesJob& series = job.series;
  demand(bound.unit == dp::Unit::kFlow, "hides flows, and no other units",
         "Take --unit flow, or --method cliquetree.");
  demand(bound.rows <= kMostRows, "has 64 records of a unit at most", "Lower --unit-bound.");
  demand(series.scheme.style == series::Style::kVocabulary,
         "knows fields by their released codes only", "Leave --coding away.");
  demand(series.scheme.chunks == 1 && !series.scheme.equal_size, "has one chunk",
         "Leave --chunks away.");
  demand(!series.scheme.self_norm, "cannot scale flows to ranges of their own",
         "Leave self-normalisation away.");
  demand(series.device == "cpu", "runs on the CPU, where its sums are exact",
         "Leave --device away.");
  demand(job.aside.empty(), "needs all of a budget", "Take --method cliquetree.");
  demand(!series.start, "cannot start from weights of other codes",
         "Give a public trace with --pretrain instead.");
}

fs::path open_samples(const SeriesJob& job) {
  return job.folder / kOpenTraining / kSamples;
}

double pay_for_critics(const SeriesJob& job, dp::Ledger& ledger) {
  const double share = job.pretraining ? kCriticShareAlone : kCriticShare;
  return ledger.reserve_sampled(
      "critics", "clipped slopes by real flows", share * ledger.rho_total(),
      {job.sampling_rate, job.private_iterations * std::uint64_t{job.options.d_rounds}});
}

PrivateTrace pretraining(const TrainJob& job, const TwinModel& model, const PrivateTrace& trace,
                         const Progress& progress) {
  TrainJob reading = job;
  reading.further.clear();
  reading.accept = {};
  reading.declarations.window.reset();
  if (job.series.pretraining) {
    reading.input = *job.series.pretraining;
  } else {
    make_work_folder(job.series.folder);
    reading.input = job.series.folder / (model.packets ? "pretraining.pcap" : "pretraining.csv");
    write_twin(model, {std::nullopt, job.seed, job.threads, {}}, {reading.input, "", true},
               progress);
  }
  PrivateTrace other = read_private(reading, progress);
  if (other.schema.kind != trace.schema.kind || !same_fields(other.schema, trace.schema)) {
    throw Error(fmt::format("{} does not have the same fields as the trace to learn",
                            reading.input.string()),
                "Give a public trace of the same kind and columns.");
  }
  return other;
}

series::SeriesModel train_private_series(const PrivateTrace& trace, const PrivateTrace& pretraining,
                                         const TwinModel& model, const TrainJob& job,
                                         const UnitBound& bound, double noise_multiplier,
                                         dp::Ledger& ledger, const Progress& progress) {
  const SeriesData data = series_data(trace, model);
  series::SchemeOptions options = job.series.scheme;
  options.whole = whole_of(data, model, bound, ledger);
  const auto most =
      static_cast<std::uint32_t>(data.packets ? job.steps_per_conversation : bound.rows);
  options.most_records = std::min(options.most_records.value_or(most), most);
  series::SeriesModel result;
  result.scheme = series::choose_scheme(data, options);
  result.options = job.series.options;
  Training first(result.scheme, result.options, job, kOpenTraining);
  first.worker().max_seconds = job.series.max_seconds;
  SeriesData open = series_data(pretraining, model);
  move_into(model.window, open.flows);
  // What the marginal engine made is as private as its model, so its flows may be aimed at.
  if (job.series.calibrate && !job.series.pretraining) {
    result.mixes.push_back(series::mix_of(result.scheme, open, mix_fields(model), 0));
  }
  doppelganger::Options own = result.options;
  own.iterations = job.series.private_iterations;
  own.batch_size = std::clamp(static_cast<std::uint32_t>(job.series.sampling_rate *
                                                         static_cast<double>(options.whole->flows)),
                              kLeastBatch, kMostBatch);
  Training second(result.scheme, own, job, "chunk-0");
  second.worker().privacy = {job.series.sampling_rate, noise_multiplier,
                             job.series.clip_norm,     own.iterations * own.d_rounds,
                             job.insecure_test_seed,   job.site.key("critics").string()};
  // Noise is for what these weights made of the trace: whoever goes on takes the very same.
  if (!job.series.resume || !fs::exists(second.start())) {
    first.run(open, "training without the trace", progress);
    write_weights(engine::read_weights(first.folder() / "all.weights"), second.start());
  }
  second.run(data, "training with noise", progress);
  result.chunks.push_back(
      engine::read_weights(second.folder() / "kept" / fmt::format("{}.weights", own.iterations)));
  CollapseCheck(result.scheme, result.options, doppelganger::read_samples(open_samples(job.series)))
      .demand_life(result.chunks.front());
  return result;
}

}  // namespace tracetwin
