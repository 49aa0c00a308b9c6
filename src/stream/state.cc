#include "stream/state.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/read_file.h"

namespace tracetwin::stream {
namespace {

constexpr int kVersion = 2;

}  // namespace

std::optional<State> read_state(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return std::nullopt;
  }
  try {
    const auto json = nlohmann::json::parse(read_file(path));
    if (json.at("version") != kVersion) {
      throw Error(fmt::format("{} was written by another version of tracetwin", path.string()),
                  "Name another output folder.");
    }
    State state;
    state.arguments = json.at("arguments").get<std::vector<std::string>>();
    state.seed = json.at("seed");
    state.epochs = json.at("epochs");
    state.from_ns = json.at("from_ns");
    state.seen = json.at("seen").get<std::vector<std::string>>();
    if (!json.at("last").is_null()) {
      state.last = json.at("last").get<std::uint64_t>();
    }
    state.drift = Drift::from_json(json.at("drift"));
    state.below = json.at("below");
    state.anew = json.at("anew");
    state.anew_score = json.at("anew_score");
    state.behind_seconds = json.at("behind_seconds");
    state.log_bytes = json.at("log_bytes");
    state.owner_log_bytes = json.at("owner_log_bytes");
    state.config = json.at("config");
    return state;
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("{} is not the state of a stream: {}", path.string(), error.what()),
                "Name another output folder, or remove this one if its budget may be spent again.");
  }
}

void write_state(const State& state, const std::filesystem::path& path) {
  const nlohmann::ordered_json json = {
      {"version", kVersion},
      {"arguments", state.arguments},
      {"seed", state.seed},
      {"epochs", state.epochs},
      {"from_ns", state.from_ns},
      {"seen", state.seen},
      {"last", state.last ? nlohmann::ordered_json(*state.last) : nlohmann::ordered_json(nullptr)},
      {"drift", state.drift.to_json()},
      {"below", state.below},
      {"anew", state.anew},
      {"anew_score", state.anew_score},
      {"behind_seconds", state.behind_seconds},
      {"log_bytes", state.log_bytes},
      {"owner_log_bytes", state.owner_log_bytes},
      {"config", state.config}};
  const auto sink = open_output(path, true);
  sink->write(json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  sink->commit();
}

double behind_after(double behind, double epoch_seconds, double seconds) {
  return std::max(0.0, behind + seconds - epoch_seconds);
}

}  // namespace tracetwin::stream
