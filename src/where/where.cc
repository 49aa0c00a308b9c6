#include "where/where.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "base/error.h"

namespace tracetwin {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kRange = "..";
constexpr const char* kForms =
    "A condition is FIELD = VALUE, FIELD != VALUE, FIELD < NUMBER (or <=, >, >=), "
    "FIELD in {VALUE,VALUE,...}, FIELD in VALUE..VALUE, or FIELD not in {...}.";

struct Operator {
  std::string_view text;
  Comparison comparison;
};
/// Longer ones before what they begin with.
constexpr std::array<Operator, 7> kSigns = {{{"==", Comparison::kIn},
                                             {"!=", Comparison::kNotIn},
                                             {"<=", Comparison::kAtMost},
                                             {">=", Comparison::kAtLeast},
                                             {"=", Comparison::kIn},
                                             {"<", Comparison::kBelow},
                                             {">", Comparison::kAbove}}};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  return begin == std::string_view::npos
             ? std::string_view()
             : text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : whole_(trimmed(text)), rest_(whole_) {}

  Where parse() {
    Where where;
    where.text = whole_;
    where.field = take_field();
    where.comparison = take_operator();
    where.values = take_values();
    const bool ordered =
        where.comparison != Comparison::kIn && where.comparison != Comparison::kNotIn;
    if (ordered && (where.values.size() != 1 || where.values.front().is_range)) {
      refuse("expected one number behind <, <=, > or >=");
    }
    return where;
  }

 private:
  [[noreturn]] void refuse(std::string_view what) const {
    throw Error(fmt::format("\"{}\" is not a condition: {}", shortened(whole_), what), kForms);
  }

  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
  }

  /// What stands in quotes, if the rest begins with one.
  std::optional<std::string> take_quoted() {
    if (rest_.empty() || (rest_[0] != '"' && rest_[0] != '\'')) {
      return std::nullopt;
    }
    const std::size_t end = rest_.find(rest_[0], 1);
    if (end == std::string_view::npos) {
      refuse("a quote is not closed");
    }
    std::string text(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    skip_blanks();
    return text;
  }

  std::string take_field() {
    if (auto quoted = take_quoted()) {
      return *quoted;
    }
    const std::size_t end = std::min(rest_.find_first_of(" \t\r\n=!<>{}\"',"), rest_.size());
    if (end == 0) {
      refuse("it does not begin with the name of a field");
    }
    std::string field(rest_.substr(0, end));
    rest_.remove_prefix(end);
    skip_blanks();
    return field;
  }

  bool take_word(std::string_view word) {
    const auto same = [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == b;
    };
    const bool begins =
        rest_.size() >= word.size() && std::equal(word.begin(), word.end(), rest_.begin(),
                                                  [&](char b, char a) { return same(a, b); });
    constexpr std::string_view kEnds = " \t\r\n{\"'";
    if (!begins ||
        (rest_.size() > word.size() && kEnds.find(rest_[word.size()]) == std::string_view::npos)) {
      return false;
    }
    rest_.remove_prefix(word.size());
    skip_blanks();
    return true;
  }

  Comparison take_operator() {
    for (const Operator& sign : kSigns) {
      if (rest_.starts_with(sign.text)) {
        rest_.remove_prefix(sign.text.size());
        skip_blanks();
        return sign.comparison;
      }
    }
    const bool negated = take_word("not");
    if (!take_word("in")) {
      refuse("expected =, !=, <, <=, >, >=, in or not in behind the field");
    }
    return negated ? Comparison::kNotIn : Comparison::kIn;
  }

  std::vector<Where::Value> take_values() {
    if (!rest_.starts_with('{')) {
      std::vector<Where::Value> values = {take_value("")};
      expect_end();
      return values;
    }
    rest_.remove_prefix(1);
    std::vector<Where::Value> values;
    do {
      skip_blanks();
      values.push_back(take_value(",}"));
    } while (take_separator());
    skip_blanks();
    expect_end();
    return values;
  }

  /// Whether another value follows; takes the brace that says that none does.
  bool take_separator() {
    if (rest_.empty()) {
      refuse("a brace is not closed");
    }
    const bool more = rest_[0] == ',';
    rest_.remove_prefix(1);
    return more;
  }

  void expect_end() const {
    if (!rest_.empty()) {
      refuse(fmt::format("nothing was expected from \"{}\" on", shortened(rest_)));
    }
  }

  /// A value that ends before one of `ends`.
  Where::Value take_value(std::string_view ends) {
    Where::Value value;
    value.first = take_text(ends);
    value.is_range = rest_.starts_with(kRange);
    if (value.is_range) {
      rest_.remove_prefix(kRange.size());
      skip_blanks();
      value.last = take_text(ends);
    }
    if (!rest_.empty() && ends.find(rest_[0]) == std::string_view::npos) {
      refuse(fmt::format("nothing was expected from \"{}\" on", shortened(rest_)));
    }
    return value;
  }

  std::string take_text(std::string_view ends) {
    if (auto quoted = take_quoted()) {
      return *quoted;
    }
    const std::size_t end = std::min({rest_.find_first_of(ends), rest_.find(kRange), rest_.size()});
    std::string text(trimmed(rest_.substr(0, end)));
    if (text.empty() || std::string_view("=<>!").find(text[0]) != std::string_view::npos) {
      refuse("a value is missing");
    }
    rest_.remove_prefix(end);
    return text;
  }

  std::string_view whole_;
  std::string_view rest_;
};

}  // namespace

std::string shortened(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  if (text.size() <= kLongest) {
    return std::string(text);
  }
  std::size_t end = kLongest;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; };
  while (end > 0 && continues(text[end])) {  // whole UTF-8 characters
    --end;
  }
  return std::string(text.substr(0, end)) + "…";
}

Where parse_where(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace tracetwin
