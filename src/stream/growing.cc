#include "stream/growing.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "base/error.h"

namespace tracetwin::stream {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks(100);
using Clock = std::chrono::steady_clock;

class GrowingFile final : public ByteSource {
 public:
  GrowingFile(std::filesystem::path path, std::int64_t settle_ns, std::function<bool()> is_over)
      : path_(std::move(path)),
        settle_(settle_ns),
        is_over_(std::move(is_over)),
        file_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (file_ < 0) {
      throw system_error("open", path_.string());
    }
  }
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;
  ~GrowingFile() override { ::close(file_); }

  std::size_t read(std::span<std::byte> buffer) override {
    for (auto since = Clock::now();;) {
      const ssize_t got = ::read(file_, buffer.data(), buffer.size());
      if (got > 0) {
        bytes_ += static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
      }
      if (got < 0 && errno != EINTR) {
        throw system_error("read", path_.string());
      }
      check_length();
      if ((is_over_ && is_over_()) || (settle_.count() > 0 && Clock::now() - since >= settle_)) {
        return 0;
      }
      std::this_thread::sleep_for(kBetweenLooks);
    }
  }
  std::uint64_t bytes_read() const override { return bytes_; }
  bool would_wait() const override { return length() <= bytes_; }

 private:
  std::uint64_t length() const {
    struct stat status = {};
    return ::fstat(file_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : bytes_;
  }
  void check_length() const {
    if (length() < bytes_ || is_replaced()) {
      throw Error(fmt::format("{} {} while it was read", path_.string(),
                              is_replaced() ? "was replaced by another file" : "became shorter"),
                  "Let captures rotate into files of a folder, and stream the folder.");
    }
  }
  bool is_replaced() const {
    struct stat here = {};
    struct stat there = {};
    return ::fstat(file_, &here) == 0 && ::stat(path_.c_str(), &there) == 0 &&
           (here.st_ino != there.st_ino || here.st_dev != there.st_dev);
  }

  std::filesystem::path path_;
  std::chrono::nanoseconds settle_;
  std::function<bool()> is_over_;
  int file_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> growing_file(const std::filesystem::path& path, std::int64_t settle_ns,
                                         std::function<bool()> is_over) {
  return std::make_unique<GrowingFile>(path, settle_ns, std::move(is_over));
}

bool has_settled(const std::filesystem::path& path, std::int64_t settle_ns) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    return false;
  }
  struct timespec now = {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t age =
      (now.tv_sec - status.st_mtim.tv_sec) * kSecond + (now.tv_nsec - status.st_mtim.tv_nsec);
  return age >= settle_ns;
}

}  // namespace tracetwin::stream
