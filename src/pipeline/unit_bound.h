#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "dp/budget.h"
#include "pipeline/private_trace.h"
#include "schema/field.h"

namespace tracetwin {

/// Whose presence a model hides, and how many of the rows of a trace one of them has at most.
struct UnitBound {
  dp::Unit unit = dp::Unit::kRecord;
  std::size_t rows = 1;
  bool is_row = true;  ///< a unit is one row, so that there is nothing to bound
};

/// What holds where the user says nothing: one record of a flow log, one conversation of a capture;
/// a flow of a flow log is its five-tuple in both directions, with up to 8 records, and a host is
/// a source address (of a conversation: who began it), with up to 32. Throws Error for the record
/// of a capture, whose packets are not independent of each other, and for a bound of a unit that
/// is one row.
UnitBound unit_bound(TraceKind kind, const std::optional<dp::Unit>& unit,
                     const std::optional<std::size_t>& rows);

/// Of a table of events a flow is what has one key, and there are no hosts: throws Error for what
/// it does not have.
void check_unit(const Schema& schema, const UnitBound& bound);

/// Of each row the unit it is of, numbered from 0 on in order of their first rows.
std::vector<std::uint32_t> units_of(const PrivateTrace& trace, const UnitBound& bound);

/// Leaves in the trace at most bound.rows rows of a unit, chosen uniformly by the unit's own rows
/// and `seed` alone, so that a unit more or less changes no other; what is left out is counted.
/// Steps keep the row numbers of before.
void clip(PrivateTrace& trace, const UnitBound& bound, std::uint64_t seed);

}  // namespace tracetwin
