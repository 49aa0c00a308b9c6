#include "pipeline/capture_pieces.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "base/bytes.h"
#include "pipeline/packed_packets.h"
#include "trace/assemble.h"
#include "trace/format/format.h"
#include "trace/format/pcap/pcap_range.h"
#include "trace/source_info.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kAhead = std::size_t{1} << 20;

/// What ranks tell each other of their pieces.
struct Border {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t frames = 0;
  bool is_cut = false;
};

/// A piece while this rank reads it.
class OwnPiece {
 public:
  explicit OwnPiece(CapturePiece piece) : piece_(std::move(piece)) {
    if (piece_.whole) {
      reader_ = packets_of(open_trace(piece_.path));
      fill();
    } else {
      const std::uint64_t head = pcap_head(piece_.path);
      begin_at(piece_.begin <= head ? head : pcap_record_near(piece_.path, piece_.begin));
    }
  }

  void begin_at(std::uint64_t place) {
    auto range = open_pcap_range(piece_.path, place, piece_.end);
    range_ = range.get();
    reader_ = packets_of(std::move(range));
    begin_ = place;
    fill();
  }

  Border border() const {
    return piece_.whole ? Border()
                        : Border{begin_, range_->place(), range_->position(), range_->is_cut()};
  }

  /// The packets decoded, of a piece that is read whole a part; of a range all.
  std::vector<Packet> take() {
    std::vector<Packet> part = std::exchange(packets_, {});
    if (more_) {
      fill();
    }
    return part;
  }
  bool more() const { return more_ || !packets_.empty(); }
  const Skips& skips() const { return reader_->skips(); }
  const SourceInfo& info() const { return reader_->info(); }

 private:
  void fill() {
    packets_.clear();
    more_ = true;
    for (Packet packet; more_ && (range_ != nullptr || packets_.size() < kAhead);) {
      more_ = reader_->next(packet);
      if (more_) {
        packets_.push_back(packet);
      }
    }
  }

  CapturePiece piece_;
  PcapRangeReader* range_ = nullptr;  ///< behind the decoder, unless the piece is whole
  std::unique_ptr<PacketReader> reader_;
  std::uint64_t begin_ = 0;
  std::vector<Packet> packets_;
  bool more_ = false;
};

/// Where reading stands between two pieces; the same at all ranks.
struct Front {
  std::optional<std::size_t> file;
  std::uint64_t place = 0;   ///< where the next record of the file begins
  std::uint64_t frames = 0;  ///< of the file so far
  bool is_cut = false;       ///< nothing more of the file is read
};

/// The front behind a piece; nothing when the piece does not begin there.
std::optional<Front> behind(Front front, const CapturePiece& piece, const Border& border) {
  if (front.file != piece.file) {
    front = {piece.file, border.begin, 0, false};
  }
  if (piece.whole || front.is_cut) {
    return front;
  }
  if (front.place != border.begin) {
    return std::nullopt;
  }
  return Front{front.file, border.end, front.frames + border.frames, border.is_cut};
}

class Together {
 public:
  Together(const std::vector<CapturePiece>& pieces, const work::Ranks& ranks,
           const std::function<std::string_view(const Packet&)>& skip,
           const std::function<void(const Packet&, std::uint64_t)>& add, const Progress& progress)
      : pieces_(pieces), ranks_(ranks), skip_(skip), add_(add), progress_(progress) {}

  SharedCapture read() {
    for (std::size_t first = 0; first < pieces_.size(); first += ranks_.size()) {
      round(first, std::min(pieces_.size(), first + ranks_.size()));
    }
    shared_.info = united_info();
    shared_.skips = united_skips();
    return std::move(shared_);
  }

 private:
  void round(std::size_t first, std::size_t end) {
    const std::size_t mine = first + ranks_.rank();
    std::optional<OwnPiece> own;
    if (mine < end) {
      own.emplace(pieces_[mine]);
    }
    const std::vector<Front> fronts = agree(first, end, own);
    for (std::size_t piece = first; piece < end; ++piece) {
      const Front& before = fronts[piece - first];
      if (before.file != pieces_[piece].file || !before.is_cut) {
        hand_out(piece, piece == mine ? &*own : nullptr);
      }
      if (piece == mine && !(before.file == pieces_[piece].file && before.is_cut)) {
        note_skips(piece, own->skips(), before.file == pieces_[piece].file ? before.frames : 0);
      }
    }
    if (mine < end) {
      note_info(mine, own->info());
    }
    front_ = fronts.back();
  }

  /// The front before each piece of a round and behind the last, once all begin where the one
  /// before ended.
  std::vector<Front> agree(std::size_t first, std::size_t end, std::optional<OwnPiece>& own) {
    for (;;) {
      Packer told;
      told.put(own ? own->border() : Border());
      std::vector<Border> borders;
      for (const std::string& text : ranks_.exchange(told.take())) {
        borders.push_back(Unpacker(text).get<Border>());
      }
      std::vector<Front> fronts = {front_};
      for (std::size_t piece = first; piece < end; ++piece) {
        const auto next = behind(fronts.back(), pieces_[piece], borders[piece - first]);
        if (!next) {
          if (piece == first + ranks_.rank()) {
            own->begin_at(fronts.back().place);
          }
          break;
        }
        fronts.push_back(*next);
      }
      if (fronts.size() == end - first + 1) {
        return fronts;
      }
    }
  }

