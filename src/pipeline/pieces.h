#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "trace/reader.h"
#include "work/ranks.h"

namespace tracetwin {

/// What a rank reads of one file of flow records.
struct Piece {
  std::filesystem::path path;
  std::size_t file = 0;  ///< which of the files it is of
  bool whole = true;
  std::uint64_t head = 0;   ///< bytes of the lines that say what the columns are
  std::uint64_t begin = 0;  ///< of the piece; lines begin there
  std::uint64_t end = 0;
  std::uint64_t lines_before = 0;  ///< of the file, between its head and the piece
};

/// Divides files of flow records among ranks, by bytes: those of a rank follow upon those of the
/// rank before. Files of text (flow CSV, Zeek's TSV) are cut between lines, unless they have
/// quotes, inside which lines may end; others, and packed ones, are left whole. Throws Error.
std::vector<Piece> own_pieces(const std::vector<std::filesystem::path>& files,
                              const work::Ranks& ranks);

/// Its records, with the numbers that their lines have in the file. Throws Error.
std::unique_ptr<FlowReader> open_piece(const Piece& piece);

}  // namespace tracetwin
