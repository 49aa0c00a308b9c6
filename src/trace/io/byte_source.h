#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tracetwin {

/// A stream of bytes read forward once.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills the front of `buffer`, returns how many bytes; 0 only at the end. Throws Error when
  /// the system refuses; a truncated or damaged compressed stream ends the data and says so in
  /// damage().
  virtual std::size_t read(std::span<std::byte> buffer) = 0;
  /// Bytes taken from the file so far (compressed bytes for a compressed file).
  virtual std::uint64_t bytes_read() const = 0;
  /// Why the stream ended early ("gzip data ends too early"), or empty.
  virtual std::string_view damage() const { return {}; }
  /// Whether read() would wait for what has yet to be written: of pipes and growing files.
  virtual bool would_wait() const { return false; }
};

/// Opens `path` ("-" is standard input, s3://bucket/key an object), unpacking gzip and zstd (any
/// number of concatenated members or frames), told by their first bytes. `compression` gets "",
/// "gzip" or "zstd". Throws Error when the file is missing, a folder, or unreadable.
std::unique_ptr<ByteSource> open_source(const std::filesystem::path& path,
                                        std::string* compression = nullptr);

/// A source over bytes in memory (tests, fuzzing); no decompression.
std::unique_ptr<ByteSource> memory_source(std::span<const std::byte> bytes);

/// A window over a source, for parsers. `view(n)` gives the next n bytes without copying when
/// they are already there; the buffer grows only up to what a caller asks for.
class Buffered {
 public:
  explicit Buffered(std::unique_ptr<ByteSource> source, std::size_t capacity = 1 << 20);

  /// The next `n` bytes, or fewer at the end of the data. Valid until the next call.
  std::span<const std::byte> view(std::size_t n) {
    if (n > end_ - begin_) {
      fill(n);
    }
    return std::span<const std::byte>(buffer_).subspan(begin_, std::min(n, end_ - begin_));
  }
  /// The next `n` bytes to tell by what the data is: fewer at the end of the data, and where
  /// reading on would wait and a line is there.
  std::span<const std::byte> head(std::size_t n);
  /// All bytes now buffered (at least one unless at the end).
  std::span<const std::byte> available() {
    view(1);
    return std::span<const std::byte>(buffer_).subspan(begin_, end_ - begin_);
  }
  /// Passes over the next n bytes, which view() or available() has shown; never touches them.
  void consume(std::size_t n) {
    begin_ += n;
    offset_ += n;
  }
  /// Passes over the next n bytes, seen or not; false when the data ends before.
  bool skip(std::uint64_t n);
  /// The next line without its '\n' (and '\r'), false at the end. Lines beyond `limit` bytes are
  /// cut there and the rest of the line is dropped.
  bool line(std::string_view& text, std::size_t limit = 1 << 20);
  /// How many bytes can be had without reading on. Records of a live source are not held back for
  /// those that are yet to come: batches end where this is none.
  std::size_t ready() const { return end_ - begin_; }
  std::uint64_t offset() const { return offset_; }
  const ByteSource& source() const { return *source_; }

 private:
  void fill(std::size_t wanted);
  std::string_view buffered_text() const;
  std::string_view cut_line(std::size_t limit, std::size_t newline);

  std::unique_ptr<ByteSource> source_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool ended_ = false;
  std::uint64_t offset_ = 0;
  std::string cut_line_;
};

}  // namespace tracetwin
