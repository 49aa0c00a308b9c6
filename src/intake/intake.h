#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "intake/choice.h"
#include "intake/places.h"
#include "intake/rewrite.h"
#include "trace/format/format.h"

namespace tracetwin {

/// How traces are read: which files of folders, as what, and what of them.
struct Intake {
  std::vector<FilePattern> patterns;  ///< of the files in folders; empty: all
  ReadAs read_as;
  std::vector<Rewrite> rewrites;  ///< of flow records
  std::string file_column;        ///< further column with the file's name; empty: none
  Choice choice;
};

/// Throws Error for standard input that is named twice, and for patterns where no place has files
/// to choose from.
void check_places(std::span<const std::string> places, std::span<const FilePattern> patterns);

/// All files of all places, which are checked.
std::vector<std::filesystem::path> files_at(std::span<const std::string> places,
                                            std::span<const FilePattern> patterns);

/// The same where they lie on this machine and are read whole and as they are, so that parts of
/// them may be read elsewhere; nothing where they are not.
std::vector<std::filesystem::path> divisible_files_at(std::span<const std::string> places,
                                                      const Intake& intake);

/// Opens the files as one trace (chain.h), of which what is chosen is read. `files` is not empty.
AnyReader open_files(const std::vector<std::filesystem::path>& files, const Intake& intake);

/// Opens what a place stands for in the same way.
TraceOpener opener_of(const Intake& intake);

}  // namespace tracetwin
