#include "s3/client.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <ctime>
#include <thread>
#include <utility>

#include "base/error.h"
#include "s3/faults.h"
#include "s3/place.h"
#include "s3/xml.h"

namespace tracetwin::s3 {
namespace {

constexpr auto kFirstPause = std::chrono::milliseconds(200);

std::string time_now() {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::time(nullptr)));
}

void pause_before(int attempt) {
  std::this_thread::sleep_for(kFirstPause * (1 << std::min(attempt - 1, 6)));
}

std::string host_of(const std::string& endpoint) {
  return endpoint.substr(endpoint.find("://") + 3);
}

/// Where a bucket is: host, and path before the key.
struct Address {
  std::string scheme;
  std::string host;
  std::string base;
};

/// An endpoint may have a path of its own ("https://gateway/s3").
Address address_of(const Settings& settings, const std::string& bucket) {
  Address address;
  address.scheme = settings.endpoint.substr(0, settings.endpoint.find("://") + 3);
  const std::string rest = host_of(settings.endpoint);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  address.host = rest.substr(0, slash);
  address.base = rest.substr(slash);
  if (settings.path_style) {
    address.base += "/" + bucket;
  } else {
    address.host = bucket + "." + address.host;
  }
  return address;
}

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

Client::Client(std::string bucket)
    : bucket_(std::move(bucket)), settings_(settings_for(bucket_, process_environment())) {}

Client::Client(std::string bucket, Settings settings)
    : bucket_(std::move(bucket)), settings_(std::move(settings)) {}

std::string Client::url_of_key(const std::string& key) const {
  return url_of({bucket_, key});
}

HttpResponse Client::send_once(const Call& call) {
  const Address address = address_of(settings_, bucket_);
  SignedRequest request;
  request.method = call.method;
  request.path = address.base + "/" + encoded(call.key, true);
  request.query = call.query;
  request.headers = call.headers;
  request.payload_hash = sha256_hex(call.body);
  const Scope scope = {time_now(), settings_.region};
  request.headers.emplace_back("Host", address.host);
  request.headers.emplace_back("x-amz-content-sha256", request.payload_hash);
  request.headers.emplace_back("x-amz-date", scope.time);
  if (!settings_.credentials.session_token.empty()) {
    request.headers.emplace_back("x-amz-security-token", settings_.credentials.session_token);
  }
  HttpRequest http;
  http.method = call.method;
  http.headers = request.headers;
  http.headers.emplace_back("Authorization", authorization(request, scope, settings_.credentials));
  const std::string query = canonical_query(call.query);
  http.url = address.scheme + address.host + request.path + (query.empty() ? "" : "?" + query);
  http.body = call.body;
  return http_.send(http);
}

HttpResponse Client::send(const Call& call) {
  for (int attempt = 1;; ++attempt) {
    HttpResponse response = send_once(call);
    if (!is_passing_fault(response) || attempt >= settings_.attempts) {
      return response;
    }
    pause_before(attempt);
  }
}

HttpResponse Client::expect_done(const Call& call, const char* action) {
  HttpResponse response = send(call);
  if (!response.failure.empty() || response.status / 100 != 2) {
    throw fault_of(response, action, url_of_key(call.key), settings_);
  }
  return response;
}

std::vector<std::string> Client::list(const std::string& prefix) {
  std::vector<std::string> keys;
  std::string more;
  do {
    Call call = {"GET", "", {{"list-type", "2"}, {"prefix", prefix}, {"encoding-type", "url"}}};
    if (!more.empty()) {
      call.query.emplace_back("continuation-token", more);
    }
    const HttpResponse response = send(call);
    if (!response.failure.empty() || response.status != 200) {
      throw fault_of(response, "list", url_of_key(prefix), settings_);
    }
    const bool is_encoded = text_of(response.body, "EncodingType") == "url";
    for (const std::string& key : texts_of(response.body, "Key")) {
      keys.push_back(is_encoded ? decoded(key) : key);
    }
    more = text_of(response.body, "IsTruncated") == "true"
               ? text_of(response.body, "NextContinuationToken")
               : "";
  } while (!more.empty());
  return keys;
}

