/// Both unpackers pull packed bytes through a small buffer and give out all that can be unpacked
/// before damage; what is wrong is then told by damage(), never by an exception.
#include "trace/io/unpack.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <string>

#include "base/error.h"

namespace tracetwin {

namespace {

constexpr std::size_t kPackedBuffer = 1 << 17;

/// Packed bytes that are not used up yet.
class PackedInput {
 public:
  explicit PackedInput(std::unique_ptr<ByteSource> source)
      : source_(std::move(source)), buffer_(kPackedBuffer) {}

  /// The unused bytes, reading more when there are none; empty at the end.
  std::span<const std::byte> bytes() {
    if (begin_ == end_) {
      begin_ = 0;
      end_ = source_->read(buffer_);
    }
    return std::span(buffer_).subspan(begin_, end_ - begin_);
  }
  void consume(std::size_t count) { begin_ += count; }
  std::uint64_t bytes_read() const { return source_->bytes_read(); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<ByteSource> packed) : input_(std::move(packed)) {
    constexpr int kGzipOnly = 16;
    if (::inflateInit2(&stream_, MAX_WBITS + kGzipOnly) != Z_OK) {
      throw Error("not enough memory to unpack gzip data");
    }
  }
  ~GzipSource() override { ::inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t wanted = std::min<std::size_t>(buffer.size(), 1 << 30);
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(wanted);
    while (wanted > 0 && stream_.avail_out == wanted && !ended_) {
      step();
    }
    return wanted - stream_.avail_out;
  }

  std::uint64_t bytes_read() const override { return input_.bytes_read(); }
  std::string_view damage() const override { return damage_; }

 private:
  void step() {
    const auto packed = input_.bytes();
    if (between_members_ && !begin_member(packed)) {
      return;
    }
    if (packed.empty()) {
      return end("gzip data ends too early");
    }
    // zlib's interface lacks the const that its promise has.
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
    stream_.avail_in = static_cast<uInt>(packed.size());
    const int outcome = ::inflate(&stream_, Z_NO_FLUSH);
    input_.consume(packed.size() - stream_.avail_in);
    if (outcome == Z_STREAM_END) {
      between_members_ = true;
    } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
      const char* const words = stream_.msg != nullptr ? stream_.msg : "no further detail";
      end("gzip data is damaged (" + std::string(words) + ")");
    }
  }

  /// False when there is no further member.
  bool begin_member(std::span<const std::byte> packed) {
    if (packed.empty()) {
      end({});
      return false;
    }
    const auto data =
        std::find_if(packed.begin(), packed.end(), [](std::byte b) { return b != std::byte{0}; });
    if (data != packed.begin()) {
      input_.consume(static_cast<std::size_t>(data - packed.begin()));
      return false;
    }
    if (packed.front() != std::byte{0x1f}) {
      end("bytes that are not gzip follow the gzip data");
      return false;
    }
    between_members_ = false;
    ::inflateReset(&stream_);
    return true;
  }

  void end(std::string damage) {
    ended_ = true;
    damage_ = std::move(damage);
  }

  PackedInput input_;
  z_stream stream_ = {};
  bool between_members_ = false;
  bool ended_ = false;
  std::string damage_;
};

class ZstdSource final : public ByteSource {
 public:
  explicit ZstdSource(std::unique_ptr<ByteSource> packed)
      : input_(std::move(packed)), stream_(::ZSTD_createDStream(), &::ZSTD_freeDStream) {
    if (stream_ == nullptr) {
      throw Error("not enough memory to unpack zstd data");
    }
  }

  std::size_t read(std::span<std::byte> buffer) override {
    ZSTD_outBuffer out = {buffer.data(), buffer.size(), 0};
    while (out.pos == 0 && out.size > 0 && !ended_) {
      step(out);
    }
    return out.pos;
  }

  std::uint64_t bytes_read() const override { return input_.bytes_read(); }
  std::string_view damage() const override { return damage_; }

 private:
  void step(ZSTD_outBuffer& out) {
    const auto packed = input_.bytes();
    ZSTD_inBuffer in = {packed.data(), packed.size(), 0};
    const bool frame_done = pending_ == 0;
    if (packed.empty() && frame_done) {
      ended_ = true;
      return;
    }
    pending_ = ::ZSTD_decompressStream(stream_.get(), &out, &in);
    input_.consume(in.pos);
    if (::ZSTD_isError(pending_) != 0U) {
      ended_ = true;
      damage_ = std::string("zstd data is damaged (") + ::ZSTD_getErrorName(pending_) + ")";
    } else if (packed.empty() && out.pos == 0) {
      ended_ = true;
      damage_ = "zstd data ends too early";
    }
  }

  PackedInput input_;
  std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream_;
  std::size_t pending_ = 0;  ///< 0 between frames, else zstd's hint of bytes to come
  bool ended_ = false;
  std::string damage_;
};

}  // namespace

std::unique_ptr<ByteSource> unpack_gzip(std::unique_ptr<ByteSource> packed) {
  return std::make_unique<GzipSource>(std::move(packed));
}

std::unique_ptr<ByteSource> unpack_zstd(std::unique_ptr<ByteSource> packed) {
  return std::make_unique<ZstdSource>(std::move(packed));
}

}  // namespace tracetwin
