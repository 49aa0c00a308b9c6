#include "pipeline/train_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/parallel.h"
#include "base/random.h"
#include "engine/doppelganger/samples.h"
#include "engine/doppelganger/worker.h"
#include "pipeline/rows.h"
#include "pipeline/series_data.h"
#include "pipeline/series_fields.h"
#include "pipeline/work_folder.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;
using doppelganger::Job;
using doppelganger::WorkerReport;

constexpr const char* kSamples = "samples.bin";
constexpr std::array<std::string_view, 5> kLeft = {"checkpoint", "start.weights", "all.weights",
                                                   "fidelity.json", "kept"};

/// What two jobs that are the same training have in common, which one may carry on further.
nlohmann::json identity(nlohmann::json job) {
  if (!job.is_object()) {
    return job;
  }
  for (const char* key : {"resume", "max_seconds", "folder", "device", "keep_every",
                          "checkpoint_every", "patience"}) {
    job.erase(key);
  }
  if (job.contains("options")) {
    job["options"].erase("iterations");
  }
  return job;
}

/// The chunks of one training, in folders of their own.
class ChunkTraining {
 public:
  ChunkTraining(const series::Scheme& scheme, const SeriesJob& job, std::uint64_t seed,
                const Progress& progress)
      : scheme_(scheme), job_(job), seed_(seed), progress_(progress) {}

  fs::path folder(std::size_t chunk) const { return job_.folder / fmt::format("chunk-{}", chunk); }

  void train(std::size_t chunk, const std::optional<fs::path>& start, double share,
             double max_seconds) {
    Job job;
    job.folder = folder(chunk);
    job.layout = series::layout_of(scheme_);
    job.options = job_.options;
    job.options.iterations = iterations_of(chunk, share);
    job.most_records = scheme_.most_records;
    job.seed = mix(seed_, chunk);
    job.checkpoint_every = job_.checkpoint_every;
    job.keep_every = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(static_cast<double>(job_.keep_every) / share));
    job.max_seconds = max_seconds;
    job.patience = job_.patience;
    job.device = job_.device;
    job.resume = settle_training({job.folder, kSamples, kLeft}, job_.resume,
                                 identity(doppelganger::to_json(job)), identity);
    if (start && !fs::exists(job.folder / "start.weights")) {
      write_weights(engine::read_weights(*start), job.folder / "start.weights");
    }
    run_worker(job, [&](const WorkerReport& report) { tell(chunk, report); });
  }

  /// Iterations of a chunk that gets a part of the first one's.
  std::uint64_t iterations_of(std::size_t chunk, double share) const {
    const double batch = std::max<double>(1, job_.options.batch_size);
    const double all =
        job_.epochs ? static_cast<double>(*job_.epochs) *
                          std::max(1.0, static_cast<double>(scheme_.chunks[chunk].flows) / batch)
                    : static_cast<double>(job_.options.iterations);
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(all / share));
  }

 private:
  void tell(std::size_t chunk, const WorkerReport& report) {
    if (!progress_) {
      return;
    }
    const std::scoped_lock lock(mutex_);
    const std::string stage =
        scheme_.chunks.size() == 1
            ? "training"
            : fmt::format("training chunk {} of {}", chunk + 1, scheme_.chunks.size());
    progress_({stage, report.iteration, report.iterations, "iterations"});
  }

  const series::Scheme& scheme_;
  const SeriesJob& job_;
  std::uint64_t seed_;
  const Progress& progress_;
  std::mutex mutex_;
};

/// The first chunk from scratch, the others from its weights, side by side.
void train_chunks(ChunkTraining& training, const series::Scheme& scheme, const SeriesJob& job,
                  const work::Ranks& ranks) {
  const unsigned threads = job.workers;
  const std::size_t chunks = scheme.chunks.size();
  // The first chunk takes as much of the time as its part of the work.
  const double tuned = static_cast<double>(chunks - 1) / (job.independent ? 1 : job.fine_tuning);
  const double lanes = std::min<double>(thread_count(threads) * static_cast<double>(ranks.size()),
                                        std::max<double>(1, tuned));
  const double first_share = 1 / (1 + tuned / lanes);
  if (job.independent) {
    ranks.share(chunks, threads, [&](std::size_t chunk) {
      training.train(chunk, job.start, 1, job.max_seconds * lanes / static_cast<double>(chunks));
      return std::string();
    });
    return;
  }
  const fs::path start = training.folder(0) / "all.weights";
  if (!job.skip_first) {
    const double share = job.scheme_before != nullptr && job.start ? job.fine_tuning : 1;
    ranks.share(1, 1, [&](std::size_t /*first*/) {
      training.train(0, job.start, share, job.max_seconds * first_share);
      return std::string();
    });
  } else if (!fs::exists(start)) {
    throw Error(fmt::format("{} has no trained first chunk, whose training is to be skipped",
                            job.folder.string()),
                "Train it first, without skip_chunk0_train.");
  }
  const double each =
      chunks < 2 ? 0
                 : job.max_seconds * (1 - first_share) * lanes / static_cast<double>(chunks - 1);
  ranks.share(chunks - 1, threads, [&](std::size_t i) {
    training.train(i + 1, start, job.fine_tuning, each);
    return std::string();
  });
}

/// A table of series is one chunk, of samples that are as long as a row; rows differ in scale.
series::SchemeOptions scheme_options(const Schema& schema, const SeriesJob& job) {
  series::SchemeOptions options = job.scheme;
  const std::size_t steps = step_columns(schema).size();
  if (steps > 0) {
    options.chunks = 1;
    options.most_records = static_cast<std::uint32_t>(steps);
    options.self_norm = options.self_norm || options.style == series::Style::kVocabulary;
  }
  return options;
}

}  // namespace

series::SeriesModel train_series(const PrivateTrace& trace, const TwinModel& model,
                                 const SeriesJob& job, const work::Ranks& ranks, std::uint64_t seed,
                                 const Progress& progress) {
  const series::SeriesData data = series_data(trace, model);
  series::SeriesModel result;
  result.scheme = series::choose_scheme(data, scheme_options(trace.schema, job));
  if (job.scheme_before != nullptr) {
    auto chunks = std::move(result.scheme.chunks);
    result.scheme = *job.scheme_before;
    result.scheme.chunks = std::move(chunks);
  }
  result.options = job.options;
  for (std::size_t chunk = 0; job.calibrate && chunk < result.scheme.chunks.size(); ++chunk) {
    result.mixes.push_back(series::mix_of(result.scheme, data, mix_fields(model), chunk));
  }
  ChunkTraining training(result.scheme, job, seed, progress);
  if (ranks.first()) {
    make_work_folder(job.folder);
    remember_seed(job.folder, seed);
    const series::Lexicon lexicon{data.fields, data.vocabularies, result.scheme.embeddings};
    const auto rows = series::coded(data.rows, result.scheme.attributes, data);
    const auto records = series::coded(data.records, result.scheme.features, data);
    for (std::size_t chunk = job.skip_first ? 1 : 0; chunk < result.scheme.chunks.size(); ++chunk) {
      make_work_folder(training.folder(chunk));
      write_samples(series::samples_of(result.scheme, lexicon, data.flows, rows, records, chunk),
                    new_samples(training.folder(chunk), kSamples));
    }
  }
  ranks.barrier();
  train_chunks(training, result.scheme, job, ranks);
  return result;
}

doppelganger::Samples samples_of_chunk(const SeriesJob& job, std::size_t chunk) {
  return doppelganger::read_samples(job.folder / fmt::format("chunk-{}", chunk) / kSamples);
}

}  // namespace tracetwin
