/// A file is told to be compressed by its first bytes: gzip 1f 8b 08 (RFC 1952), zstd 28 b5 2f fd
/// or a skippable frame 5x 2a 4d 18 (RFC 8878). The unpackers live in unpack.cc.
#include "trace/io/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "s3/place.h"
#include "trace/io/object_source.h"
#include "trace/io/unpack.h"

namespace tracetwin {

namespace {

class FileSource final : public ByteSource {
 public:
  FileSource(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  ~FileSource() override {
    if (descriptor_ != STDIN_FILENO) {
      ::close(descriptor_);
    }
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  std::size_t read(std::span<std::byte> buffer) override {
    ssize_t count = 0;
    do {
      count = ::read(descriptor_, buffer.data(), buffer.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
      throw system_error("read", name_);
    }
    bytes_read_ += static_cast<std::uint64_t>(count);
    return static_cast<std::size_t>(count);
  }

  std::uint64_t bytes_read() const override { return bytes_read_; }
  bool would_wait() const override {
    struct pollfd state = {descriptor_, POLLIN, 0};
    return ::poll(&state, 1, 0) == 0;
  }

 private:
  int descriptor_;
  std::string name_;
  std::uint64_t bytes_read_ = 0;
};

/// A source whose first bytes can be looked at before they are read.
class PeekedSource final : public ByteSource {
 public:
  explicit PeekedSource(std::unique_ptr<ByteSource> inner) : inner_(std::move(inner)) {
    while (end_ < head_.size()) {
      const std::size_t count =
          inner_->read(std::as_writable_bytes(std::span(head_)).subspan(end_));
      if (count == 0) {
        break;
      }
      end_ += count;
    }
  }

  std::string_view head() const { return {head_.data(), end_}; }

  std::size_t read(std::span<std::byte> buffer) override {
    if (begin_ == end_) {
      return inner_->read(buffer);
    }
    const std::size_t count = std::min(buffer.size(), end_ - begin_);
    std::memcpy(buffer.data(), head_.data() + begin_, count);
    begin_ += count;
    return count;
  }

  std::uint64_t bytes_read() const override { return inner_->bytes_read(); }
  std::string_view damage() const override { return inner_->damage(); }
  bool would_wait() const override { return begin_ == end_ && inner_->would_wait(); }

 private:
  std::unique_ptr<ByteSource> inner_;
  std::array<char, 4> head_ = {};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t count = std::min(buffer.size(), bytes_.size() - position_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(position_), count, buffer.begin());
    position_ += count;
    return count;
  }

  std::uint64_t bytes_read() const override { return position_; }

 private:
  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
};

std::unique_ptr<ByteSource> open_raw(const std::filesystem::path& path) {
  if (s3::is_url(path.native())) {
    return object_source(path.native());
  }
  if (path == "-") {
    return std::make_unique<FileSource>(STDIN_FILENO, "standard input");
  }
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    throw system_error("open", path.string(), "check the path and its permissions");
  }
  auto source = std::make_unique<FileSource>(descriptor, path.string());
  struct stat status;
  if (::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    throw Error(path.string() + " is a folder, not a trace file", "name one file in it");
  }
  return source;
}

bool is_zstd(std::string_view head) {
  return head == "\x28\xb5\x2f\xfd" ||
         (head.size() == 4 && (head[0] & 0xf0) == 0x50 && head.substr(1) == "\x2a\x4d\x18");
}

}  // namespace

std::unique_ptr<ByteSource> open_source(const std::filesystem::path& path,
                                        std::string* compression) {
  auto file = std::make_unique<PeekedSource>(open_raw(path));
  const std::string_view head = file->head();
  const bool gzip = head.substr(0, 3) == "\x1f\x8b\x08";
  const bool zstd = is_zstd(head);
  if (compression != nullptr) {
    *compression = gzip ? "gzip" : zstd ? "zstd" : "";
  }
  if (gzip) {
    return unpack_gzip(std::move(file));
  }
  return zstd ? unpack_zstd(std::move(file)) : std::move(file);
}

std::unique_ptr<ByteSource> memory_source(std::span<const std::byte> bytes) {
  return std::make_unique<MemorySource>(bytes);
}

}  // namespace tracetwin
