#include "s3/xml.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace tracetwin::s3 {
namespace {

constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {
    {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};

/// A character by its number, as UTF-8; nothing for what is none of those that S3 escapes.
std::string character(std::string_view digits) {
  const bool hex = digits.starts_with('x') || digits.starts_with('X');
  digits.remove_prefix(hex ? 1 : 0);
  unsigned code = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
  return code > 0 && code < 128 ? std::string(1, static_cast<char>(code)) : std::string();
}

std::string resolved(std::string_view entity) {
  if (entity.starts_with('#')) {
    return character(entity.substr(1));
  }
  for (const auto& [name, letter] : kEntities) {
    if (name == entity) {
      return std::string(1, letter);
    }
  }
  return {};
}

std::string unescaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = text[0] == '&' ? text.find(';') : std::string_view::npos;
    if (end == std::string_view::npos) {
      result += text[0];
      text.remove_prefix(1);
    } else {
      result += resolved(text.substr(1, end - 1));
      text.remove_prefix(end + 1);
    }
  }
  return result;
}

}  // namespace

std::vector<std::string> texts_of(std::string_view xml, std::string_view name) {
  const std::string opening = fmt::format("<{}>", name);
  const std::string closing = fmt::format("</{}>", name);
  std::vector<std::string> texts;
  for (std::size_t at = xml.find(opening); at != std::string_view::npos;) {
    const std::size_t begin = at + opening.size();
    const std::size_t end = xml.find(closing, begin);
    if (end == std::string_view::npos) {
      break;
    }
    texts.push_back(unescaped(xml.substr(begin, end - begin)));
    at = xml.find(opening, end);
  }
  return texts;
}

std::string text_of(std::string_view xml, std::string_view name) {
  const auto texts = texts_of(xml, name);
  return texts.empty() ? "" : texts.front();
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    std::string letter(1, c);
    for (const auto& [name, special] : kEntities) {
      letter = special == c ? fmt::format("&{};", name) : letter;
    }
    result += letter;
  }
  return result;
}

}  // namespace tracetwin::s3
