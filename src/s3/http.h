#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "s3/sign.h"

namespace tracetwin::s3 {

struct HttpRequest {
  std::string method;
  std::string url;
  Pairs headers;
  std::string_view body;  ///< of PUT and POST
};

struct HttpResponse {
  int status = 0;  ///< 0: no answer
  Pairs headers;   ///< names in lower case
  std::string body;
  std::string failure;      ///< why the answer did not come whole, in libcurl's words; or empty
  bool is_passing = false;  ///< of a failure: worth another try

  /// The value of a header; empty when there is none.
  std::string_view header(std::string_view name) const;
};

/// Sends requests with libcurl, one at a time over one connection. Redirections are not followed.
/// A transfer without any bytes for half a minute has failed.
class Http {
 public:
  Http();
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  HttpResponse send(const HttpRequest& request);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace tracetwin::s3
