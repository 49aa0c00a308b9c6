#include "cli/skips_text.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/text_table.h"

namespace tracetwin::cli {
namespace {

/// Length of the well-formed UTF-8 character that `text` begins with at `i`, 0 if there is none.
std::size_t character_length(const std::string& text, std::size_t i) {
  const auto byte = static_cast<unsigned char>(text[i]);
  const std::size_t length = byte < 0x80                   ? 1
                             : byte >= 0xc2 && byte < 0xe0 ? 2
                             : byte >= 0xe0 && byte < 0xf0 ? 3
                             : byte >= 0xf0 && byte < 0xf5 ? 4
                                                           : 0;
  for (std::size_t k = 1; k < length; ++k) {
    if (i + k >= text.size() || (text[i + k] & 0xc0) != 0x80) {
      return 0;
    }
  }
  return length;
}

/// Control characters: C0, DEL, and C1 (which UTF-8 writes as 0xc2 0x80 … 0xc2 0x9f).
bool is_control(const std::string& text, std::size_t i, std::size_t length) {
  const auto byte = static_cast<unsigned char>(text[i]);
  return length == 1 ? byte < 0x20 || byte == 0x7f
                     : byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0;
}

}  // namespace

std::string printable(const std::string& text, std::size_t limit) {
  std::string shown;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++characters) {
    if (characters == limit) {
      return shown + "…";
    }
    const std::size_t length = character_length(text, i);
    if (length == 0 || is_control(text, i, length)) {
      shown += '?';
    } else {
      shown.append(text, i, length);
    }
    i += length == 0 ? 1 : length;
  }
  return shown;
}

std::string skips_text(const std::string& heading, const Skips& skips, const std::string& first) {
  if (skips.rows().empty()) {
    return "";
  }
  TextTable table;
  table.add({heading, "times", first});
  for (const auto& row : skips.rows()) {
    table.add({printable(row.reason, 100), with_thousands(row.count), with_thousands(row.first)});
  }
  return "\n" + table.text(2);
}

}  // namespace tracetwin::cli
