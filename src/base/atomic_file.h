#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tracetwin {

/// Where bytes go. Writers of formats and compressors write to one of these.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  /// Writes all of `bytes`; throws Error (full disk, closed pipe, …).
  virtual void write(std::span<const std::byte> bytes) = 0;
  /// Flushes and makes the output final. Without it nothing is left behind.
  virtual void commit() = 0;

  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
};

/// Keeps what is written in memory.
class MemorySink final : public ByteSink {
 public:
  using ByteSink::write;
  void write(std::span<const std::byte> bytes) override {
    bytes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void commit() override {}
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Opens `path` for writing; "-" is standard output. Bytes go to a temporary file in the same
/// folder, which commit() syncs and renames over `path`; if the sink is destroyed before, or the
/// process is interrupted (SIGINT, SIGTERM, SIGHUP), the temporary is removed and `path` is as it
/// was. Buffered (256 KiB). A path that exists and is not a regular file (/dev/null, a FIFO) is
/// written in place. Throws Error when `path` exists and `force` is false, when it is a folder,
/// or when its folder is missing or read-only.
std::unique_ptr<ByteSink> open_output(const std::filesystem::path& path, bool force);

/// Whether open_output(path) writes in place, with no file of its own to be found later: standard
/// output, a device, a pipe.
bool writes_in_place(const std::filesystem::path& path);

/// Throws the Error that open_output(path, force) would throw, without touching anything; lets a
/// command fail before its long work rather than after.
void check_output(const std::filesystem::path& path, bool force);

/// Installs the handlers that remove unfinished temporaries and then end the process by the same
/// signal. Called once, by main.
void remove_temporaries_on_signals();

}  // namespace tracetwin
