#include "trace/format/zeek_tsv/header.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/error.h"

namespace tracetwin::zeek {
namespace {

/// "\x09" and the like as the bytes that they stand for.
std::string unescaped(std::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    unsigned value = 0;
    const char* digits = text.data() + 2;
    const bool escape = text.size() >= 4 && text.starts_with("\\x") &&
                        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2;
    bytes += escape ? static_cast<char>(value) : text[0];
    text.remove_prefix(escape ? 4 : 1);
  }
  return bytes;
}

void split_at(std::string_view line, char separator, std::vector<std::string_view>& texts) {
  texts.clear();
  for (;;) {
    const auto* end = static_cast<const char*>(
        line.empty() ? nullptr : std::memchr(line.data(), separator, line.size()));
    if (end == nullptr) {
      texts.push_back(line);
      return;
    }
    const auto size = static_cast<std::size_t>(end - line.data());
    texts.push_back(line.substr(0, size));
    line.remove_prefix(size + 1);
  }
}

/// Cuts the last text at runs of `run` or more spaces.
void split_last(std::vector<std::string_view>& texts, std::string_view run) {
  std::string_view rest = texts.back();
  texts.pop_back();
  for (;;) {
    const std::size_t end = rest.find(run);
    texts.push_back(rest.substr(0, end));
    if (end == std::string_view::npos) {
      return;
    }
    rest.remove_prefix(std::min(rest.find_first_not_of(' ', end), rest.size()));
  }
}

std::vector<std::string> field_names(std::string_view list, char separator) {
  std::vector<std::string_view> names;
  split_at(list, separator, names);
  split_last(names, " ");
  return {names.begin(), names.end()};
}

}  // namespace

bool take_directive(std::string_view line, const std::string& file, Header& header) {
  constexpr std::string_view kSeparator = "#separator ";
  if (line.starts_with(kSeparator)) {
    const std::string separator = unescaped(line.substr(kSeparator.size()));
    if (separator.size() != 1) {
      throw Error(fmt::format("{} has the separator \"{}\"; only one character can be read", file,
                              line.substr(kSeparator.size())),
                  "Write the log with Zeek's usual tab separator.");
    }
    header.separator = separator[0];
    return false;
  }
  const std::size_t end = std::min(line.find(header.separator), line.size());
  const std::string_view name = line.substr(0, end);
  const std::string_view value = line.substr(std::min(end + 1, line.size()));
  if (name == "#unset_field") {
    header.unset = value;
  }
  if (name == "#fields") {
    header.names = field_names(value, header.separator);
  }
  return name == "#fields";
}

void split_line(std::string_view line, const Header& header, std::vector<std::string_view>& texts) {
  split_at(line, header.separator, texts);
  if (texts.size() < header.names.size()) {
    split_last(texts, "  ");
  }
}

}  // namespace tracetwin::zeek
