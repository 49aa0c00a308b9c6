#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/autoregressive/records.h"
#include "engine/autoregressive/sampler.h"
#include "pipeline/model.h"
#include "pipeline/private_trace.h"
#include "pipeline/rows.h"

namespace tracetwin {

/// How a capture's packets are best told in tokens: ports of five conversations or more, gaps and
/// payloads in bins, frequent payloads as they are (with `keep_rare` as many as fit). Not private.
tokens::PacketScheme choose_packet_scheme(const PrivateTrace& trace, bool keep_rare = false);

/// A capture's packets as a network's records, each given what is left of its conversation; a
/// conversation is a group. Of very many packets chance takes some.
autoregressive::Records packet_records(const PrivateTrace& trace,
                                       const tokens::PacketScheme& scheme);

/// Packets of a conversation's row, and the row with so many times as many of them.
std::uint64_t packets_in(const Row& row);
Row with_packets_scaled(Row row, double factor);

/// How much conversations are: of a twin's rows, and of a capture.
std::vector<tokens::Magnitude> magnitudes_of(std::span<const Row> rows);
std::vector<tokens::Magnitude> magnitudes_of(const PrivateTrace& trace);

/// The time of the capture's last packet, ns.
std::int64_t end_of_packets(const PrivateTrace& trace);

/// Draws the packets of conversations from a network of packets.
class PacketDrawer {
 public:
  explicit PacketDrawer(const tokens::PacketNetwork& network);

  /// One plan a row, each by its own stream of the seed: what one becomes does not depend on the
  /// others. As many packets each way as the row says, as far as the protocols allow; their gaps
  /// make its duration, which ends before `end_ns`.
  std::vector<ConversationPlan> plans(std::span<const Row> rows,
                                      std::span<const std::uint64_t> streams, std::uint64_t seed,
                                      std::int64_t end_ns, unsigned threads) const;

 private:
  const tokens::PacketNetwork& network_;
  autoregressive::Sampler sampler_;
};

}  // namespace tracetwin
