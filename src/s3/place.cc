#include "s3/place.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace tracetwin::s3 {
namespace {

constexpr std::string_view kScheme = "s3://";

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_in_bucket(char c) {
  return (is_alphanumeric(c) && !(c >= 'A' && c <= 'Z')) || c == '.' || c == '-' || c == '_';
}

}  // namespace

bool is_url(std::string_view text) {
  return text.starts_with(kScheme);
}

Place parse_place(std::string_view url) {
  const std::string_view rest = url.substr(std::min(kScheme.size(), url.size()));
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view bucket = rest.substr(0, slash);
  if (!is_url(url) || bucket.size() < 3 || bucket.size() > 63 ||
      !std::all_of(bucket.begin(), bucket.end(), is_in_bucket)) {
    throw Error(fmt::format("{} is no place in S3", url),
                "Give s3://BUCKET/NAME; buckets have names of 3 to 63 lower-case letters, digits, "
                "dots and hyphens.");
  }
  const std::string_view key = slash == rest.size() ? "" : rest.substr(slash + 1);
  return {std::string(bucket), std::string(key)};
}

std::string url_of(const Place& place) {
  return fmt::format("{}{}/{}", kScheme, place.bucket, place.key);
}

std::string encoded(std::string_view text, bool keep_slash) {
  constexpr std::string_view kUnreserved = "-._~";
  std::string result;
  for (const char c : text) {
    if (is_alphanumeric(c) || kUnreserved.find(c) != std::string_view::npos ||
        (c == '/' && keep_slash)) {
      result += c;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      result += static_cast<char>(value);
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

}  // namespace tracetwin::s3
