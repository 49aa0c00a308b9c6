#include "pipeline/train_codes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "engine/doppelganger/worker.h"
#include "engine/engine.h"
#include "pipeline/learn_tokens.h"
#include "pipeline/work_folder.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;
using autoregressive::CodeNetwork;
using autoregressive::Records;

constexpr std::size_t kMostRows = 64;                    // neural/private_sum.h
constexpr std::size_t kMostMade = std::size_t{1} << 20;  // records of the marginals to learn from

void demand(bool holds, const char* what, const char* remedy) {
  if (!holds) {
    throw Error(fmt::format("private training of method autoregressive {}", what), remedy);
  }
}

/// Records that the marginals make, as many as the trace is estimated to hold.
Table made_by(const engine::TableModel& table, const TrainJob& job,
              const std::vector<ImpossiblePair>& impossible, const Progress& progress) {
  engine::GenerateOptions options;
  options.rows = std::min(kMostMade, static_cast<std::size_t>(std::max(1.0, table.records)));
  options.seed = job.seed;
  options.threads = job.threads;
  options.impossible = impossible;
  return engine::generate_table(engine::engines().front(), table, options, progress);
}

engine::Weights learn_privately(const Records& records, autoregressive::Job worker,
                                const Progress& progress) {
  constexpr std::array<std::string_view, 2> kLeft = {"checkpoint", "best.weights"};
  write_records(records, new_samples(worker.folder, "tokens.bin"));
  worker.resume = settle_training({worker.folder, "tokens.bin", kLeft}, worker.resume,
                                  training_identity(to_json(worker)), training_identity);
  doppelganger::run_worker(worker.folder, to_json(worker), [&](const nlohmann::json& line) {
    if (progress && line.contains("iteration")) {
      progress({"training with noise", line.value("iteration", std::uint64_t{0}),
                line.value("iterations", std::uint64_t{0}), "steps"});
    }
  });
  return engine::read_weights(worker.folder / "best.weights");
}

}  // namespace

void check_private_codes(const TrainJob& job, const UnitBound& bound) {
  demand(bound.rows <= kMostRows, "has 64 records of a unit at most", "Lower --unit-bound.");
  demand(job.series.device == "cpu", "runs on the CPU, where its sums are exact",
         "Leave --device away.");
  demand(!job.series.pretraining, "starts from the marginals' own records",
         "Leave --pretrain away.");
}

double pay_for_network(const SeriesJob& job, dp::Ledger& ledger) {
  return ledger.reserve_sampled("network", "clipped slopes by records",
                                kNetworkShare * ledger.rho_total(),
                                {job.sampling_rate, job.private_iterations});
}

CodeNetwork train_codes(const Codes& records, std::vector<std::uint32_t> units,
                        const engine::TableModel& table, const TrainJob& job,
                        const std::vector<ImpossiblePair>& impossible, double noise_multiplier,
                        const Progress& progress) {
  const auto layout = autoregressive::layout_of(table.domain);
  make_work_folder(job.series.folder);
  CodeNetwork network{job.series.tokens, {}};
  Records own = autoregressive::records_of(records);
  own.groups = std::move(units);
  autoregressive::Job worker;
  worker.folder = job.series.folder / "private";
  worker.layout = layout;
  worker.options = network.options;
  worker.seed = job.seed;
  worker.privacy = {job.series.sampling_rate, noise_multiplier,
                    job.series.clip_norm,     job.series.private_iterations,
                    job.insecure_test_seed,   job.site.key("network").string()};
  worker.resume = job.series.resume;
  worker.expected_batch = std::max(1.0, job.series.sampling_rate * table.records);
  make_work_folder(worker.folder);
  // Noise is for what these weights made of the records: whoever goes on takes the very same.
  const fs::path start = worker.folder / "start.weights";
  if (!worker.resume || !fs::exists(start)) {
    const Table made = made_by(table, job, impossible, progress);
    write_weights(learn_tokens(autoregressive::records_of(TableCodes(made)),
                               {job.series.folder / "pretraining", layout, network.options,
                                job.series.max_seconds},
                               job.series, job.seed, progress),
                  start);
  }
  network.weights = learn_privately(own, worker, progress);
  return network;
}

}  // namespace tracetwin