bool Client::exists(const std::string& key) {
  const HttpResponse response = send({"HEAD", key});
  if (response.failure.empty() && response.status == 200) {
    return true;
  }
  if (response.failure.empty() && response.status == 404) {
    return false;
  }
  throw fault_of(response, "look at", url_of_key(key), settings_);
}

/// Takes what an answer to a request from `begin` on has, whole or not.
void Client::take_range(const HttpResponse& response, const std::string& key, std::uint64_t begin,
                        Piece& piece) const {
  const std::string_view range = response.header("content-range");  // "bytes 0-9/1234"
  if (response.status == 200 && begin > 0) {
    throw Error(
        fmt::format("cannot read {}: the server gives no ranges of objects", url_of_key(key)),
        "Copy the object to a file and name that.");
  }
  const std::string_view size = response.status == 206
                                    ? range.substr(std::min(range.find('/') + 1, range.size()))
                                    : response.header("content-length");
  piece.size = number_in(size);
  piece.etag = response.header("etag");
  piece.bytes += response.body;
}

Piece Client::read(const std::string& key, std::uint64_t begin, std::uint64_t length,
                   const std::string& etag) {
  Piece piece;
  piece.etag = etag;
  int attempt = 1;
  while (true) {
    const std::uint64_t from = begin + piece.bytes.size();
    Call call = {"GET", key, {}, {{"Range", fmt::format("bytes={}-{}", from, begin + length - 1)}}};
    if (!piece.etag.empty()) {
      call.headers.emplace_back("If-Match", piece.etag);
    }
    const HttpResponse response = send_once(call);
    if (response.status == 416) {
      return piece;
    }
    if (response.status == 200 || response.status == 206) {
      take_range(response, key, from, piece);
      attempt = response.body.empty() ? attempt : 1;
      if (response.failure.empty() &&
          (piece.bytes.size() >= length || begin + piece.bytes.size() >= piece.size)) {
        return piece;
      }
    } else if (!is_passing_fault(response)) {
      throw fault_of(response, "read", url_of_key(key), settings_);
    }
    if (attempt >= settings_.attempts && response.status / 100 == 2) {
      throw Error(fmt::format("cannot read {}: the transfer breaks off after {} of {} bytes",
                              url_of_key(key), begin + piece.bytes.size(), piece.size),
                  "Try again; the server or a proxy before it may be at fault.");
    }
    if (attempt >= settings_.attempts) {
      throw fault_of(response, "read", url_of_key(key), settings_);
    }
    pause_before(attempt++);
  }
}

void Client::write(const std::string& key, std::string_view bytes) {
  expect_done({"PUT", key, {}, {}, bytes}, "write");
}

void Client::remove(const std::string& key) {
  expect_done({"DELETE", key}, "remove");
}

std::string Client::begin_upload(const std::string& key) {
  const auto response = expect_done({"POST", key, {{"uploads", ""}}}, "write");
  const std::string upload = text_of(response.body, "UploadId");
  if (upload.empty()) {
    throw Error(fmt::format("cannot write {}: the server began no upload", url_of_key(key)),
                "Check that the endpoint speaks S3's multipart uploads.");
  }
  return upload;
}

UploadedPart Client::upload_part(const std::string& key, const std::string& upload, int number,
                                 std::string_view bytes) {
  const Call call = {
      "PUT", key, {{"partNumber", std::to_string(number)}, {"uploadId", upload}}, {}, bytes};
  const auto response = expect_done(call, "write");
  return {number, std::string(response.header("etag"))};
}

void Client::finish_upload(const std::string& key, const std::string& upload,
                           const std::vector<UploadedPart>& parts) {
  std::string body = "<CompleteMultipartUpload>";
  for (const UploadedPart& part : parts) {
    body += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", part.number,
                        escaped(part.etag));
  }
  body += "</CompleteMultipartUpload>";
  const auto response = expect_done({"POST", key, {{"uploadId", upload}}, {}, body}, "write");
  // Status 200 comes before the work is done, which may fail then.
  if (!text_of(response.body, "Code").empty()) {
    throw fault_of(response, "write", url_of_key(key), settings_);
  }
}

void Client::give_up_upload(const std::string& key, const std::string& upload) {
  expect_done({"DELETE", key, {{"uploadId", upload}}}, "give up the upload of");
}

}  // namespace tracetwin::s3
