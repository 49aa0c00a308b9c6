#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include "engine/doppelganger/layout.h"
#include "engine/doppelganger/options.h"
#include "engine/doppelganger/samples.h"
#include "engine/weights.h"

namespace tracetwin::doppelganger {

/// How far flows of a generator are from those that it learns: total variation distance of pairs of
/// choices (among attributes, what the first record has, and the length), mean over the pairs. At
/// most 2,048 flows of each are looked at.
class FidelityProbe {
 public:
  FidelityProbe(const Layout& layout, const Samples& samples);

  double distance(const Options& options, std::uint32_t most_records,
                  const engine::Weights& weights) const;

 private:
  using Row = std::vector<std::uint16_t>;
  std::vector<Row> rows_of(const Samples& samples) const;

  Layout layout_;
  std::vector<Row> real_;
};

/// Distances of the generators that a training kept, in order, as a file: a JSON list of
/// [iteration, distance]. Written atomically; an absent file is an empty history.
using History = std::vector<std::pair<std::uint64_t, double>>;
History read_history(const std::filesystem::path& path);
void write_history(const History& history, const std::filesystem::path& path);

/// Whether the last `patience` of them came no nearer, by 1 %, than the best before. 0: never.
bool has_plateaued(const History& history, std::uint64_t patience);

}  // namespace tracetwin::doppelganger
