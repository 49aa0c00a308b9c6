#include "trace/io/compress.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <vector>

#include "base/error.h"

namespace tracetwin {

namespace {

/// Levels where speed still dwarfs what making a trace costs.
constexpr int kGzipLevel = 3;
constexpr int kZstdLevel = 3;
constexpr std::size_t kPackedBuffer = 1 << 17;

class GzipSink final : public ByteSink {
 public:
  explicit GzipSink(std::unique_ptr<ByteSink> inner)
      : inner_(std::move(inner)), packed_(kPackedBuffer) {
    constexpr int kGzipWrapper = 16;
    constexpr int kMemoryLevel = 8;
    if (::deflateInit2(&stream_, kGzipLevel, Z_DEFLATED, MAX_WBITS + kGzipWrapper, kMemoryLevel,
                       Z_DEFAULT_STRATEGY) != Z_OK) {
      throw Error("not enough memory to write gzip data");
    }
  }
  ~GzipSink() override { ::deflateEnd(&stream_); }
  GzipSink(const GzipSink&) = delete;
  GzipSink& operator=(const GzipSink&) = delete;

  void write(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const auto part = bytes.first(std::min<std::size_t>(bytes.size(), 1 << 30));
      // zlib's interface lacks the const that its promise has.
      stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(part.data()));
      stream_.avail_in = static_cast<uInt>(part.size());
      deflate(Z_NO_FLUSH);
      bytes = bytes.subspan(part.size());
    }
  }

  void commit() override {
    stream_.avail_in = 0;
    deflate(Z_FINISH);
    inner_->commit();
  }

 private:
  /// Until zlib has nothing more to give: then it leaves room in the output.
  void deflate(int flush) {
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(packed_.data());
      stream_.avail_out = static_cast<uInt>(packed_.size());
      ::deflate(&stream_, flush);
      const std::size_t count = packed_.size() - stream_.avail_out;
      if (count > 0) {
        inner_->write(std::span<const std::byte>(packed_).first(count));
      }
    } while (stream_.avail_out == 0);
  }

  std::unique_ptr<ByteSink> inner_;
  std::vector<std::byte> packed_;
  z_stream stream_ = {};
};

class ZstdSink final : public ByteSink {
 public:
  explicit ZstdSink(std::unique_ptr<ByteSink> inner)
      : inner_(std::move(inner)),
        packed_(::ZSTD_CStreamOutSize()),
        stream_(::ZSTD_createCStream(), &::ZSTD_freeCStream) {
    if (stream_ == nullptr) {
      throw Error("not enough memory to write zstd data");
    }
    ::ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_compressionLevel, kZstdLevel);
    ::ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_checksumFlag, 1);
  }

  void write(std::span<const std::byte> bytes) override {
    ZSTD_inBuffer in = {bytes.data(), bytes.size(), 0};
    while (in.pos < in.size) {
      compress(in, ZSTD_e_continue);
    }
  }

  void commit() override {
    ZSTD_inBuffer nothing = {nullptr, 0, 0};
    while (compress(nothing, ZSTD_e_end) > 0) {
    }
    inner_->commit();
  }

 private:
  /// Returns how many bytes zstd still holds back (for ZSTD_e_end).
  std::size_t compress(ZSTD_inBuffer& in, ZSTD_EndDirective directive) {
    ZSTD_outBuffer out = {packed_.data(), packed_.size(), 0};
    const std::size_t held = ::ZSTD_compressStream2(stream_.get(), &out, &in, directive);
    if (::ZSTD_isError(held) != 0U) {
      throw Error(std::string("cannot compress with zstd: ") + ::ZSTD_getErrorName(held));
    }
    if (out.pos > 0) {
      inner_->write(std::span<const std::byte>(packed_).first(out.pos));
    }
    return held;
  }

  std::unique_ptr<ByteSink> inner_;
  std::vector<std::byte> packed_;
  std::unique_ptr<ZSTD_CStream, std::size_t (*)(ZSTD_CStream*)> stream_;
};

}  // namespace

Compression compression_of(const std::filesystem::path& path) {
  const auto suffix = path.extension();
  if (suffix == ".gz") {
    return Compression::kGzip;
  }
  return suffix == ".zst" ? Compression::kZstd : Compression::kNone;
}

std::filesystem::path without_compression(const std::filesystem::path& path) {
  auto plain = path;
  return compression_of(path) == Compression::kNone ? plain : plain.replace_extension();
}

std::unique_ptr<ByteSink> compress_into(std::unique_ptr<ByteSink> inner, Compression compression) {
  if (compression == Compression::kNone) {
    return inner;
  }
  if (compression == Compression::kGzip) {
    return std::make_unique<GzipSink>(std::move(inner));
  }
  return std::make_unique<ZstdSink>(std::move(inner));
}

}  // namespace tracetwin
