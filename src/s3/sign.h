#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tracetwin::s3 {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  ///< empty: none
};

/// What a signature is made over. Texts are not encoded but for `path`.
struct SignedRequest {
  std::string method;
  std::string path;          ///< encoded, from '/' on
  Pairs query;               ///< in any order
  Pairs headers;             ///< all are signed; "host" is among them
  std::string payload_hash;  ///< sha256_hex() of the body
};

/// For whom and when: time as 20130524T000000Z.
struct Scope {
  std::string time;
  std::string region;
  std::string service = "s3";
};

/// SHA-256 (FIPS 180-4) in lower-case hexadecimal.
std::string sha256_hex(std::string_view bytes);

/// The query as it stands in a URL: names and values encoded, sorted.
std::string canonical_query(const Pairs& query);

/// The value of the Authorization header by AWS Signature Version 4 ("AWS4-HMAC-SHA256"), as
/// described in Amazon's "AWS API request signatures". The path is signed as it is, which is the
/// rule for S3.
std::string authorization(const SignedRequest& request, const Scope& scope,
                          const Credentials& credentials);

}  // namespace tracetwin::s3
