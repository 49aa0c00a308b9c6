#include "cli/series_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/named.h"
#include "base/text.h"
#include "cli/options.h"
#include "engine/doppelganger/job.h"
#include "pipeline/work_folder.h"

namespace tracetwin::cli {
namespace {

constexpr const char* kGroup = "Networks (--method doppelganger, autoregressive)";
constexpr const char* kPrivateGroup =
    "Time-series networks with a guarantee (--method doppelganger --epsilon)";

constexpr std::uint64_t kKept = 10;  // checkpoints along a training

struct StyleRow {
  std::string_view name;
  series::Style style;
};
constexpr std::array kStyles = {StyleRow{"vocabulary", series::Style::kVocabulary},
                                StyleRow{"published", series::Style::kPublished}};

/// Options of the networks of both kinds, as JSON.
using Networks = std::array<nlohmann::json, 2>;

/// KEY=VALUE over the options as JSON, so that names and types are those of the model file.
void apply(const std::string& text, Networks& networks) {
  const std::size_t equals = text.find('=');
  const std::string key = text.substr(0, equals);
  const bool known = networks[0].contains(key) || networks[1].contains(key);
  if (equals == std::string::npos || !known) {
    std::vector<std::string> keys;
    for (const nlohmann::json& options : networks) {
      for (const auto& [name, value] : options.items()) {
        keys.push_back(name);
      }
    }
    throw Error(fmt::format("--network {} is not KEY=VALUE with a key of the networks", text),
                fmt::format("Keys are {}.", fmt::join(keys, ", ")));
  }
  const std::string value = text.substr(equals + 1);
  const auto parsed = nlohmann::json::parse(value, nullptr, false);
  for (nlohmann::json& options : networks) {
    if (options.contains(key)) {
      options[key] = parsed.is_discarded() ? nlohmann::json(value) : parsed;
    }
  }
}

/// Beside the output; of one that has no place, among the system's temporary files.
std::filesystem::path folder_for(const SeriesOptions& options, const std::string& output,
                                 std::uint64_t seed) {
  if (!options.folder.empty()) {
    return options.folder;
  }
  return writes_in_place(output)
             ? std::filesystem::temp_directory_path() / fmt::format("tracetwin-{}.work", seed)
             : std::filesystem::path(output + ".work");
}

void add_private_series(CLI::App& app, SeriesOptions& options) {
  app.add_option("--pretrain", options.pretraining,
                 "Public trace of the same kind to train on first; without it, a private twin that "
                 "the method cliquetree makes")
      ->type_name("FILE")
      ->group(kPrivateGroup);
  add_whole(app, "--private-iterations", "Steps whose critics see the real trace", 1, 10'000'000,
            [&](std::uint64_t steps) { options.job.private_iterations = steps; })
      ->default_str(std::to_string(options.job.private_iterations))
      ->group(kPrivateGroup);
  app.add_option("--sampling-rate", options.job.sampling_rate,
                 "Chance of a conversation to be in a critic step's batch")
      ->check(CLI::Range(1e-6, 1.0))
      ->capture_default_str()
      ->group(kPrivateGroup);
  app.add_option("--clip-norm", options.job.clip_norm,
                 "Longest slope that one conversation adds to a critic step")
      ->check(CLI::Range(1e-6, 1e6))
      ->capture_default_str()
      ->group(kPrivateGroup);
}

}  // namespace

void add_series(CLI::App& app, SeriesOptions& options) {
  add_whole(app, "--iterations", "Steps of the generator in training", 1, 100'000'000,
            [&](std::uint64_t steps) { options.job.options.iterations = steps; })
      ->default_str(std::to_string(options.job.options.iterations))
      ->group(kGroup);
  add_whole(app, "--chunks", "Time slices; the first is trained, the others tuned from it", 1, 1000,
            [&](std::uint64_t chunks) { options.job.scheme.chunks = chunks; })
      ->default_str("1")
      ->group(kGroup);
  add_whole(app, "--max-flow-length", "Records of a sample; longer flows are cut into several", 1,
            1'000'000,
            [&](std::uint64_t most) {
              options.job.scheme.most_records = static_cast<std::uint32_t>(most);
            })
      ->default_str("100")
      ->group(kGroup);
  app.add_option(
         "--coding", options.style,
         "vocabulary: fields as choices among a vocabulary's codes; published: as NetShare, "
         "bits, embedded ports and numbers")
      ->type_name("STYLE")
      ->default_str("vocabulary")
      ->group(kGroup);
  app.add_option(
         "--rare", options.rare,
         "Method autoregressive: generalise makes up values that fewer than five records have; "
         "keep learns them as they are, and gives them away")
      ->type_name("HOW")
      ->check(CLI::IsMember({"generalise", "keep"}))
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--network", options.network,
                 "Any other key of the networks, such as sample_len=5; give it again for more")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->take_all()
      ->group(kGroup);
  add_duration(app, "--max-train-time", options.max_time_ns,
               "Stop training after this time and take what there is")
      ->group(kGroup);
  app.add_option("--work-folder", options.folder,
                 "Keep what is done here (private!), so that the same command goes on where it "
                 "was ended; networks without it: beside the output, until training is done")
      ->type_name("FOLDER");
  add_whole(app, "--candidates", "Checkpoints that are compared at the end; 1 takes the last", 1,
            1000, [&](std::uint64_t most) { options.job.candidates = most; })
      ->default_str(std::to_string(options.job.candidates))
      ->group(kGroup);
  add_whole(app, "--patience",
            "Stop when so many checkpoints in a row came no nearer to the trace; 0 never", 0, 1000,
            [&](std::uint64_t most) { options.job.patience = most; })
      ->default_str(std::to_string(options.job.patience))
      ->group(kGroup);
  app.add_flag("--no-calibration{false}", options.job.calibrate,
               "Leave the generator as it was trained, though it makes some choices too often")
      ->group(kGroup);
  app.add_flag("--resume", options.job.resume, "Go on from the checkpoints in the work folder")
      ->group(kGroup);
  app.add_option("--device", options.job.device, "cpu or cuda")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str()
      ->group(kGroup);
  add_private_series(app, options);
}

SeriesJob series_job(const SeriesOptions& options, const std::string& output, std::uint64_t seed) {
  SeriesJob job = options.job;
  if (!options.style.empty()) {
    job.scheme.style = row_named(std::span<const StyleRow>(kStyles), options.style, "coding").style;
  }
  Networks networks = {doppelganger::to_json(job.options), autoregressive::to_json(job.tokens)};
  for (const std::string& text : options.network) {
    apply(text, networks);
  }
  job.options = doppelganger::parse_options(networks[0]);
  job.tokens = autoregressive::parse_options(networks[1]);
  job.keep_rare = options.rare == "keep";
  job.keep_every = std::max<std::uint64_t>(1, job.options.iterations / kKept);
  job.scheme.seed = seed;
  job.max_seconds = static_cast<double>(options.max_time_ns) / 1e9;
  job.folder = folder_for(options, output, seed);
  if (!options.pretraining.empty()) {
    job.pretraining = options.pretraining;
  }
  return job;
}

std::optional<std::uint64_t> seed_to_resume(const SeriesOptions& options,
                                            const std::string& output) {
  return options.job.resume ? remembered_seed(folder_for(options, output, 0)) : std::nullopt;
}

std::filesystem::path series_folder(const SeriesOptions& options, const std::string& output) {
  return folder_for(options, output, 0);
}

void clear_work(const SeriesOptions& options, const SeriesJob& job) {
  if (options.folder.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(job.folder, ignored);
  }
}

}  // namespace tracetwin::cli
