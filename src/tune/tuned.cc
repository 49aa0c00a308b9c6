#include "tune/tuned.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/read_file.h"

namespace tracetwin::tune {
namespace {

using nlohmann::ordered_json;

ordered_json entry_json(const Entry& entry, std::size_t rank) {
  ordered_json json = {{"rank", rank},
                       {"options", entry.options},
                       {"preset", entry.preset},
                       {"rung", entry.rung},
                       {"seconds", entry.seconds}};
  json["score"] = entry.score ? ordered_json(entry.score->score) : ordered_json(nullptr);
  json["passes"] = entry.score ? ordered_json(entry.score->passes) : ordered_json(nullptr);
  json["metrics"] = entry.score ? to_json(*entry.score)["metrics"] : ordered_json::array();
  json["fault"] = entry.fault.empty() ? ordered_json(nullptr) : ordered_json(entry.fault);
  return json;
}

ordered_json pilot_json(const std::optional<PilotCost>& pilot) {
  if (!pilot) {
    return nullptr;
  }
  return {{"epsilon", pilot->epsilon}, {"delta", pilot->delta}, {"pilot_share", pilot->share}};
}

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw Error(fmt::format("{} is no configuration of tracetwin tune: {}", path, what),
              "Give a file that tracetwin tune wrote with -o.");
}

double part(const nlohmann::json& json, const char* key, const std::string& path, double most) {
  if (!json.contains(key) || !json[key].is_number() || !(json[key].get<double>() > 0) ||
      !(json[key].get<double>() < most)) {
    refuse(path, fmt::format("\"{}\" of \"privacy\" is not above 0 and below {}", key, most));
  }
  return json[key].get<double>();
}

}  // namespace

ordered_json to_json(const Tuned& tuned, const std::string& made_by) {
  ordered_json board = ordered_json::array();
  for (const Entry& entry : tuned.leaderboard) {
    board.push_back(entry_json(entry, board.size() + 1));
  }
  return {{"schema", "tracetwin-tuned"},
          {"version", 1},
          {"made_by", made_by},
          {"options", tuned.options},
          {"score", tuned.score.score},
          {"passes", tuned.score.passes},
          {"fidelity", to_json(tuned.fidelity)},
          {"searched_on", tuned.searched_on},
          {"privacy", pilot_json(tuned.pilot)},
          {"rungs", tuned.rungs},
          {"complete", tuned.complete},
          {"seed", tuned.seed},
          {"seconds", tuned.seconds},
          {"cpu_seconds", tuned.cpu_seconds},
          {"leaderboard", std::move(board)}};
}

Config read_config(const std::string& path) {
  const auto document = ordered_json::parse(read_file(path), nullptr, false);
  if (!document.is_object() || document.value("schema", "") != "tracetwin-tuned") {
    refuse(path, "it has no \"schema\": \"tracetwin-tuned\"");
  }
  if (!document.contains("options") || !document["options"].is_object()) {
    refuse(path, "\"options\" is not an object");
  }
  Config config;
  config.options = document["options"];
  for (const auto& [name, value] : config.options.items()) {
    if (value.is_structured() || value.is_null()) {
      refuse(path, fmt::format("option \"{}\" is not a text, a number or true", name));
    }
  }
  if (document.contains("fidelity")) {
    config.fidelity = fidelity_from(document["fidelity"], path);
  }
  if (document.contains("privacy") && document["privacy"].is_object()) {
    const nlohmann::json privacy = document["privacy"];
    config.pilot = {part(privacy, "epsilon", path, 1e6), part(privacy, "delta", path, 1),
                    part(privacy, "pilot_share", path, 1)};
  }
  return config;
}

std::string leaderboard_text(const Tuned& tuned) {
  std::string text = fmt::format("{:>4}  {:>6}  {:>4}  {:<6}  {:>7}  {}\n", "rank", "score", "rung",
                                 "passes", "seconds", "configuration");
  std::size_t rank = 0;
  for (const Entry& entry : tuned.leaderboard) {
    text += fmt::format("{:>4}  {:>6}  {:>4}  {:<6}  {:>7.1f}  {}{}{}\n", ++rank,
                        entry.score ? fmt::format("{:.4f}", entry.score->score) : "-",
                        fmt::format("{}/{}", entry.rung, tuned.rungs),
                        entry.score ? (entry.score->passes ? "yes" : "no") : "-", entry.seconds,
                        describe(entry.options), entry.preset ? " (preset)" : "",
                        entry.fault.empty() ? "" : ": " + entry.fault);
  }
  return text;
}

}  // namespace tracetwin::tune
