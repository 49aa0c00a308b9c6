#include "s3/upload.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/error.h"
#include "s3/client.h"
#include "s3/place.h"

namespace tracetwin::s3 {
namespace {

/// S3 takes at most 10,000 parts of at least 5 MiB but for the last. Parts grow with their number,
/// so that small objects cost little memory and 480 GiB are still reached.
constexpr std::size_t kFirstPart = std::size_t{8} << 20;
constexpr int kPartsOfOneSize = 2000;
constexpr int kMostParts = 10'000;

std::size_t size_of_part(int number) {
  return kFirstPart << ((number - 1) / kPartsOfOneSize);
}

Place object_at(const std::string& url) {
  Place place = parse_place(url);
  if (place.key.empty() || place.key.ends_with('/')) {
    throw Error(fmt::format("cannot write {}: it names no object", url),
                "Give a name behind the bucket's, such as s3://bucket/twin.csv.");
  }
  return place;
}

class ObjectSink final : public ByteSink {
 public:
  ObjectSink(Place place, bool force)
      : place_(std::move(place)), force_(force), client_(place_.bucket) {}

  ~ObjectSink() override {
    try {
      give_up();
    } catch (const Error&) {  // unseen parts stay, which nothing here can change
    }
  }
  ObjectSink(const ObjectSink&) = delete;
  ObjectSink& operator=(const ObjectSink&) = delete;

  void write(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const std::size_t room = size_of_part(next_part()) - waiting_.size();
      const auto now = bytes.first(std::min(room, bytes.size()));
      waiting_.append(reinterpret_cast<const char*>(now.data()), now.size());
      bytes = bytes.subspan(now.size());
      if (waiting_.size() == size_of_part(next_part())) {
        send_part();
      }
    }
  }

  /// Looks once more whether there is an object by now: writing may have taken hours.
  void commit() override {
    if (!force_ && client_.exists(place_.key)) {
      throw Error(fmt::format("{} exists by now", url_of(place_)),
                  "Name another output, or add --force to replace it.");
    }
    if (upload_.empty()) {
      client_.write(place_.key, waiting_);
      return;
    }
    if (!waiting_.empty()) {
      send_part();
    }
    client_.finish_upload(place_.key, upload_, parts_);
    upload_.clear();
  }

 private:
  int next_part() const { return static_cast<int>(parts_.size()) + 1; }

  void send_part() {
    if (next_part() > kMostParts) {
      throw Error(
          fmt::format("cannot write {}: it grows beyond {} parts", url_of(place_), kMostParts),
          "Write a file, or something smaller.");
    }
    if (upload_.empty()) {
      upload_ = client_.begin_upload(place_.key);
    }
    parts_.push_back(client_.upload_part(place_.key, upload_, next_part(), waiting_));
    waiting_.clear();
  }

  void give_up() {
    if (!upload_.empty()) {
      client_.give_up_upload(place_.key, std::exchange(upload_, {}));
    }
  }

  Place place_;
  bool force_;
  Client client_;
  std::string waiting_;
  std::string upload_;
  std::vector<UploadedPart> parts_;
};

}  // namespace

void check_object(const std::string& url, bool force) {
  const Place place = object_at(url);
  Client client(place.bucket);
  if (!force && client.exists(place.key)) {
    throw Error(fmt::format("{} exists already", url),
                "Name another output, or add --force to replace it.");
  }
}

std::unique_ptr<ByteSink> open_object(const std::string& url, bool force) {
  check_object(url, force);
  return std::make_unique<ObjectSink>(object_at(url), force);
}

void remove_object(const std::string& url) {
  const Place place = object_at(url);
  Client(place.bucket).remove(place.key);
}

}  // namespace tracetwin::s3
