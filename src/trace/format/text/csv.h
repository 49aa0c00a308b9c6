#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trace/io/byte_source.h"

namespace tracetwin {

/// Cuts delimited text into records and fields after RFC 4180: fields in double quotes may hold
/// delimiters, line ends and doubled quotes; lines end in LF or CRLF; empty lines are passed over.
/// A quote inside an unquoted field is an ordinary character.
class CsvScanner {
 public:
  CsvScanner(Buffered input, char delimiter);

  enum class Result { kRecord, kDamaged, kEnd };
  /// The next record. A damaged one (see damage()) is left behind at the end of its first line,
  /// so that one stray quote cannot swallow the lines after it.
  Result next();

  /// Valid until the next call of next().
  std::span<const std::string_view> fields() const { return {fields_.data(), count_}; }
  std::string_view damage() const { return damage_; }
  /// Number of the line on which the record begins, from 1.
  std::uint64_t line() const { return line_; }
  const Buffered& input() const { return input_; }
  /// Whether a further record may be had without reading on.
  bool is_ready() const { return input_.ready() > record_size_; }

  /// A line longer than this is damaged.
  static constexpr std::size_t kMaxLine = 1 << 20;
  /// A quoted field has to end within this many bytes of the beginning of its record.
  static constexpr std::size_t kMaxQuotedRecord = 1 << 16;

 private:
  enum class Split { kDone, kOpenQuote, kTextBehindQuote };

  std::span<const std::byte> more_than(std::size_t size);
  bool load_line();
  void drop_long_line();
  Result split_plain(std::string_view text);
  Result split_quoted();
  Split split_quotes(std::string_view text);
  bool take_quoted(std::string_view text, std::size_t& at);
  void take_unquoted(std::string_view text, std::size_t& at);
  void add(std::string_view field);
  Result damaged(std::string_view reason);

  Buffered input_;
  char delimiter_;
  std::string_view window_;      // from the beginning of the record
  std::size_t line_size_ = 0;    // of its first line, with the line end
  std::size_t record_size_ = 0;  // of all of it, what next() has to consume
  std::uint64_t record_lines_ = 0;
  std::uint64_t line_ = 1;
  std::vector<std::string_view> fields_;  // of the record, and room for more
  std::size_t count_ = 0;
  std::string unquoted_;  // the quoted fields of the record without their quotes
  std::string_view damage_;
};

/// Fields of one line that has no quoted line ends, quotes removed: for telling delimiters apart.
std::vector<std::string> split_header(std::string_view line, char delimiter);

/// Appends `value` as a field, quoted if it has to be.
void append_csv(std::string& text, std::string_view value, char delimiter = ',');

}  // namespace tracetwin
