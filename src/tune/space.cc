#include "tune/space.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace tracetwin::tune {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kNetwork = "network.";

std::string text_of(const ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string preset_method(const Offer& offer) {
  if (!offer.method.empty()) {
    return offer.method;
  }
  return offer.is_private || !offer.networks ? "cliquetree" : "autoregressive";
}

Candidate preset_of(const Offer& offer) {
  return {{{"method", preset_method(offer)}}, true};
}

/// Behind the presets: what is worth trying of each method.
std::vector<ordered_json> ideas(const Offer& offer) {
  std::vector<ordered_json> all = {{{"method", "cliquetree"}}, {{"method", "netdpsyn"}}};
  if (offer.packets) {
    all.push_back({{"method", "cliquetree"}, {"packets-per-flow", 3}});
    all.push_back({{"method", "cliquetree"}, {"packets-per-flow", 12}});
  }
  if (offer.networks) {
    all.push_back({{"method", "autoregressive"}});
  }
  if (offer.networks && !offer.is_private) {
    for (const double dropout : {0.1, 0.3}) {
      all.push_back({{"method", "autoregressive"}, {"network.dropout", dropout}});
    }
    all.push_back({{"method", "autoregressive"}, {"network.hidden", 256}});
    all.push_back({{"method", "autoregressive"}, {"network.rate", 0.0015}});
    all.push_back(
        {{"method", "autoregressive"}, {"network.embedding", 32}, {"network.hidden", 192}});
    all.push_back({{"method", "doppelganger"}});
  }
  return all;
}

void add(ordered_json options, std::vector<Candidate>& candidates) {
  const bool known = std::ranges::any_of(
      candidates, [&](const Candidate& other) { return other.options == options; });
  if (!known) {
    candidates.push_back({std::move(options), false});
  }
}

/// Every combination of the values of an entry's lists.
std::vector<ordered_json> combinations(const ordered_json& entry, const std::string& name,
                                       std::size_t index) {
  std::vector<ordered_json> made = {ordered_json::object()};
  for (const auto& [key, value] : entry.items()) {
    const ordered_json values = value.is_array() ? value : ordered_json::array({value});
    std::vector<ordered_json> longer;
    for (const ordered_json& begun : made) {
      for (const ordered_json& one : values) {
        if (one.is_structured() || one.is_null()) {
          throw Error(fmt::format("{}: \"{}\" of entry {} is not a text, a number, true or a list "
                                  "of such",
                                  name, key, index),
                      R"(Such as [{"method": "autoregressive", "network.dropout": [0.1, 0.3]}].)");
        }
        longer.push_back(begun);
        longer.back()[key] = one;
      }
    }
    made = std::move(longer);
    if (made.size() > kMostCandidates) {
      throw Error(
          fmt::format("{}: entry {} has more than {} combinations", name, index, kMostCandidates),
          "Give fewer values.");
    }
  }
  return made;
}

}  // namespace

std::vector<std::string> arguments_of(const OptionValues& options) {
  std::vector<std::string> arguments;
  for (const auto& [key, value] : options.items()) {
    if (key.starts_with(kNetwork)) {
      arguments.push_back("--network");
      arguments.push_back(fmt::format("{}={}", key.substr(kNetwork.size()), text_of(value)));
    } else if (value.is_boolean()) {
      if (value.get<bool>()) {
        arguments.push_back("--" + key);
      }
    } else {
      arguments.push_back("--" + key);
      arguments.push_back(text_of(value));
    }
  }
  return arguments;
}

std::string describe(const OptionValues& options) {
  std::string text;
  for (const auto& [key, value] : options.items()) {
    const std::string name = key.starts_with(kNetwork) ? key.substr(kNetwork.size()) : key;
    text += text.empty() ? "" : ", ";
    text += key == "method" ? text_of(value) : fmt::format("{} {}", name, text_of(value));
  }
  return text;
}

std::vector<Candidate> usual_candidates(const Offer& offer) {
  std::vector<Candidate> candidates = {preset_of(offer)};
  for (ordered_json& idea : ideas(offer)) {
    if (offer.method.empty() || idea["method"] == offer.method) {
      add(std::move(idea), candidates);
    }
  }
  return candidates;
}

std::vector<Candidate> parse_space(std::string_view text, const std::string& name,
                                   const Offer& offer) {
  const auto document = ordered_json::parse(text, nullptr, false);
  if (!document.is_array() || document.empty()) {
    throw Error(fmt::format("{} is not a list of sets of options", name),
                R"(Such as [{"method": "autoregressive", "network.dropout": [0.1, 0.3]}].)");
  }
  std::vector<Candidate> candidates = {preset_of(offer)};
  for (std::size_t i = 0; i < document.size(); ++i) {
    if (!document[i].is_object() || document[i].empty()) {
      throw Error(fmt::format("{}: entry {} is not a set of options", name, i),
                  R"(Such as {"method": "cliquetree"}.)");
    }
    for (ordered_json& options : combinations(document[i], name, i)) {
      if (!options.contains("method") && !offer.method.empty()) {
        options["method"] = offer.method;
      }
      add(std::move(options), candidates);
    }
  }
  if (candidates.size() > kMostCandidates) {
    throw Error(fmt::format("{} has more than {} candidates", name, kMostCandidates),
                "Give fewer values.");
  }
  return candidates;
}

}  // namespace tracetwin::tune
