#include "cli/stream_source.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <string.h>

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "cli/conversion.h"
#include "s3/client.h"
#include "s3/place.h"
#include "stream/growing.h"
#include "stream/table_file.h"
#include "stream/windows.h"

namespace tracetwin::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kBetweenLooks(200);

class FolderSource final : public Source {
 public:
  FolderSource(SourceOptions options, std::vector<FilePattern> patterns)
      : options_(std::move(options)), patterns_(std::move(patterns)) {}

  std::optional<Epoch> next(const stream::State& state) override {
    for (;; std::this_thread::sleep_for(kBetweenLooks)) {
      const std::vector<std::string> names = names_at_place();
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (is_done(names[i], state)) {
          continue;
        }
        const fs::path file = file_of(names[i]);
        if (i + 1 < names.size() || options_.once || s3::is_url(options_.place) ||
            stream::has_settled(file, options_.settle_ns)) {
          const bool behind = !state.seen.empty() && comes_before(names[i], state.seen.back());
          return Epoch{state.epochs + 1, names[i], file, std::nullopt, 0, false, behind};
        }
      }
      if (options_.once) {
        return std::nullopt;
      }
    }
  }

  void pass(const Epoch& epoch, stream::State& state) override {
    const auto place = std::ranges::lower_bound(state.seen, epoch.name, comes_before);
    state.seen.insert(place, epoch.name);
    if (state.seen.size() > stream::kMostSeen) {
      state.seen.erase(state.seen.begin());
    }
  }

 private:
  /// Numbers in names count as numbers: cap2 comes before cap10.
  static bool comes_before(const std::string& a, const std::string& b) {
    return ::strverscmp(a.c_str(), b.c_str()) < 0;
  }

  fs::path file_of(const std::string& name) const {
    return s3::is_url(options_.place) ? fs::path(prefix_ + name) : fs::path(options_.place) / name;
  }

  std::vector<std::string> names_at_place() {
    std::vector<std::string> names =
        s3::is_url(options_.place) ? names_of_objects() : names_in_folder();
    std::erase_if(names, [&](const std::string& name) { return !is_wanted(name); });
    std::ranges::sort(names, comes_before);
    return names;
  }

  std::vector<std::string> names_in_folder() const {
    std::vector<std::string> names;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(options_.place, failed)) {
      std::error_code ignored;
      if (entry.is_regular_file(ignored)) {
        names.push_back(entry.path().filename().string());
      }
    }
    if (failed) {
      throw Error(fmt::format("{} cannot be listed: {}", options_.place, failed.message()));
    }
    return names;
  }

  /// Those right below the prefix.
  std::vector<std::string> names_of_objects() {
    s3::Place place = s3::parse_place(options_.place);
    place.key += place.key.empty() || place.key.ends_with('/') ? "" : "/";
    prefix_ = s3::url_of(place);
    std::vector<std::string> names;
    for (const std::string& key : s3::Client(place.bucket).list(place.key)) {
      const std::string name = key.substr(place.key.size());
      if (!name.empty() && name.find('/') == std::string::npos) {
        names.push_back(name);
      }
    }
    return names;
  }

  /// Not what is hidden, and not what nfcapd is still writing.
  bool is_wanted(const std::string& name) const {
    if (name.starts_with('.') || name.starts_with("nfcapd.current")) {
      return false;
    }
    return patterns_.empty() || std::ranges::any_of(patterns_, [&](const FilePattern& pattern) {
             return fits(name, pattern);
           });
  }

  static bool fits(const std::string& name, const FilePattern& pattern) {
    return pattern.find_first_of("*?[") == std::string::npos
               ? name.ends_with(pattern)
               : ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  }

  /// Names before all that are remembered were forgotten since they are done.
  static bool is_done(const std::string& name, const stream::State& state) {
    return std::ranges::binary_search(state.seen, name, comes_before) ||
           (state.seen.size() >= stream::kMostSeen && comes_before(name, state.seen.front()));
  }

  SourceOptions options_;
  std::vector<FilePattern> patterns_;
  std::string prefix_;  ///< of objects, with the '/' at its end
};

class WindowSource final : public Source {
 public:
  WindowSource(SourceOptions options, Intake intake, fs::path work)
      : options_(std::move(options)), intake_(std::move(intake)), work_(std::move(work)) {}

  std::optional<Epoch> next(const stream::State& state) override {
    if (auto kept = kept_window(state)) {
      return kept;
    }
    open(state.from_ns);
    const auto begin = windows_->next();
    if (!begin) {
      return std::nullopt;
    }
    const fs::path file = work_ / fmt::format("{}.{}.{}{}", epoch_name(state.epochs + 1), *begin,
                                              windows_->take_late(), suffix_);
    write_window(windows_->reader(), file);
    return kept_window(state);
  }

