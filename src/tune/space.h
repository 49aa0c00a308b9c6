#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace tracetwin::tune {

/// Options of a command by their long names without dashes, and what they are given: a text, a
/// number, true for a flag; "network.KEY" is --network KEY=VALUE.
using OptionValues = nlohmann::ordered_json;

/// The same as they would be typed.
std::vector<std::string> arguments_of(const OptionValues& options);
/// For people: "autoregressive, hidden 256, dropout 0.3".
std::string describe(const OptionValues& options);

/// What may be chosen.
struct Candidate {
  OptionValues options;
  bool preset = false;  ///< what the program takes by itself; first of all candidates
};

/// What the presets and the methods of this build have to offer.
struct Offer {
  bool networks = true;  ///< the program that trains them is there
  bool is_private = false;
  bool packets = false;
  std::string method;  ///< this one only; empty: all
};
std::vector<Candidate> usual_candidates(const Offer& offer);

/// [{OPTION: VALUE or [VALUE, …], …}, …]: of each entry every combination of its values; and before
/// them the preset of `offer`. Throws Error naming `name` and the entry.
std::vector<Candidate> parse_space(std::string_view text, const std::string& name,
                                   const Offer& offer);

inline constexpr std::size_t kMostCandidates = 500;

}  // namespace tracetwin::tune
