#include "cli/stream_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/error.h"
#include "base/text.h"

namespace tracetwin::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr double kMegabyte = 1e6;

/// Memory of this process now, MB.
double resident_megabytes() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  file >> pages >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / kMegabyte;
}

ordered_json number_or_null(const std::optional<double>& number) {
  return number ? ordered_json(*number) : ordered_json(nullptr);
}

ordered_json window_json(const EpochLine& line, bool is_public) {
  if (line.epoch.window) {
    return {format_rfc3339(line.epoch.window->begin), format_rfc3339(line.epoch.window->end)};
  }
  if (is_public || !line.result || line.result->end_ns == 0) {
    return nullptr;
  }
  return {format_rfc3339(line.result->begin_ns), format_rfc3339(line.result->end_ns)};
}

ordered_json budget_json(const EpochResult& result, const StreamPlan& plan, std::uint64_t epochs) {
  if (!plan.horizon) {
    return nullptr;
  }
  return {{"statement", result.ledger.statement() + " over the horizon"},
          {"rho_total", result.ledger.rho_total},
          {"epochs", epochs},
          {"horizon", *plan.horizon}};
}

ordered_json head(const EpochLine& line, bool is_public) {
  return {{"epoch", line.epoch.number},
          {"status", line.result ? "done" : "left out"},
          {"window", window_json(line, is_public)}};
}

ordered_json public_json(const EpochLine& line, const StreamPlan& plan, std::uint64_t epochs) {
  ordered_json json = head(line, true);
  if (line.result) {
    json["budget"] = budget_json(*line.result, plan, epochs);
  }
  return json;
}

ordered_json owner_json(const EpochLine& line, const StreamPlan& plan, std::uint64_t epochs) {
  ordered_json json = head(line, false);
  json["file"] = line.epoch.name.empty() ? ordered_json(nullptr) : ordered_json(line.epoch.name);
  json["late"] = line.epoch.late;
  json["behind_others"] = line.epoch.behind_others;
  json["seconds"] = line.seconds;
  json["behind_seconds"] = line.behind_seconds;
  json["resident_mb"] = resident_megabytes();
  if (!line.result) {
    json["why"] = line.fault;
    return json;
  }
  const EpochResult& result = *line.result;
  json["records"] = result.records;
  json["skipped"] = result.skipped;
  json["went_on"] = result.goes_on;
  json["anew"] = result.anew.empty() ? ordered_json(nullptr) : ordered_json(result.anew);
  json["fidelity"] = result.score ? tune::to_json(*result.score) : ordered_json(nullptr);
  json["unjudged"] =
      result.unjudged.empty() ? ordered_json(nullptr) : ordered_json(result.unjudged);
  json["before"] = result.before ? tune::to_json(*result.before) : ordered_json(nullptr);
  json["watched"] = number_or_null(result.watched);
  json["drift_limit"] = number_or_null(result.limit);
  json["drift"] = result.drift;
  json["tuned"] = line.tuned.empty() ? ordered_json(nullptr) : ordered_json(line.tuned);
  json["budget"] = budget_json(result, plan, epochs);
  return json;
}

void cut(const fs::path& path, std::uint64_t bytes) {
  std::error_code ignored;
  if (fs::exists(path, ignored) && fs::file_size(path, ignored) > bytes) {
    fs::resize_file(path, bytes);
  }
}

std::uint64_t append(const fs::path& path, const ordered_json& json) {
  const std::string text = json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) {
    throw system_error("open", path.string());
  }
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  if (!written) {
    throw system_error("write", path.string());
  }
  return fs::file_size(path);
}

}  // namespace

std::string epoch_text(const EpochLine& line) {
  if (!line.result) {
    return fmt::format("epoch {}: left out ({:.1f} s)", line.epoch.number, line.seconds);
  }
  const EpochResult& result = *line.result;
  return fmt::format(
      "epoch {}: {} {}, {}{}{}, {} ({:.1f} s)", line.epoch.number, with_thousands(result.records),
      result.kind == TraceKind::kPackets ? "packets" : "records",
      result.score ? fmt::format("score {:.3f}", result.score->score) : "not judged",
      result.before ? fmt::format(", of the model before {:.3f}", result.before->score) : "",
      result.drift ? ", drift" : "", result.goes_on ? "went on" : "learned anew", line.seconds);
}

StreamLog::StreamLog(const fs::path& out, const fs::path& owner, const stream::State& state)
    : public_(out / "stream.jsonl"), owner_(owner / "stream.jsonl") {
  cut(public_, state.log_bytes);
  if (owner_ != public_) {
    std::error_code ignored;
    fs::create_directories(owner, ignored);
    fs::permissions(owner, fs::perms::owner_all, ignored);
    cut(owner_, state.owner_log_bytes);
  }
}

void StreamLog::add(const EpochLine& line, const StreamPlan& plan, stream::State& next) const {
  if (owner_ != public_) {
    next.owner_log_bytes = append(owner_, owner_json(line, plan, next.epochs));
    next.log_bytes = append(public_, public_json(line, plan, next.epochs));
  } else {
    next.log_bytes = append(public_, owner_json(line, plan, next.epochs));
  }
}

}  // namespace tracetwin::cli
