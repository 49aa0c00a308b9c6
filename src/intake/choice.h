#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/field.h"
#include "trace/format/format.h"
#include "where/where.h"

namespace tracetwin {

/// A part of a trace that is drawn at random: `keep` of `of`.
struct Sample {
  enum class Unit : std::uint8_t {
    kFlow,  ///< a five-tuple with all that is of it, both directions; addresses and protocol alone
            ///< for what has no ports, so that an ICMP exchange, and fragments, stay together
    kRecord,  ///< a packet or flow record
  };

  std::uint64_t keep = 1;
  std::uint64_t of = 1;
  Unit unit = Unit::kFlow;
  std::uint64_t seed = 0;
  bool rest = false;                  ///< all that the sample does not have, instead of it
  std::vector<std::string> key = {};  ///< of a table of events: the columns that make its flows
};

/// "1/10", or a share such as "0.1" (to a billionth), above 0 and at most 1. Throws Error.
Sample parse_sample(std::string_view text);

/// What of a trace is to be read. Each part says of a packet or record, by nothing but its own
/// content, whether it stays: what is left of a trace is a public function of each record (or
/// conversation), so that a guarantee for what is left is one for the trace (docs/privacy.md).
struct Choice {
  std::string packets;           ///< captures: a filter in the language of libpcap; empty: all
  std::vector<Where> flows;      ///< flow logs: conditions that all have to hold
  std::optional<Window> window;  ///< packets in it, flow records that start in it
  std::optional<Sample> sample;

  bool is_all() const { return packets.empty() && flows.empty() && !window && !sample; }
};

/// `reader` without what is not chosen, which it counts in its skips by reason. Throws Error for a
/// packet filter on what is no capture, conditions on what is no flow log, and what libpcap or the
/// conditions' fields do not know; of the last, at the first record.
AnyReader chosen(AnyReader reader, const Choice& choice);

}  // namespace tracetwin
