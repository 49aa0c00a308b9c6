#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "trace/packet.h"
#include "trace/reader.h"
#include "trace/skips.h"
#include "work/ranks.h"

namespace tracetwin {

/// A part of a trace's packets that one rank reads: a range of a plain pcap file (pcap_range.h), or
/// a file of another format or a packed one as a whole.
struct CapturePiece {
  std::filesystem::path path;
  std::size_t file = 0;  ///< which of the files it is of
  bool whole = true;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// The files cut into pieces of `piece_bytes`, in their order, as the first rank sees them. Throws
/// Error.
inline constexpr std::uint64_t kCapturePiece = 16 << 20;
std::vector<CapturePiece> capture_pieces(const std::vector<std::filesystem::path>& files,
                                         const work::Ranks& ranks,
                                         std::uint64_t piece_bytes = kCapturePiece);

/// What ranks learn when they read the packets of a trace together.
struct SharedCapture {
  SourceInfo info;            ///< of all files (unite())
  std::uint64_t packets = 0;  ///< that were decoded, at all ranks together
  Skips skips;                ///< of all ranks
};

/// Calls `add` with the packets of the conversations that are this rank's (by conversation_hash()),
/// and with their numbers in the trace, in its order; `skip` gives the reason for which a packet is
/// to be left out, or an empty text.
///
/// Pieces are dealt out in turn. In a round, each rank decodes one; then, one after the other, they
/// hand their packets to the ranks whose conversations they are of. Since a piece's beginning is a
/// guess, ranks tell each other where theirs end, and one that began elsewhere begins again; so the
/// packets are those that one reader would have read, and a damaged file ends where it would for
/// it. Memory: the packets of a piece, or kAhead of a file that is read whole.
SharedCapture read_together(const std::vector<CapturePiece>& pieces, const work::Ranks& ranks,
                            const std::function<std::string_view(const Packet&)>& skip,
                            const std::function<void(const Packet&, std::uint64_t)>& add,
                            const Progress& progress);

}  // namespace tracetwin
