#pragma once

#include <string>
#include <string_view>

namespace tracetwin::s3 {

/// An object, or the beginning of names of objects: s3://bucket/key.
struct Place {
  std::string bucket;
  std::string key;  ///< as S3 has it, no leading '/'; may be empty where a prefix is meant
};

bool is_url(std::string_view text);
/// Throws Error on what is not s3://BUCKET/KEY with a bucket's name of lower-case letters, digits,
/// '.', '-' (and '_', which some servers allow).
Place parse_place(std::string_view url);
std::string url_of(const Place& place);

/// Percent-encoding of RFC 3986: all but unreserved characters, '/' only where `keep_slash`.
std::string encoded(std::string_view text, bool keep_slash);
/// The inverse; what is no escape stays.
std::string decoded(std::string_view text);

}  // namespace tracetwin::s3
