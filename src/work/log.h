#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"

namespace tracetwin::work {

/// What a rank tells while it works, as lines of JSON behind what the file holds:
///   {"time", "rank", "event": "begin", "host", "process", "ranks"}
///   {"time", "rank", "event": "progress", "stage", "done", "total", "unit"}
///   {"time", "rank", "event": "end", "sent_bytes", "peak_mb", "cpu_s"}: to other ranks; of memory;
///     of processors; or {…, "event": "error", "what"}
/// Of a stage at most one line a second and the last. From any thread.
class Log {
 public:
  /// Throws Error when the file cannot be written.
  Log(const std::filesystem::path& path, std::size_t rank, std::size_t ranks);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  void tell(const ProgressEvent& event);
  void end(std::uint64_t sent_bytes);
  void fail(std::string_view what);

 private:
  using Clock = std::chrono::steady_clock;
  void write(const nlohmann::ordered_json& line);

  std::size_t rank_;
  int file_ = -1;
  std::mutex mutex_;
  std::string stage_;
  Clock::time_point told_;
};

/// `path` for the first rank, "PATH.rank-N" for another.
std::filesystem::path log_of_rank(const std::filesystem::path& path, std::size_t rank);

/// What a rank's log says of its latest run.
struct RankState {
  std::size_t rank = 0;
  std::string host;
  std::int64_t process = 0;
  bool lives = false;            ///< the process is there; known on its own host only
  std::string heard;             ///< RFC 3339 time of the last line
  std::string event;             ///< "begin", "progress", "end" or "error"
  std::string what;              ///< of an error
  std::vector<std::string> now;  ///< how far its stages are: the last, and each chunk
};
/// Of all logs in a work folder, by rank.
std::vector<RankState> states_in(const std::filesystem::path& folder);

}  // namespace tracetwin::work
