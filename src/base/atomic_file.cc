// Unfinished temporaries stand in a fixed table of C strings, because the signal handler that
// removes them may call nothing that allocates or locks.
#include "base/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "base/farewell.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr std::size_t kSlots = 16;

struct Slot {
  std::atomic<bool> claimed = false;
  std::atomic<bool> armed = false;
  char path[4096] = {};
};

std::array<Slot, kSlots>& slots() {
  static std::array<Slot, kSlots> table;
  return table;
}

/// A handler may only read what is whole: length and text are those of one line at a time.
struct Farewell {
  std::atomic<std::size_t> length = 0;
  char text[1024] = {};
};

Farewell& farewell() {
  static Farewell line;
  return line;
}

extern "C" void remove_and_die(int signal_number) {
  for (auto& slot : slots()) {
    if (slot.armed) {
      ::unlink(slot.path);
    }
  }
  if (const std::size_t length = farewell().length; length > 0) {
    static_cast<void>(!::write(STDERR_FILENO, farewell().text, length));
  }
  ::signal(signal_number, SIG_DFL);
  ::raise(signal_number);
}

Slot* claim(const std::string& path) {
  for (auto& slot : slots()) {
    bool expected = false;
    if (path.size() < sizeof slot.path && slot.claimed.compare_exchange_strong(expected, true)) {
      std::memcpy(slot.path, path.c_str(), path.size() + 1);
      slot.armed = true;
      return &slot;
    }
  }
  return nullptr;
}

void release(Slot* slot) {
  if (slot != nullptr) {
    slot->armed = false;
    slot->claimed = false;
  }
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

void write_all(int descriptor, std::span<const std::byte> bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      throw system_error("write", name,
                         errno == ENOSPC ? "Free some space or choose another folder." : "");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

/// Buffers small writes in front of a file descriptor.
class DescriptorSink : public ByteSink {
 public:
  DescriptorSink(int descriptor, std::string name)
      : descriptor_(descriptor), name_(std::move(name)) {
    buffer_.reserve(kBufferBytes);
  }

  void write(std::span<const std::byte> bytes) override {
    if (buffer_.size() + bytes.size() > kBufferBytes) {
      flush();
    }
    if (bytes.size() >= kBufferBytes) {
      put(bytes);
    } else {
      buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    }
  }

  void commit() override { flush(); }

 protected:
  void flush() {
    put(buffer_);
    buffer_.clear();
  }
  /// After each write of bytes to the descriptor.
  virtual void note_written(std::size_t /*bytes*/) {}

  int descriptor_;
  std::string name_;

 private:
  void put(std::span<const std::byte> bytes) {
    write_all(descriptor_, bytes, name_);
    note_written(bytes.size());
  }

  std::vector<std::byte> buffer_;
};

/// A device, a pipe or standard output: written in place, nothing to rename.
class InPlaceSink final : public DescriptorSink {
 public:
  InPlaceSink(int descriptor, std::string name, bool owned)
      : DescriptorSink(descriptor, std::move(name)), owned_(owned) {}
  ~InPlaceSink() override {
    if (owned_) {
      ::close(descriptor_);
    }
  }

 private:
  bool owned_;
};

/// So that a new name, too, is there after the power has failed. Not all file systems can.
void sync_folder_of(const fs::path& path) {
  const int folder = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
}

class TemporaryFile final : public DescriptorSink {
 public:
  TemporaryFile(int descriptor, std::string temporary, std::string target)
      : DescriptorSink(descriptor, std::move(target)),
        temporary_(std::move(temporary)),
        slot_(claim(temporary_)) {}

  ~TemporaryFile() override {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
      ::unlink(temporary_.c_str());
    }
    release(slot_);
  }

  void commit() override {
    flush();
    if (::fsync(descriptor_) != 0 || ::rename(temporary_.c_str(), name_.c_str()) != 0) {
      throw system_error("finish", name_);
    }
    ::close(descriptor_);
    descriptor_ = -1;
    sync_folder_of(name_);
  }

 private:
  /// The disk begins while there is more to come, so that the sync at the end finds little to do.
  void note_written(std::size_t bytes) override {
    constexpr off64_t kAtOnce = 8 << 20;
    written_ += static_cast<off64_t>(bytes);
    if (written_ - begun_ >= kAtOnce) {
      ::sync_file_range(descriptor_, begun_, written_ - begun_, SYNC_FILE_RANGE_WRITE);
      begun_ = written_;
    }
  }

  off64_t written_ = 0;
  off64_t begun_ = 0;  ///< of these the disk has been told
  std::string temporary_;
  Slot* slot_;
};

std::unique_ptr<ByteSink> open_temporary(const fs::path& path) {
  std::error_code ignored;
  const fs::path target = fs::is_symlink(path) ? fs::weakly_canonical(path, ignored) : path;
  std::string temporary =
      (folder_of(target) / fmt::format(".{}.XXXXXX", target.filename().string())).string();
  const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) {
    throw system_error("create a file in", folder_of(target).string(),
                       "Choose a folder that you may write to.");
  }
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(descriptor, 0666 & ~mask);
  return std::make_unique<TemporaryFile>(descriptor, temporary, target.string());
}

}  // namespace

void say_when_ended(std::string_view line) {
  Farewell& kept = farewell();
  kept.length = 0;
  if (!line.empty()) {
    const std::string text =
        fmt::format("{}{}\n", ::isatty(STDERR_FILENO) != 0 ? "\n" : "", line.substr(0, 1000));
    std::memcpy(kept.text, text.data(), text.size());
    kept.length = text.size();
  }
}

bool writes_in_place(const fs::path& path) {
  std::error_code ignored;
  const auto status = fs::status(path, ignored);
  return path == "-" || (fs::exists(status) && !fs::is_regular_file(status));
}

void check_output(const fs::path& path, bool force) {
  if (path == "-") {
    return;
  }
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    throw Error(fmt::format("cannot write {}: it is a folder", path.string()),
                "Name a file inside it.");
  }
  if (!fs::is_directory(folder_of(path), ignored)) {
    throw Error(fmt::format("cannot write {}: there is no folder {}", path.string(),
                            folder_of(path).string()),
                "Create the folder first.");
  }
  if (fs::exists(path, ignored) && !writes_in_place(path) && !force) {
    throw Error(fmt::format("{} exists already", path.string()),
                "Name another output, or add --force to replace it.");
  }
  if (!writes_in_place(path) && ::access(folder_of(path).c_str(), W_OK) != 0) {
    throw system_error("write to", folder_of(path).string(),
                       "Choose a folder that you may write to.");
  }
}

std::unique_ptr<ByteSink> open_output(const fs::path& path, bool force) {
  check_output(path, force);
  if (path == "-") {
    return std::make_unique<InPlaceSink>(STDOUT_FILENO, "standard output", false);
  }
  if (!writes_in_place(path)) {
    return open_temporary(path);
  }
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) {
    throw system_error("open", path.string());
  }
  return std::make_unique<InPlaceSink>(descriptor, path.string(), true);
}

void remove_temporaries_on_signals() {
  slots();
  farewell();
  struct sigaction action = {};
  action.sa_handler = remove_and_die;
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    ::sigaction(signal_number, &action, nullptr);
  }
}

}  // namespace tracetwin
