#include "pipeline/learn_tokens.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "engine/doppelganger/worker.h"
#include "pipeline/work_folder.h"

namespace tracetwin {
namespace {

using autoregressive::Job;
using nlohmann::json;

constexpr const char* kSamples = "tokens.bin";
constexpr std::array<std::string_view, 3> kLeft = {"checkpoint", "best.weights", "start.weights"};

void tell(const json& line, const Progress& progress) {
  if (!progress || !line.contains("iteration")) {
    return;
  }
  const json judged = line.value("best", json());
  const std::string stage =
      judged.is_number()
          ? fmt::format("training ({:.3f} nats a record held out)", judged.get<double>())
          : std::string("training");
  progress({stage, line.value("iteration", std::uint64_t{0}),
            line.value("iterations", std::uint64_t{0}), "steps"});
}

}  // namespace

engine::Weights learn_tokens(const autoregressive::Records& records, const TokenTraining& training,
                             const SeriesJob& job, std::uint64_t seed, const Progress& progress) {
  Job worker;
  worker.folder = training.folder;
  worker.layout = training.layout;
  worker.options = training.options;
  worker.seed = seed;
  worker.max_seconds = training.max_seconds;
  worker.device = job.device;
  make_work_folder(worker.folder);
  write_records(records, new_samples(worker.folder, kSamples));
  worker.resume = settle_training({worker.folder, kSamples, kLeft}, job.resume,
                                  training_identity(to_json(worker)), training_identity);
  if (training.start != nullptr && !worker.resume) {
    write_weights(*training.start, worker.folder / "start.weights");
  }
  doppelganger::run_worker(worker.folder, to_json(worker),
                           [&](const json& line) { tell(line, progress); });
  return engine::read_weights(worker.folder / "best.weights");
}

}  // namespace tracetwin
