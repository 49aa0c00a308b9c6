#include "trace/format/text/csv.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <utility>

#include "trace/io/byte_order.h"

namespace tracetwin {
namespace {

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::size_t find_byte(std::string_view text, char wanted, std::size_t from = 0) {
  const auto* hit = static_cast<const char*>(
      from < text.size() ? std::memchr(text.data() + from, wanted, text.size() - from) : nullptr);
  return hit == nullptr ? std::string_view::npos : static_cast<std::size_t>(hit - text.data());
}

constexpr std::size_t kWord = 8;
constexpr std::size_t kFirstFields = 32;

/// The top bit of each of eight bytes that is `wanted`, the first byte lowest. A byte differs from
/// `wanted` in its top bit, or carries into it when 0x7f is added to what it differs in below.
std::uint64_t hits_in_word(const char* at, char wanted) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kLow = 0x7f * kOnes;
  const auto bytes =
      load<std::uint64_t>(reinterpret_cast<const std::byte*>(at), std::endian::little);
  const std::uint64_t differing = bytes ^ (kOnes * static_cast<unsigned char>(wanted));
  return ~(((differing & kLow) + kLow) | differing | kLow);
}

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) {
    line.remove_suffix(1);
  }
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

CsvScanner::CsvScanner(Buffered input, char delimiter)
    : input_(std::move(input)), delimiter_(delimiter), fields_(kFirstFields) {}

/// All that is buffered, after reading on where it is no more than `size` bytes.
std::span<const std::byte> CsvScanner::more_than(std::size_t size) {
  input_.view(size + 1);
  return input_.available();
}

/// Puts the next line into the window; false at the end of the data.
bool CsvScanner::load_line() {
  window_ = as_text(input_.available());
  std::size_t searched = 0;
  for (;;) {
    const std::size_t end = find_byte(window_, '\n', searched);
    if (end != std::string_view::npos) {
      line_size_ = end + 1;
      return true;
    }
    searched = window_.size();
    if (searched > kMaxLine) {
      line_size_ = searched;
      return true;
    }
    window_ = as_text(more_than(searched));
    if (window_.size() == searched) {
      line_size_ = searched;
      return searched > 0;
    }
  }
}

CsvScanner::Result CsvScanner::next() {
  for (;;) {
    input_.consume(std::exchange(record_size_, 0));
    line_ += std::exchange(record_lines_, 0);
    count_ = 0;
    if (!load_line()) {
      return Result::kEnd;
    }
    record_size_ = line_size_;
    record_lines_ = 1;
    const std::string_view line = without_line_end(window_.substr(0, line_size_));
    if (line_size_ > kMaxLine) {
      drop_long_line();
      return damaged("the line is longer than 1 MiB");
    }
    if (!line.empty()) {
      return find_byte(line, '"') == std::string_view::npos ? split_plain(line) : split_quoted();
    }
  }
}

void CsvScanner::drop_long_line() {
  while (!window_.substr(0, line_size_).ends_with('\n')) {
    input_.consume(line_size_);
    if (!load_line()) {
      break;
    }
  }
}

/// Looks at eight bytes at a time: fields are so short that a search for each costs more.
CsvScanner::Result CsvScanner::split_plain(std::string_view text) {
  const char* begin = text.data();
  const char* const end = begin + text.size();
  const char* at = begin;
  std::size_t count = 0;
  const auto cut = [&](const char* stop) {
    fields_[count++] = {begin, static_cast<std::size_t>(stop - begin)};
    begin = stop + 1;
  };
  const auto make_room = [&] {
    if (count + kWord >= fields_.size()) {
      fields_.resize(2 * fields_.size());
    }
  };
  for (; end - at >= static_cast<std::ptrdiff_t>(kWord); at += kWord) {
    make_room();
    for (std::uint64_t hits = hits_in_word(at, delimiter_); hits != 0; hits &= hits - 1) {
      cut(at + static_cast<std::size_t>(std::countr_zero(hits)) / kWord);
    }
  }
  make_room();
  for (; at != end; ++at) {
    if (*at == delimiter_) {
      cut(at);
    }
  }
  cut(end);
  count_ = count;
  return Result::kRecord;
}

