#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "s3/http.h"
#include "s3/settings.h"

namespace tracetwin::s3 {

/// A piece of an object, and what is known of all of it.
struct Piece {
  std::string bytes;
  std::uint64_t size = 0;  ///< of the object
  std::string etag;        ///< of the object's present version
};

/// A part of a multipart upload, as S3 wants to have it told again.
struct UploadedPart {
  int number = 0;
  std::string etag;
};

/// The objects of one bucket, with the settings of the environment. Requests that meet a passing
/// failure (no connection, a broken transfer, status 429 or 5xx) are tried again, after a pause
/// that doubles from a fifth of a second on; transfers go on where they broke off. All functions
/// throw Error naming the object, what was wrong and what to do.
class Client {
 public:
  explicit Client(std::string bucket);
  Client(std::string bucket, Settings settings);

  /// Keys of all objects that begin with `prefix`, in order.
  std::vector<std::string> list(const std::string& prefix);
  bool exists(const std::string& key);
  /// Up to `length` bytes from `begin` on; fewer only at the end of the object. With `etag`, Error
  /// when the object is no longer that version. No byte behind the end: `bytes` is empty.
  Piece read(const std::string& key, std::uint64_t begin, std::uint64_t length,
             const std::string& etag = {});
  void write(const std::string& key, std::string_view bytes);
  void remove(const std::string& key);

  /// A multipart upload: begun, parts in any order, then finished or given up.
  std::string begin_upload(const std::string& key);
  UploadedPart upload_part(const std::string& key, const std::string& upload, int number,
                           std::string_view bytes);
  void finish_upload(const std::string& key, const std::string& upload,
                     const std::vector<UploadedPart>& parts);
  void give_up_upload(const std::string& key, const std::string& upload);

  std::string url_of_key(const std::string& key) const;

 private:
  struct Call {
    std::string method;
    std::string key;
    Pairs query = {};
    Pairs headers = {};
    std::string_view body = {};
  };

  HttpResponse send_once(const Call& call);
  HttpResponse send(const Call& call);
  HttpResponse expect_done(const Call& call, const char* action);
  void take_range(const HttpResponse& response, const std::string& key, std::uint64_t begin,
                  Piece& piece) const;

  std::string bucket_;
  Settings settings_;
  Http http_;
};

}  // namespace tracetwin::s3
