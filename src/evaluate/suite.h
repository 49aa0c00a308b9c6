#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evaluate/copies.h"
#include "evaluate/joint.h"
#include "evaluate/report.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// What a scorer works on.
struct Setting {
  Pair pair;
  const Sample* holdout = nullptr;  ///< rows that were not learned, for safety
  std::string label;                ///< column of labels, empty: none
  std::uint64_t seed = 0;
  EqualTerms terms = {};  ///< for safety
};

/// What a scorer found.
struct Part {
  std::vector<Group> groups;
  std::optional<PairDistances> pairs = {};
};

/// How a scorer works: in pieces, each of which any thread or process makes on its own, and which
/// are then put together. Sums over records are cut by records, what learns by what is learned.
struct Work {
  std::size_t (*pieces)(const Setting& setting);
  std::string (*make)(const Setting& setting, std::size_t piece);
  Part (*join)(const Setting& setting, std::span<const std::string> made);
};

/// One row of the table of scorers: what fills part of a section.
struct Scorer {
  const char* section;
  bool learned;    ///< trains models: left out by --quick
  int cost;        ///< about how long a piece takes; the longest are made first
  bool floor;      ///< also run between two halves of the real trace
  bool memoriser;  ///< also run with the training data in the place of the synthetic trace
  Work work;
  bool of_traffic = false;  ///< means nothing for tables of events
};

/// All scorers, in the order of the report.
std::span<const Scorer> scorers();

}  // namespace tracetwin::evaluate
