#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "encode/vocabulary.h"
#include "marginal/rake.h"
#include "series/choose.h"
#include "series/scheme.h"

namespace tracetwin::series {

/// One thing that flows, or their records, are told apart by.
struct Aspect {
  enum class Of : std::uint8_t {
    kFlow,      ///< the code of one of the flow's fields
    kRecord,    ///< of each record's
    kLength,    ///< how many records: exactly up to 16, then four steps an octave
    kForward,   ///< of a capture's: packets forward, likewise; of full samples their share
    kBackward,  ///< and backward
  };
  Of of = Of::kFlow;
  std::size_t field = 0;

  friend bool operator==(const Aspect&, const Aspect&) = default;
};

/// How often flows (or records, where an aspect is one of records) have each combination of one or
/// two aspects.
struct MixTable {
  std::vector<Aspect> aspects;
  std::vector<std::uint64_t> cells;  ///< ascending; the first aspect's code in the upper half
  std::vector<double> amounts;       ///< parallel, a sample
};

/// Flows longer than a sample, which a twin puts together from full ones.
struct LongFlows {
  std::uint64_t code = 0;  ///< of the protocol
  double low = 0;          ///< so many records
  double high = 0;
  double flows = 0;  ///< a flow
};

/// What the flows that begin in a chunk are like in the few respects that a twin is to meet: its
/// flows are taken out of more than enough (pick.h). Exact counts of what it was learned from, and
/// as private as that.
struct Mix {
  std::vector<MixTable> tables;
  std::vector<LongFlows> longs;
  double samples = 1;  ///< of a flow: full ones, and one that is not
  double records = 1;  ///< of a flow
  double fill = 1;  ///< part of full samples that is left when long flows are cut to their length
  double repeats = 0;  ///< share of the flows whose five-tuple another one had before
};

/// Which fields say what; see pipeline/series_fields.h.
struct MixFields {
  std::size_t protocol = 4;
  KeyFields key = kFiveTuple;
  std::optional<std::size_t> direction;  ///< of captures; not 0 = forward
};

/// Of the flows that begin in a chunk. `data` is what the scheme was chosen for.
Mix mix_of(const Scheme& scheme, const SeriesData& data, const MixFields& fields,
           std::size_t chunk);

/// The cells of drawn flows.
class MixCells {
 public:
  MixCells(const Scheme& scheme, const Mix& mix, const Lexicon& lexicon, const MixFields& fields);

  /// Numbers of cells rise table by table; behind those of a table is one more, for what it does
  /// not have.
  std::vector<marginal::Amount> of(const DrawnFlow& flow) const;
  /// For so many samples.
  marginal::RakeTargets targets(double samples) const;

 private:
  const Scheme& scheme_;
  const Mix& mix_;
  Lexicon lexicon_;
  MixFields fields_;
};

/// Code of a value of a field, as mixes have it.
std::uint64_t mix_code(const Lexicon& lexicon, std::size_t field, Key key);

}  // namespace tracetwin::series
