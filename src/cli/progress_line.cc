#include "cli/progress_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace tracetwin::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenDrawings(100);
constexpr std::uint64_t kBarCells = 20;

std::string quantity(std::uint64_t amount, std::string_view unit) {
  return unit == "bytes" ? human_bytes(amount) : fmt::format("{} {}", with_thousands(amount), unit);
}

std::string bar(double share) {
  const auto full = static_cast<std::uint64_t>(share * static_cast<double>(kBarCells));
  return fmt::format("{:3.0f} %  [{:=<{}}{:<{}}]  ", share * 100, "", full, "", kBarCells - full);
}

}  // namespace

std::string describe(const ProgressEvent& event, std::chrono::nanoseconds elapsed) {
  std::string text = fmt::format("{:<12} ", event.stage);
  if (event.total > 0) {
    text += bar(std::min(1.0, static_cast<double>(event.done) / static_cast<double>(event.total)));
  }
  return text +
         fmt::format("{}  {}", quantity(event.done, event.unit), format_duration(elapsed.count()));
}

ProgressLine::ProgressLine(std::FILE* stream, bool shown)
    : stream_(stream), shown_(shown), coloured_(std::getenv("NO_COLOR") == nullptr) {}

void ProgressLine::update(const ProgressEvent& event) {
  const auto now = Clock::now();
  if (stage_ != event.stage) {
    stage_ = event.stage;
    stage_began_ = now;
  } else if (now - last_drawn_ < kBetweenDrawings) {
    return;
  }
  if (!shown_) {
    return;
  }
  last_drawn_ = now;
  const std::string text = describe(event, now - stage_began_);
  fmt::print(stream_, "\r{}{}{}\x1b[K", coloured_ ? "\x1b[36m" : "", text,
             coloured_ ? "\x1b[0m" : "");
  std::fflush(stream_);
  visible_ = true;
}

void ProgressLine::clear() {
  if (visible_) {
    std::fputs("\r\x1b[K", stream_);
    std::fflush(stream_);
    visible_ = false;
  }
}

}  // namespace tracetwin::cli
