#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/doppelganger/layout.h"
#include "engine/doppelganger/samples.h"
#include "series/coding.h"
#include "series/flows.h"

namespace tracetwin::series {

/// Which chunks a flow is said to be in, when there are several (NetShare's flow tags).
enum class Tags : std::uint8_t {
  kAlways,        ///< multichunk_dep_v2: in every sample of the flow
  kWhereItBegins  ///< multichunk_dep_v1: in the sample of the chunk that it starts in
};
enum class TimeCoding : std::uint8_t {
  kGaps,  ///< where the flow starts in the chunk, and the time since the record before
  kRaw    ///< of each record, where it lies in the chunk
};

/// How flows become samples of a time-series network and back: everything but the networks.
///
/// Attributes are, in order: `attributes`; with more than one chunk the flow tags (it starts in
/// this chunk, then for each chunk whether it has records there), a choice of two each; and with
/// gaps where the flow starts in the chunk. Features of a record are: its time, then `features`.
///
/// A flow that goes on from an earlier chunk keeps its time line: it "starts" at 0 of the chunk,
/// and the gap before its first record there is counted from the chunk's begin.
struct Scheme {
  std::vector<Coding> attributes;
  std::vector<Coding> features;
  TimeCoding times = TimeCoding::kGaps;
  Coding start;  ///< kReal: share of the chunk
  Coding gap;    ///< kReal: microseconds, or with raw times the share of the chunk
  Tags tags = Tags::kAlways;
  /// Continuous features are scaled to each sample's own range, which becomes additional attributes
  /// (DoppelGANger's auto-normalisation).
  bool self_norm = false;
  std::uint32_t most_records = 1;  ///< of a sample; longer flows are cut into several
  std::vector<Chunk> chunks;
  std::vector<Embedding> embeddings;

  bool has_tags() const { return chunks.size() > 1; }
  std::size_t tags_at() const;   ///< place of the first tag among the attributes' numbers
  std::size_t start_at() const;  ///< of the start
};

doppelganger::Layout layout_of(const Scheme& scheme);

/// The samples of one chunk. `rows` are the keys of owners, `records` those of records (the same
/// columns for a flow log); both parallel to the lexicon's fields, choices as codes.
doppelganger::Samples samples_of(const Scheme& scheme, const Lexicon& lexicon, const Flows& flows,
                                 const KeyColumns& rows, const KeyColumns& records,
                                 std::size_t chunk);

/// A flow of a twin inside one chunk.
struct DrawnFlow {
  std::vector<Key> row;                    ///< parallel to the lexicon's fields
  std::vector<std::int64_t> time_ns;       ///< of each record
  std::vector<std::vector<Key>> features;  ///< [records][fields]; what is no feature is 0
};

/// What sample `index` means; its features begin at record `first` of the samples. Times stay
/// inside the chunk: a flow that would outlast it is hastened.
DrawnFlow flow_of(const Scheme& scheme, const Lexicon& lexicon,
                  const doppelganger::Samples& samples, std::size_t index, std::size_t first,
                  const Chunk& chunk, Random& random);

/// Reading and changing the tags of a sample's attributes.
bool starts_here(const Scheme& scheme, std::span<const float> attributes);
bool has_records_in(const Scheme& scheme, std::span<const float> attributes, std::size_t chunk);
/// The attributes of the same flow in a chunk that it does not start in.
void carry(const Scheme& scheme, std::span<float> attributes);

}  // namespace tracetwin::series
