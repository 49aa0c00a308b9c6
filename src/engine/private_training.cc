#include "engine/private_training.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace tracetwin::engine {
namespace {

template <class Visitor, class P>
void visit(Visitor&& visitor, P& privacy) {
  visitor("sampling_rate", privacy.sampling_rate);
  visitor("noise_multiplier", privacy.noise_multiplier);
  visitor("clip_norm", privacy.clip_norm);
  visitor("steps", privacy.steps);
}

void demand(bool holds, const char* option, const char* rule) {
  if (!holds) {
    throw Error(fmt::format("option \"{}\" of private training must be {}", option, rule));
  }
}

}  // namespace

nlohmann::ordered_json to_json(const PrivateTraining& privacy) {
  nlohmann::ordered_json json;
  visit([&](const char* key, const auto& value) { json[key] = value; }, privacy);
  if (privacy.insecure_test_seed) {
    json["insecure_test_seed"] = *privacy.insecure_test_seed;
  }
  if (!privacy.key_file.empty()) {
    json["key_file"] = privacy.key_file;
  }
  return json;
}

PrivateTraining parse_private_training(const nlohmann::json& json) {
  PrivateTraining privacy;
  const auto read = [&](const char* key, auto& value) {
    if (!json.is_object() || !json.contains(key) || !json[key].is_number()) {
      throw Error(fmt::format("the job's \"{}\" of private training is not a number", key));
    }
    json[key].get_to(value);
  };
  visit(read, privacy);
  if (json.contains("insecure_test_seed")) {
    read("insecure_test_seed", privacy.insecure_test_seed.emplace());
  }
  privacy.key_file = json.value("key_file", std::string());
  return privacy;
}

void check(const PrivateTraining& privacy) {
  demand(privacy.sampling_rate > 0 && privacy.sampling_rate <= 1, "sampling_rate",
         "above 0 and at most 1");
  demand(privacy.clip_norm > 0 && std::isfinite(privacy.clip_norm), "clip_norm", "above 0");
  demand(privacy.noise_multiplier > 0 ||
             (privacy.noise_multiplier == 0 && privacy.insecure_test_seed.has_value()),
         "noise_multiplier", "above 0");
}

}  // namespace tracetwin::engine
