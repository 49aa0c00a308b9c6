#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "encode/codec.h"
#include "pipeline/model.h"
#include "schema/table.h"

namespace tracetwin {

/// The addresses of one field (kind kAddress) of synthetic records, one a row of `table`: a code
/// that names an address becomes it; behind the other codes, hosts are made up whose numbers of
/// records follow the model's HostSpread, each with records that lie together in port and time.
/// Sources are unicast addresses unless the model's sources often are not (pseudonyms).
std::vector<Key> host_addresses(const TwinModel& model, const Table& table, std::size_t field,
                                std::uint64_t seed);

}  // namespace tracetwin
