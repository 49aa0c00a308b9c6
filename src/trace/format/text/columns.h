#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trace/io/byte_source.h"

namespace tracetwin {

/// A column that a format knows: its name, whether a file must have it, and under which further
/// names other tools write it. Names are compared without case and without anything that is not
/// a letter or a digit, so that "src_ip", "Src IP" and "srcIP" are one name.
struct ColumnSpec {
  std::string_view name;
  bool required = false;
  std::vector<std::string_view> aliases;
};

/// Where the known columns stand in a header. A column's own name goes before its aliases, and
/// the leftmost goes before its repetitions.
struct ColumnLayout {
  static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);

  std::vector<std::size_t> where;   ///< by index of the spec; kAbsent when there is none
  std::vector<std::size_t> others;  ///< all other columns, in order
  std::size_t width = 0;            ///< columns altogether

  bool has(std::size_t column) const { return where[column] != kAbsent; }
  std::size_t known() const { return width - others.size(); }
  /// The text of a known column in a record; empty when the file does not have the column.
  std::string_view text(std::span<const std::string_view> fields, std::size_t column) const {
    return has(column) ? fields[where[column]] : std::string_view();
  }
};

ColumnLayout lay_out(std::span<const std::string> names, std::span<const ColumnSpec> specs);

/// Throws Error naming the first required column that is missing, what the file has instead, and
/// the nearest of it.
void require_columns(const ColumnLayout& layout, std::span<const std::string> names,
                     std::span<const ColumnSpec> specs, const std::string& file,
                     std::string_view format);

/// The header line of a delimited file, told by which of ',', ';' and tab finds most of `specs`.
struct CsvHeader {
  char delimiter = ',';
  std::size_t mark = 0;  ///< bytes of a UTF-8 byte order mark in front
  std::vector<std::string> names;
  ColumnLayout layout;
};
CsvHeader find_header(std::string_view head, std::span<const ColumnSpec> specs);
/// The same of a file that is being opened; leaves `input` at the header line, behind the mark.
/// Throws Error when that line does not end within 64 KiB.
CsvHeader take_header(Buffered& input, std::span<const ColumnSpec> specs, const std::string& file);

}  // namespace tracetwin
