#include "work/log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "base/usage.h"

namespace tracetwin::work {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::chrono::seconds kBetweenLines(1);

std::string now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return format_rfc3339(std::chrono::duration_cast<std::chrono::milliseconds>(since).count() *
                        1'000'000);
}

std::string host() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// "training chunk 2 of 4: 120 of 500 iterations".
std::string how_far(const nlohmann::json& line) {
  const auto total = line.value("total", std::uint64_t{0});
  const auto done = line.value("done", std::uint64_t{0});
  const std::string stage = line.value("stage", "");
  const std::string unit = line.value("unit", "");
  return total == 0 ? fmt::format("{}: {} {}", stage, with_thousands(done), unit)
                    : fmt::format("{}: {} of {} {}", stage, with_thousands(done),
                                  with_thousands(total), unit);
}

RankState state_of(const fs::path& path) {
  RankState state;
  std::ifstream file(path, std::ios::binary);
  std::map<std::string, std::string> chunks;
  std::string last;
  for (std::string text; std::getline(file, text);) {
    const auto line = nlohmann::json::parse(text, nullptr, false);
    if (!line.is_object()) {
      continue;  // cut off when its process ended
    }
    state.event = line.value("event", "");
    state.heard = line.value("time", "");
    state.rank = line.value("rank", std::size_t{0});
    if (state.event == "begin") {
      chunks.clear();
      last.clear();
      state.host = line.value("host", "");
      state.process = line.value("process", std::int64_t{0});
    } else if (state.event == "progress") {
      last = how_far(line);
      const std::string stage = line.value("stage", "");
      if (stage.find(" chunk ") != std::string::npos) {
        chunks[stage] = last;
      }
    }
    state.what = line.value("what", "");
  }
  for (const auto& [stage, text] : chunks) {
    state.now.push_back(text);
  }
  if (!last.empty() && std::ranges::find(state.now, last) == state.now.end()) {
    state.now.push_back(last);
  }
  state.lives = state.host == host() && state.process > 0 && state.event != "end" &&
                (::kill(static_cast<pid_t>(state.process), 0) == 0 || errno == EPERM);
  return state;
}

}  // namespace

Log::Log(const fs::path& path, std::size_t rank, std::size_t ranks) : rank_(rank) {
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) {
    throw system_error("write", path.string(), "Choose a place that you may write to.");
  }
  write({{"event", "begin"}, {"host", host()}, {"process", ::getpid()}, {"ranks", ranks}});
}

Log::~Log() {
  ::close(file_);
}

void Log::tell(const ProgressEvent& event) {
  const std::lock_guard lock(mutex_);
  const auto time = Clock::now();
  const bool last = event.total > 0 && event.done >= event.total;
  if (stage_ == event.stage && !last && time - told_ < kBetweenLines) {
    return;
  }
  stage_ = event.stage;
  told_ = time;
  write({{"event", "progress"},
         {"stage", event.stage},
         {"done", event.done},
         {"total", event.total},
         {"unit", event.unit}});
}

void Log::end(std::uint64_t sent_bytes) {
  const std::lock_guard lock(mutex_);
  write({{"event", "end"},
         {"sent_bytes", sent_bytes},
         {"peak_mb", peak_megabytes()},
         {"cpu_s", cpu_seconds()}});
}

void Log::fail(std::string_view what) {
  const std::lock_guard lock(mutex_);
  write({{"event", "error"}, {"what", what}});
}

/// A log that cannot be written any more is no reason to end the work.
void Log::write(const ordered_json& line) {
  ordered_json whole = {{"time", now()}, {"rank", rank_}};
  whole.update(line);
  const std::string text =
      whole.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  [[maybe_unused]] const ssize_t written = ::write(file_, text.data(), text.size());
}

fs::path log_of_rank(const fs::path& path, std::size_t rank) {
  return rank == 0 ? path : fs::path(path.string() + fmt::format(".rank-{}", rank));
}

std::vector<RankState> states_in(const fs::path& folder) {
  std::vector<RankState> states;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder / "log", ignored)) {
    states.push_back(state_of(entry.path()));
  }
  std::ranges::sort(states, {}, &RankState::rank);
  return states;
}

}  // namespace tracetwin::work
