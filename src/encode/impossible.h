#pragma once

#include <vector>

#include "encode/vocabulary.h"
#include "schema/impossible_pair.h"

namespace tracetwin {

/// The structural zeros of a schema's tables: two addresses of different families; ports with a
/// protocol that has none, and none with one that has; ICMP with IPv6 and ICMPv6 with IPv4; fewer
/// bytes a packet than the headers take, or more than 1500; one packet that lasts; what TCP does
/// with any other protocol. Public: follows from the vocabularies alone. A code stands for many
/// values, of which the ends of every token and some between are looked at; a pair counts as
/// impossible when none of them go together, and only where each of the two codes keeps a partner.
std::vector<ImpossiblePair> impossible_pairs(const Schema& schema,
                                             const std::vector<Vocabulary>& vocabularies);

}  // namespace tracetwin
