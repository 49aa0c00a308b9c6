#pragma once

#include <cstdint>

#include "pipeline/model.h"
#include "schema/table.h"

namespace tracetwin {

/// Makes the two addresses of every synthetic record (codes of the schema's first fields) a
/// possible pair (encode/address_kind.h): a record whose pair is not takes both from a random
/// record whose pair is, of the same protocol if there is one. Pairs of one family are restored
/// always; what kinds of places may speak with each other only if no more than one record in ten
/// breaks it: else the trace's addresses are pseudonyms and their kinds mean nothing.
void make_pairs_possible(const TwinModel& model, Table& table, std::uint64_t seed);

}  // namespace tracetwin
