#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/progress.h"
#include "pipeline/model.h"
#include "pipeline/packet_queue.h"
#include "pipeline/selection.h"
#include "trace/flow.h"
#include "trace/packet.h"
#include "work/site.h"

namespace tracetwin {

/// What a user asks of generation. The same model and job give the same twin, whatever the number
/// of threads and processes.
struct GenerateJob {
  /// Flow records, or conversations of a capture; absent: as many as the model estimates that the
  /// selection's time holds and its conditions let through.
  std::optional<std::uint64_t> count;
  std::uint64_t seed = 0;
  unsigned threads = 0;
  Selection selection = {};  ///< absent: all that the model makes
  work::Site site = {};      ///< the processes that generate it, and what they keep
};

/// Takes the batches of a flow log, or, where `text` makes texts of them (on any thread, at any
/// process), these texts.
struct FlowSink {
  std::function<void(const FlowBatch&)> write;
  std::function<std::string(const FlowBatch&)> text = {};
  std::function<void(std::string_view text, std::size_t records)> write_text = {};
};

/// Hands a synthetic flow log to `sink`, in order of start, in batches; columns as
/// extra_names(model.schema). Of several processes the first alone gets any. Throws Error when the
/// model is one of a capture, or when the selection is impossible (chosen_rows.h).
void generate_flows(const TwinModel& model, const GenerateJob& job, const Progress& progress,
                    const FlowSink& sink);

/// Takes the packets of a capture: `put` gets the bytes that `pack` made of each, on any thread, at
/// any process.
struct PacketSink {
  PackPacket pack;
  PutPacket put;
};
/// One that takes the packets themselves.
PacketSink whole_packets(std::function<void(const Packet&)> take);

/// Hands the packets of a synthetic capture to `sink`, in order of time (of several processes the
/// first alone gets any), and returns how many conversations they are of: these begin inside the
/// model's window (or the time selected), and end inside it if the user gave it. Memory grows with
/// conversations, not with packets. Throws Error when the model is one of a flow log, or when the
/// selection is impossible.
std::uint64_t generate_packets(const TwinModel& model, const GenerateJob& job,
                               const Progress& progress, const PacketSink& sink);

}  // namespace tracetwin