/// Splits a record with quotes: first its line alone, and when that ends inside a quoted field
/// as much of the data as a record may have.
CsvScanner::Result CsvScanner::split_quoted() {
  Split split = split_quotes(window_.substr(0, line_size_));
  for (std::size_t size = line_size_; split == Split::kOpenQuote && size < kMaxQuotedRecord;) {
    window_ = as_text(more_than(size)).substr(0, kMaxQuotedRecord);
    if (window_.size() <= size) {
      break;
    }
    size = window_.size();
    split = split_quotes(window_);
  }
  if (split == Split::kDone) {
    return Result::kRecord;
  }
  return damaged(split == Split::kOpenQuote ? "a quote is not closed"
                                            : "text stands behind a closing quote");
}

CsvScanner::Split CsvScanner::split_quotes(std::string_view text) {
  count_ = 0;
  unquoted_.clear();
  unquoted_.reserve(text.size());  // fields point into it
  for (std::size_t at = 0;; ++at) {
    if (at < text.size() && text[at] == '"') {
      if (!take_quoted(text, at)) {
        return Split::kOpenQuote;
      }
    } else {
      take_unquoted(text, at);
    }
    if (at == text.size() || text[at] == '\n') {
      record_size_ = std::min(at + 1, text.size());
      const auto lines = std::ranges::count(text.substr(0, at), '\n') + 1;
      record_lines_ = static_cast<std::uint64_t>(lines);
      return Split::kDone;
    }
    if (text[at] != delimiter_) {
      return Split::kTextBehindQuote;
    }
  }
}

bool CsvScanner::take_quoted(std::string_view text, std::size_t& at) {
  const std::size_t begin = unquoted_.size();
  for (;;) {
    const std::size_t quote = find_byte(text, '"', at + 1);
    if (quote == std::string_view::npos) {
      return false;
    }
    unquoted_.append(text.substr(at + 1, quote - at - 1));
    at = quote + 1;
    if (at == text.size() || text[at] != '"') {
      break;
    }
    unquoted_ += '"';
  }
  add(std::string_view(unquoted_).substr(begin));
  if (text.substr(at, 2) == "\r\n" || text.substr(at) == "\r") {
    ++at;
  }
  return true;
}

void CsvScanner::take_unquoted(std::string_view text, std::size_t& at) {
  const char stops[] = {delimiter_, '\n'};
  const std::size_t end = std::min(text.find_first_of({stops, 2}, at), text.size());
  std::string_view field = text.substr(at, end - at);
  if (field.ends_with('\r') && (end == text.size() || text[end] == '\n')) {
    field.remove_suffix(1);
  }
  add(field);
  at = end;
}

void CsvScanner::add(std::string_view field) {
  if (count_ == fields_.size()) {
    fields_.resize(2 * fields_.size());
  }
  fields_[count_++] = field;
}

CsvScanner::Result CsvScanner::damaged(std::string_view reason) {
  count_ = 0;
  record_size_ = line_size_;
  record_lines_ = 1;
  damage_ = reason;
  return Result::kDamaged;
}

std::vector<std::string> split_header(std::string_view line, char delimiter) {
  CsvScanner scanner(Buffered(memory_source(std::as_bytes(std::span(line))), line.size() + 1),
                     delimiter);
  scanner.next();
  return {scanner.fields().begin(), scanner.fields().end()};
}

void append_csv(std::string& text, std::string_view value, char delimiter) {
  const char special[] = {delimiter, '"', '\n', '\r'};
  if (value.find_first_of({special, sizeof special}) == std::string_view::npos) {
    text += value;
    return;
  }
  text += '"';
  for (const char c : value) {
    text.append(c == '"' ? 2 : 1, c);
  }
  text += '"';
}

}  // namespace tracetwin
