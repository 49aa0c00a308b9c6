#include "trace/io/object_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "s3/client.h"
#include "s3/place.h"

namespace tracetwin {
namespace {

constexpr std::uint64_t kPiece = std::uint64_t{8} << 20;

class ObjectSource final : public ByteSource {
 public:
  explicit ObjectSource(s3::Place place) : place_(std::move(place)), client_(place_.bucket) {
    fetch();
  }

  std::size_t read(std::span<std::byte> buffer) override {
    if (at_ == piece_.bytes.size() && next_ < piece_.size) {
      fetch();
    }
    const std::size_t count = std::min(buffer.size(), piece_.bytes.size() - at_);
    std::memcpy(buffer.data(), piece_.bytes.data() + at_, count);
    at_ += count;
    return count;
  }

  std::uint64_t bytes_read() const override { return next_ - (piece_.bytes.size() - at_); }

 private:
  void fetch() {
    piece_ = client_.read(place_.key, next_, kPiece, piece_.etag);
    next_ += piece_.bytes.size();
    at_ = 0;
  }

  s3::Place place_;
  s3::Client client_;
  s3::Piece piece_;
  std::size_t at_ = 0;      ///< in the piece
  std::uint64_t next_ = 0;  ///< in the object, behind the piece
};

}  // namespace

std::unique_ptr<ByteSource> object_source(const std::string& url) {
  s3::Place place = s3::parse_place(url);
  if (place.key.empty()) {
    throw Error(url + " names no object", "Give a name behind the bucket's.");
  }
  return std::make_unique<ObjectSource>(std::move(place));
}

}  // namespace tracetwin
