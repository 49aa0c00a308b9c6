// Signature Version 4: a hash of the canonical request goes into a text to be signed; the key is
// the secret, hashed one after the other with day, region, service and a constant.
#include "s3/sign.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "s3/place.h"

namespace tracetwin::s3 {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kDay = 8;

using Digest = std::array<unsigned char, crypto_hash_sha256_BYTES>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string_view text_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string hex(const Digest& digest) {
  std::string text;
  for (const unsigned char byte : digest) {
    text += fmt::format("{:02x}", byte);
  }
  return text;
}

Digest keyed(std::string_view key, std::string_view text) {
  crypto_auth_hmacsha256_state state;
  Digest digest;
  ::crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
  ::crypto_auth_hmacsha256_update(&state, bytes_of(text), text.size());
  ::crypto_auth_hmacsha256_final(&state, digest.data());
  return digest;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

/// Without blanks at the ends, and one where there were several.
std::string without_blanks(std::string_view value) {
  std::string result;
  for (const char c : value) {
    if (c != ' ' || (!result.empty() && result.back() != ' ')) {
      result += c;
    }
  }
  while (result.ends_with(' ')) {
    result.pop_back();
  }
  return result;
}

Pairs canonical_headers(const Pairs& headers) {
  Pairs result;
  for (const auto& [name, value] : headers) {
    result.emplace_back(lower(name), without_blanks(value));
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return result;
}

std::string signed_names(const Pairs& headers) {
  std::string names;
  for (const auto& header : headers) {
    names += (names.empty() ? "" : ";") + header.first;
  }
  return names;
}

std::string canonical_request(const SignedRequest& request, const Pairs& headers) {
  std::string text =
      fmt::format("{}\n{}\n{}\n", request.method, request.path, canonical_query(request.query));
  for (const auto& [name, value] : headers) {
    text += fmt::format("{}:{}\n", name, value);
  }
  return text + fmt::format("\n{}\n{}", signed_names(headers), request.payload_hash);
}

Digest signing_key(const Scope& scope, const Credentials& credentials) {
  Digest key = keyed("AWS4" + credentials.secret_key, scope.time.substr(0, kDay));
  key = keyed(text_of(key), scope.region);
  key = keyed(text_of(key), scope.service);
  return keyed(text_of(key), "aws4_request");
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Digest digest;
  ::crypto_hash_sha256(digest.data(), bytes_of(bytes), bytes.size());
  return hex(digest);
}

std::string canonical_query(const Pairs& query) {
  Pairs parts;
  for (const auto& [name, value] : query) {
    parts.emplace_back(encoded(name, false), encoded(value, false));
  }
  std::sort(parts.begin(), parts.end());
  std::string text;
  for (const auto& [name, value] : parts) {
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
  }
  return text;
}

std::string authorization(const SignedRequest& request, const Scope& scope,
                          const Credentials& credentials) {
  const Pairs headers = canonical_headers(request.headers);
  const std::string where =
      fmt::format("{}/{}/{}/aws4_request", scope.time.substr(0, kDay), scope.region, scope.service);
  const std::string to_sign = fmt::format("{}\n{}\n{}\n{}", kAlgorithm, scope.time, where,
                                          sha256_hex(canonical_request(request, headers)));
  return fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                     credentials.access_key, where, signed_names(headers),
                     hex(keyed(text_of(signing_key(scope, credentials)), to_sign)));
}

}  // namespace tracetwin::s3
