#pragma once

#include <cstdint>
#include <vector>

#include "encode/codec.h"
#include "pipeline/model.h"
#include "trace/packet.h"

namespace tracetwin {

/// The packets of one conversation of a twin, in order of time, appended to `packets`: those of a
/// decoded row (keys parallel to the fields of a capture's schema), the same for the same row and
/// `seed` and `stream`. Conversations end inside the model's window if the user gave it, which
/// `window_end` is then in the twin.
void compile_row(const TwinModel& model, const std::vector<Key>& row, std::int64_t window_end,
                 std::uint64_t seed, std::uint64_t stream, std::vector<Packet>& packets);

/// The row that those packets are read back as when they stand alone and are written with the
/// digits of the capture's clock; empty when they are not one conversation.
std::vector<Key> row_of_packets(const TwinModel& model, std::vector<Packet> packets);

}  // namespace tracetwin