  void pass(const Epoch& epoch, stream::State& state) override {
    state.from_ns = epoch.window.value().end;
  }

 private:
  void write_window(AnyReader reader, const fs::path& file) const {
    if (options_.events) {
      stream::write_table(*std::get<std::unique_ptr<FlowReader>>(reader), file);
    } else {
      convert_trace(std::move(reader), {format_for_output(file, kind_), file, true}, {});
    }
  }

  void open(std::int64_t from_ns) {
    if (windows_) {
      return;
    }
    AnyReader reader = opened();
    kind_ = std::holds_alternative<std::unique_ptr<FlowReader>>(reader) ? TraceKind::kFlows
                                                                        : TraceKind::kPackets;
    const auto* frames = std::get_if<std::unique_ptr<FrameReader>>(&reader);
    suffix_ = frames == nullptr                      ? ".csv"
              : (*frames)->info().format == "pcapng" ? ".pcapng"
                                                     : ".pcap";
    windows_.emplace(std::move(reader), options_.epoch_ns, from_ns);
  }

  AnyReader opened() const {
    if (!options_.follow || options_.place == "-") {
      return opener_of(intake_)(options_.place);
    }
    SourceInfo info;
    info.name = options_.place;
    return chosen(
        open_trace(Buffered(stream::growing_file(options_.place, 0)), info, intake_.read_as),
        intake_.choice);
  }

  /// A window that was cut, by this run or one that was ended before it was done with it. Its
  /// file's name tells its number, its begin, and how many records were left out before it.
  std::optional<Epoch> kept_window(const stream::State& state) const {
    std::error_code ignored;
    const std::string name = epoch_name(state.epochs + 1) + ".";
    for (const auto& entry : fs::directory_iterator(work_, ignored)) {
      const std::string file = entry.path().filename().string();
      std::int64_t begin = 0;
      std::uint64_t late = 0;
      if (file.starts_with(name) &&
          std::sscanf(file.c_str() + name.size(), "%" SCNd64 ".%" SCNu64 ".", &begin, &late) == 2) {
        return Epoch{state.epochs + 1,
                     "",
                     entry.path(),
                     Window{begin, begin + options_.epoch_ns},
                     late,
                     false,
                     false};
      }
    }
    return std::nullopt;
  }

  SourceOptions options_;
  Intake intake_;
  fs::path work_;
  TraceKind kind_ = TraceKind::kFlows;
  std::string suffix_;
  std::optional<stream::Windows> windows_;
};

/// Windows of a public time.
class ClockSource final : public Source {
 public:
  explicit ClockSource(SourceOptions options) : options_(std::move(options)) {}

  std::optional<Epoch> next(const stream::State& state) override {
    const Window within = options_.within.value();
    const std::int64_t begin = std::max(state.from_ns, within.begin);
    if (begin >= within.end) {
      return std::nullopt;
    }
    const std::int64_t end = std::min(begin + options_.epoch_ns, within.end);
    while (options_.follow && now_ns() < end + options_.settle_ns) {
      std::this_thread::sleep_for(kBetweenLooks);
    }
    return Epoch{state.epochs + 1, "", options_.place, Window{begin, end}, 0, true, false};
  }

  void pass(const Epoch& epoch, stream::State& state) override {
    state.from_ns = epoch.window.value().end;
  }

 private:
  static std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

  SourceOptions options_;
};

}  // namespace

bool is_cut_by_time(const SourceOptions& options) {
  return !is_many(options.place) || (s3::is_url(options.place) && options.epoch_ns > 0);
}

std::unique_ptr<Source> open_source_of_epochs(const SourceOptions& options, const Intake& intake,
                                              const fs::path& work) {
  if (!is_cut_by_time(options)) {
    if (options.follow) {
      throw Error("a folder is followed unless --once is given; --follow is for files",
                  "Leave --follow away.");
    }
    return std::make_unique<FolderSource>(options, intake.patterns);
  }
  if (options.epoch_ns <= 0) {
    throw Error(fmt::format("{} is one trace, and nothing says how long its epochs are",
                            shown_name(options.place)),
                "Give --epoch, such as --epoch 1h; or a folder, whose files are epochs.");
  }
  if (options.once) {
    throw Error("--once is for folders: a file ends where it ends", "Leave --once away.");
  }
  if (options.within) {
    if (options.place == "-") {
      throw Error("what comes from standard input cannot be read once for every epoch",
                  "Name a file.");
    }
    return std::make_unique<ClockSource>(options);
  }
  return std::make_unique<WindowSource>(options, intake, work);
}

}  // namespace tracetwin::cli
