#include "cli/console.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "base/atomic_file.h"

namespace tracetwin::cli {

Console::Console(Level level, bool speaks)
    : level_(speaks ? level : Level::kQuiet),
      speaks_(speaks),
      line_(stderr, level_ != Level::kQuiet && ::isatty(STDERR_FILENO) != 0) {}

Console::~Console() {
  for (const auto& log : logs_) {
    if (!failed_) {
      log->end(ranks_.sent());
    }
  }
}

void Console::out(std::string_view text) {
  if (!speaks_) {
    return;
  }
  line_.clear();
  const auto sink = open_output("-", true);
  sink->write(text);
  sink->commit();
}

void Console::note(std::string_view sentence) {
  if (level_ != Level::kQuiet) {
    say(sentence);
  }
}

void Console::note_block(std::string_view lines) {
  if (level_ != Level::kQuiet && !lines.empty()) {
    say(lines.substr(0, lines.size() - 1));
  }
}

void Console::detail(std::string_view sentence) {
  if (level_ == Level::kVerbose) {
    say(sentence);
  }
}

void Console::error(std::string_view what, std::string_view remedy) {
  say(fmt::format("tracetwin: {}", what));
  if (!remedy.empty()) {
    say(remedy);
  }
}

Progress Console::progress() {
  if (!line_.shown() && logs_.empty()) {
    return {};
  }
  return [this](const ProgressEvent& event) {
    line_.update(event);
    for (const auto& log : logs_) {
      log->tell(event);
    }
  };
}

void Console::log_to(const std::filesystem::path& path, const work::Ranks& ranks) {
  ranks_ = ranks;
  logs_.push_back(std::make_unique<work::Log>(path, ranks.rank(), ranks.size()));
}

void Console::log_failure(std::string_view what) {
  failed_ = true;
  for (const auto& log : logs_) {
    log->fail(what);
  }
}

void Console::say(std::string_view line) {
  line_.clear();
  const std::string text = fmt::format("{}\n", line);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

bool stdout_is_closed() {
  pollfd state = {STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace tracetwin::cli
