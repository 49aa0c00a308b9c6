#include "pipeline/pieces.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "base/bytes.h"
#include "base/error.h"
#include "trace/format/format.h"
#include "trace/io/byte_range.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;

/// Numbers the lines as they are in the whole file.
class PieceReader final : public FlowReader {
 public:
  PieceReader(std::unique_ptr<FlowReader> reader, std::uint64_t lines_before)
      : reader_(std::move(reader)), lines_before_(lines_before) {}

  bool next(FlowBatch& batch) override {
    const bool more = reader_->next(batch);
    for (std::uint64_t& line : batch.lines) {
      line += lines_before_;
    }
    skips_ = {};
    for (const Skips::Row& row : reader_->skips().rows()) {
      skips_.add(row.reason, row.first + lines_before_, row.count);
    }
    return more;
  }
  const std::vector<std::string>& extra_columns() const override {
    return reader_->extra_columns();
  }
  const SourceInfo& info() const override { return reader_->info(); }
  const Skips& skips() const override { return skips_; }
  std::uint64_t bytes_read() const override { return reader_->bytes_read(); }

 private:
  std::unique_ptr<FlowReader> reader_;
  std::uint64_t lines_before_;
  Skips skips_;
};

std::unique_ptr<FlowReader> flows_of(AnyReader reader, const fs::path& path) {
  auto* flows = std::get_if<std::unique_ptr<FlowReader>>(&reader);
  if (flows == nullptr) {
    throw Error(fmt::format("{} holds packets, the file before it flow records", path.string()),
                "Give files of one kind.");
  }
  return std::move(*flows);
}

/// A file and where it lies in all of them, one behind the other.
struct File {
  fs::path path;
  std::uint64_t place = 0;
  std::uint64_t size = 0;
  std::uint64_t head = 0;
  bool can_be_cut = false;
};

/// The first line, or of Zeek's log all directives at its beginning.
std::uint64_t head_of(const fs::path& path, bool directives) {
  Buffered input(open_source(path));
  std::string_view line;
  std::uint64_t head = 0;
  for (bool first = true; input.line(line) && (first || (directives && line.starts_with('#')));
       first = false) {
    head = input.offset();
  }
  return head;
}

std::vector<File> files_of(const std::vector<fs::path>& paths) {
  std::vector<File> files;
  std::uint64_t place = 0;
  for (const fs::path& path : paths) {
    const AnyReader reader = open_trace(path);
    const auto* flows = std::get_if<std::unique_ptr<FlowReader>>(&reader);
    const SourceInfo info = flows == nullptr ? SourceInfo() : (*flows)->info();
    std::error_code error;
    File file{path, place, fs::file_size(path, error), 0, false};
    if (error) {
      file.size = 1;
    }
    file.can_be_cut =
        !error && info.compression.empty() && (info.format == "flow-csv" || info.format == "zeek");
    file.head = file.can_be_cut ? head_of(path, info.format == "zeek") : 0;
    place += file.size;
    files.push_back(std::move(file));
  }
  return files;
}

/// Of a file what lies between two places of all files.
std::vector<Piece> cut(const std::vector<File>& files, std::uint64_t begin, std::uint64_t end) {
  std::vector<Piece> pieces;
  for (std::size_t f = 0; f < files.size(); ++f) {
    const File& file = files[f];
    if (!file.can_be_cut) {
      if (file.place >= begin && file.place < end) {
        pieces.push_back({file.path, f});
      }
      continue;
    }
    const auto inside = [&](std::uint64_t place) {
      const std::uint64_t at = std::clamp(place, file.place, file.place + file.size) - file.place;
      return at <= file.head ? file.head : line_at(file.path, at);
    };
    const Piece piece{file.path, f, false, file.head, inside(begin), inside(end)};
    if (piece.begin < piece.end) {
      pieces.push_back(piece);
    }
  }
  return pieces;
}

std::vector<Piece> cut_for(const std::vector<File>& files, const work::Ranks& ranks) {
  const std::uint64_t all = files.back().place + files.back().size;
  const auto place = [&](std::uint64_t rank) {
    return all / ranks.size() * rank + all % ranks.size() * rank / ranks.size();
  };
  return cut(files, place(ranks.rank()), place(ranks.rank() + 1));
}

}  // namespace

std::vector<Piece> own_pieces(const std::vector<fs::path>& paths, const work::Ranks& ranks) {
  std::vector<File> files = files_of(paths);
  std::vector<Piece> pieces = cut_for(files, ranks);
  Packer own;
  for (const Piece& piece : pieces) {
    const LineFacts facts =
        piece.whole ? LineFacts() : line_facts(piece.path, piece.begin, piece.end);
    own.put(piece.file);
    own.put(facts.lines);
    own.put(facts.quotes);
  }
  const std::vector<std::string> told = ranks.exchange(own.take());
  bool quotes = false;
  for (std::size_t rank = 0; rank < told.size(); ++rank) {
    for (Unpacker from(told[rank]); !from.at_end();) {
      const auto file = from.get<std::size_t>();
      const auto lines = from.get<std::uint64_t>();
      const bool has_quotes = from.get<bool>();
      for (Piece& piece : pieces) {
        piece.lines_before += rank < ranks.rank() && piece.file == file ? lines : 0;
      }
      files[file].can_be_cut = files[file].can_be_cut && !has_quotes;
      quotes = quotes || has_quotes;
    }
  }
  if (!quotes) {
    return pieces;
  }
  std::vector<Piece> again = cut_for(files, ranks);
  for (Piece& piece : again) {  // the other files are cut where they were
    const auto before = std::ranges::find(pieces, piece.file, &Piece::file);
    piece.lines_before = piece.whole || before == pieces.end() ? 0 : before->lines_before;
  }
  return again;
}

std::unique_ptr<FlowReader> open_piece(const Piece& piece) {
  if (piece.whole) {
    return flows_of(open_trace(piece.path), piece.path);
  }
  SourceInfo info;
  info.name = shown_name(piece.path);
  auto reader = open_trace(Buffered(range_source(piece.path, piece.head, piece.begin, piece.end)),
                           std::move(info));
  return std::make_unique<PieceReader>(flows_of(std::move(reader), piece.path), piece.lines_before);
}

}  // namespace tracetwin
