#include "intake/intake.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "intake/chain.h"
#include "s3/place.h"

namespace tracetwin {
namespace {

std::string name_of(const std::vector<std::filesystem::path>& files) {
  return files.size() == 1
             ? shown_name(files.front())
             : fmt::format("{} and {} more", shown_name(files.front()), files.size() - 1);
}

}  // namespace

void check_places(std::span<const std::string> places, std::span<const FilePattern> patterns) {
  if (!patterns.empty() && std::none_of(places.begin(), places.end(), is_many)) {
    throw Error(
        fmt::format("patterns choose among the files of a folder, and {} is none", places.front()),
        "Leave --files away, or name the folder.");
  }
  if (std::count(places.begin(), places.end(), "-") > 1) {
    throw Error("standard input is named more than once", "Name it once; it can be read but once.");
  }
}

std::vector<std::filesystem::path> files_at(std::span<const std::string> places,
                                            std::span<const FilePattern> patterns) {
  check_places(places, patterns);
  std::vector<std::filesystem::path> files;
  for (const std::string& place : places) {
    const auto more = files_at(place, patterns);
    files.insert(files.end(), more.begin(), more.end());
  }
  return files;
}

std::vector<std::filesystem::path> divisible_files_at(std::span<const std::string> places,
                                                      const Intake& intake) {
  const bool as_they_are = intake.choice.is_all() && intake.read_as.format.empty() &&
                           intake.read_as.columns.empty() && intake.rewrites.empty() &&
                           intake.file_column.empty();
  const bool here = std::none_of(places.begin(), places.end(), [](const std::string& place) {
    return place == "-" || s3::is_url(place);
  });
  return as_they_are && here ? files_at(places, intake.patterns)
                             : std::vector<std::filesystem::path>();
}

AnyReader open_files(const std::vector<std::filesystem::path>& files, const Intake& intake) {
  const auto open = [read_as = intake.read_as, rewrites = intake.rewrites,
                     name = intake.file_column](const std::filesystem::path& file) {
    AnyReader reader = open_trace(file, read_as);
    auto* flows = std::get_if<std::unique_ptr<FlowReader>>(&reader);
    if (flows != nullptr && !name.empty()) {
      *flows = with_column(std::move(*flows), name, file.filename().string());
    }
    if (flows != nullptr && !rewrites.empty()) {
      *flows = rewritten(std::move(*flows), rewrites);
    }
    return reader;
  };
  return chosen(chain(files, open, name_of(files)), intake.choice);
}

TraceOpener opener_of(const Intake& intake) {
  return [intake](const std::filesystem::path& place) {
    return open_files(files_at(place.string(), intake.patterns), intake);
  };
}

}  // namespace tracetwin