  /// Hands the packets of a piece to the ranks that they belong to; `own` at the one that has it.
  void hand_out(std::size_t piece, OwnPiece* own) {
    const std::size_t root = piece % ranks_.size();
    for (bool more = true; more;) {
      std::vector<std::string> parts;
      if (own != nullptr) {
        parts = sorted_out(piece, own->take(), *own);
      }
      const std::string part = ranks_.hand_out(root, std::move(parts));
      Unpacker from(part);
      more = from.get<bool>();
      const auto packets = from.get<std::uint64_t>();
      unpack_packets(from.get_text(), [&](std::uint32_t at, const Packet& packet) {
        add_(packet, shared_.packets + at + 1);
      });
      shared_.packets += packets;
      if (progress_) {
        progress_({"reading", shared_.packets, 0, "packets"});
      }
    }
  }

  std::vector<std::string> sorted_out(std::size_t piece, const std::vector<Packet>& packets,
                                      const OwnPiece& own) {
    std::vector<PacketPacker> for_rank(ranks_.size());
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const std::string_view reason = skip_(packets[i]);
      if (!reason.empty()) {
        note(piece, reason, shared_.packets + i + 1, 1);
        continue;
      }
      constexpr unsigned kUnlikeTables = 40;  // bits that tables of flows do not use
      const std::uint64_t hash = conversation_hash(packets[i].tuple) >> kUnlikeTables;
      for_rank[hash % ranks_.size()].put(static_cast<std::uint32_t>(i), packets[i]);
    }
    std::vector<std::string> parts;
    for (PacketPacker& packed : for_rank) {
      Packer part;
      part.put(own.more());
      part.put(std::uint64_t{packets.size()});
      part.put_text(packed.take());
      parts.push_back(part.take());
    }
    return parts;
  }

  void note_skips(std::size_t piece, const Skips& skips, std::uint64_t frames_before) {
    for (const Skips::Row& row : skips.rows()) {
      note(piece, row.reason, row.first + frames_before, row.count);
    }
  }

  void note(std::size_t piece, std::string_view reason, std::uint64_t first, std::uint64_t count) {
    skips_.resize(pieces_.size());
    skips_[piece].add(reason, first, count);
  }

  /// By piece, whoever read it.
  Skips united_skips() {
    skips_.resize(pieces_.size());
    Packer own;
    for (std::size_t piece = 0; piece < skips_.size(); ++piece) {
      for (const Skips::Row& row : skips_[piece].rows()) {
        own.put(piece);
        own.put_text(row.reason);
        own.put(row.first);
        own.put(row.count);
      }
    }
    std::vector<Skips> all(pieces_.size());
    for (const std::string& told : ranks_.exchange(own.take())) {
      for (Unpacker from(told); !from.at_end();) {
        Skips& of_piece = all[from.get<std::size_t>()];
        const std::string_view reason = from.get_text();
        const auto first = from.get<std::uint64_t>();
        of_piece.add(reason, first, from.get<std::uint64_t>());
      }
    }
    Skips united;
    for (const Skips& of_piece : all) {
      united.merge(of_piece);
    }
    return united;
  }

  void note_info(std::size_t piece, const SourceInfo& info) {
    infos_.put(piece);
    infos_.put_text(info.name);
    infos_.put_text(info.format);
    infos_.put_text(info.compression);
    infos_.put_list(info.link_types);
    infos_.put_list(info.header_links);
    infos_.put(info.snap_length);
    infos_.put(info.nanoseconds);
  }

  SourceInfo united_info() {
    std::map<std::size_t, SourceInfo> by_piece;
    for (const std::string& told : ranks_.exchange(infos_.take())) {
      for (Unpacker from(told); !from.at_end();) {
        SourceInfo& info = by_piece[from.get<std::size_t>()];
        info.name = from.get_text();
        info.format = from.get_text();
        info.compression = from.get_text();
        info.link_types = from.get_list<LinkType>();
        info.header_links = from.get_list<LinkType>();
        info.snap_length = from.get<std::uint32_t>();
        info.nanoseconds = from.get<bool>();
      }
    }
    SourceInfo all = by_piece.begin()->second;
    for (const auto& [piece, info] : by_piece) {
      unite(all, info);
    }
    return all;
  }

  const std::vector<CapturePiece>& pieces_;
  const work::Ranks& ranks_;
  const std::function<std::string_view(const Packet&)>& skip_;
  const std::function<void(const Packet&, std::uint64_t)>& add_;
  const Progress& progress_;
  SharedCapture shared_;
  Packer infos_;  ///< of own pieces
  Front front_;
  std::vector<Skips> skips_;  ///< by piece
};

}  // namespace

std::vector<CapturePiece> capture_pieces(const std::vector<fs::path>& files,
                                         const work::Ranks& ranks, std::uint64_t piece_bytes) {
  std::vector<std::uint64_t> sizes;  // 0: not to be cut
  for (std::size_t f = 0; ranks.first() && f < files.size(); ++f) {
    sizes.push_back(pcap_head(files[f]) == 0 ? 0 : fs::file_size(files[f]));
  }
  Packer told;
  told.put_list(sizes);
  const std::string bytes = ranks.from_first(told.take());
  sizes = Unpacker(bytes).get_list<std::uint64_t>();
  std::vector<CapturePiece> pieces;
  for (std::size_t f = 0; f < files.size(); ++f) {
    if (sizes[f] == 0) {
      pieces.push_back({files[f], f});
    }
    for (std::uint64_t begin = 0; begin < sizes[f]; begin += piece_bytes) {
      pieces.push_back({files[f], f, false, begin, std::min(sizes[f], begin + piece_bytes)});
    }
  }
  return pieces;
}

SharedCapture read_together(const std::vector<CapturePiece>& pieces, const work::Ranks& ranks,
                            const std::function<std::string_view(const Packet&)>& skip,
                            const std::function<void(const Packet&, std::uint64_t)>& add,
                            const Progress& progress) {
  return Together(pieces, ranks, skip, add, progress).read();
}

}  // namespace tracetwin
