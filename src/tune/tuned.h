#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tune/score.h"
#include "tune/space.h"
#include "tune/spec.h"

namespace tracetwin::tune {

/// How far a candidate came.
struct Entry {
  OptionValues options;
  bool preset = false;
  std::size_t rung = 0;        ///< the last that it was tried on, from 1; 0: none
  std::optional<Score> score;  ///< there; nothing: it failed
  std::string fault;           ///< why it failed, or was not tried; empty: it did not
  double seconds = 0;          ///< of all its trials
  std::string trial;           ///< name of the last one
};

/// What of a privacy budget the search has spent.
struct PilotCost {
  double epsilon = 0;  ///< the whole budget
  double delta = 0;
  double share = 0;  ///< of it
};

/// What a search found: the document tuned.json (docs/tune_and_stream.md).
struct Tuned {
  OptionValues options;  ///< of train, the chosen ones
  Score score;
  Fidelity fidelity;
  std::string searched_on;  ///< one sentence, with what it cost
  std::optional<PilotCost> pilot;
  std::vector<Entry> leaderboard;  ///< best first
  std::size_t rungs = 0;
  std::uint64_t seed = 0;
  double seconds = 0;
  double cpu_seconds = 0;
  bool complete = true;  ///< not ended by the time limit
};

nlohmann::ordered_json to_json(const Tuned& tuned, const std::string& made_by);

/// What other commands need of it.
struct Config {
  OptionValues options;
  Fidelity fidelity;
  std::optional<PilotCost> pilot;
};
/// Throws Error naming the file, the key and what was expected.
Config read_config(const std::string& path);

/// The leaderboard as a table for a terminal.
std::string leaderboard_text(const Tuned& tuned);

}  // namespace tracetwin::tune
