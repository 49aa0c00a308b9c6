#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dp/counts.h"
#include "encode/codec.h"
#include "encode/conversations.h"

namespace tracetwin::series {

/// Columns of keys in memory, one a field.
using KeyColumns = std::vector<std::vector<Key>>;

/// A trace as flows of records, in order of their first record. Private.
struct Flows {
  std::vector<std::uint32_t> owner;   ///< row that has each flow's attributes
  std::vector<std::size_t> begin;     ///< first of each flow's records, and the end behind the last
  std::vector<std::uint32_t> record;  ///< row of each record's features, flow by flow
  std::vector<std::int64_t> time_ns;  ///< parallel to record; rises within a flow
  /// Parallel to owner: number of the conversation, as pipeline/unit_bound.h has it, that the flow
  /// is part of; in order of their first flows.
  std::vector<std::uint32_t> unit;

  std::size_t size() const { return owner.size(); }
  std::size_t length(std::size_t flow) const { return begin[flow + 1] - begin[flow]; }
};

/// Fields that tell flows apart, by their places among a trace's fields.
using KeyFields = std::vector<std::size_t>;
/// Source and destination, their ports and the protocol.
inline const KeyFields kFiveTuple = {0, 1, 2, 3, 4};

/// Records of a flow log with the same `keys` are one flow (without any, each record is one);
/// times are ns. Of five-tuples the two directions are one unit, else each flow is.
Flows flows_of_records(const KeyColumns& columns, std::size_t time_column,
                       const KeyFields& keys = kFiveTuple);

/// Conversations of a capture with their packets, of which `steps` has all: a flow each.
Flows flows_of_conversations(const std::vector<Key>& starts,
                             const std::vector<StepInContext>& steps);

/// A time slice.
struct Chunk {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  std::uint64_t flows = 0;    ///< that have a record in it
  std::uint64_t records = 0;  ///< in it
};

/// Slices of equal time, those without a record left out.
std::vector<Chunk> chunks_of_equal_time(const Flows& flows, std::size_t count);
/// Slices of about equally many records.
std::vector<Chunk> chunks_of_equal_size(const Flows& flows, std::size_t count);

}  // namespace tracetwin::series
