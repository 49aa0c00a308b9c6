// Every key is listed once, in visit(): for writing and for reading.
#include "engine/autoregressive/job.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace tracetwin::autoregressive {
namespace {

constexpr std::uint32_t kMostUnits = 4096;

template <class Visitor, class O>
void visit(Visitor&& visitor, O& options) {
  visitor("embedding", options.embedding);
  visitor("hidden", options.hidden);
  visitor("batch_size", options.batch_size);
  visitor("most_passes", options.most_passes);
  visitor("rate", options.rate);
  visitor("decay", options.decay);
  visitor("average", options.average);
  visitor("dropout", options.dropout);
  visitor("hold_out", options.hold_out);
  visitor("judge_every", options.judge_every);
  visitor("patience", options.patience);
}

void check(const Options& options) {
  const auto is_part = [](double value) { return value >= 0 && value < 1; };
  const bool sound = options.embedding >= 1 && options.embedding <= kMostUnits &&
                     options.hidden >= 1 && options.hidden <= kMostUnits &&
                     options.batch_size >= 1 && options.most_passes >= 1 && options.rate > 0 &&
                     is_part(options.decay) && is_part(options.average) &&
                     is_part(options.dropout) && is_part(options.hold_out) &&
                     options.judge_every >= 1 && options.patience >= 1;
  if (!sound) {
    throw Error("the options of the network are not such that it can be trained",
                "Sizes, rates and patience are positive; parts lie in [0, 1).");
  }
}

}  // namespace

nlohmann::ordered_json to_json(const Options& options) {
  nlohmann::ordered_json json;
  visit([&](const char* key, const auto& value) { json[key] = value; }, options);
  return json;
}

Options parse_options(const nlohmann::json& json) {
  Options options;
  visit(
      [&](const char* key, auto& value) {
        if (!json.is_object() || !json.contains(key) || !json[key].is_number()) {
          throw Error(fmt::format("the network's \"{}\" is not a number", key));
        }
        json[key].get_to(value);
      },
      options);
  check(options);
  return options;
}

nlohmann::ordered_json to_json(const Job& job) {
  nlohmann::ordered_json json = {{"kind", kJobKind},
                                 {"folder", job.folder.string()},
                                 {"seed", job.seed},
                                 {"resume", job.resume},
                                 {"checkpoint_every", job.checkpoint_every},
                                 {"max_seconds", job.max_seconds},
                                 {"device", job.device},
                                 {"options", to_json(job.options)},
                                 {"layout", to_json(job.layout)}};
  if (job.privacy) {
    json["privacy"] = engine::to_json(*job.privacy);
    json["expected_batch"] = job.expected_batch;
  }
  return json;
}

Job parse_job(const nlohmann::json& json) {
  Job job;
  job.folder = json.at("folder").get<std::string>();
  json.at("seed").get_to(job.seed);
  json.at("resume").get_to(job.resume);
  json.at("checkpoint_every").get_to(job.checkpoint_every);
  json.at("max_seconds").get_to(job.max_seconds);
  json.at("device").get_to(job.device);
  job.options = parse_options(json.at("options"));
  job.layout = layout_from(json.at("layout"));
  if (json.contains("privacy")) {
    job.privacy = engine::parse_private_training(json["privacy"]);
    json.at("expected_batch").get_to(job.expected_batch);
  }
  return job;
}

}  // namespace tracetwin::autoregressive
