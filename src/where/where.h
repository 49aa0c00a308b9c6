#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tracetwin {

/// How a condition compares a field with what stands behind it.
enum class Comparison : std::uint8_t { kIn, kNotIn, kBelow, kAtMost, kAtLeast, kAbove };

/// A condition on the records of a trace as it was typed, taken apart but not yet understood:
///
///   condition = field operator values
///   operator  = "=" | "==" | "in" | "!=" | "not in" | "<" | "<=" | ">" | ">="
///   values    = value | "{" value { "," value } "}"
///   value     = text | text ".." text
///
/// White space between these means nothing. A field or text may stand in single or double quotes,
/// and has to where it holds a character that means something there; "=" and "in" are the same.
/// condition.h gives a condition its meaning.
struct Where {
  struct Value {
    std::string first;
    std::string last;       ///< of a range, included
    bool is_range = false;  ///< first..last
  };

  std::string field;
  Comparison comparison = Comparison::kIn;
  std::vector<Value> values;  ///< at least one; exactly one, and no range, behind "<" and its kin
  std::string text;           ///< the whole condition, without white space at its ends
};

/// Throws Error on what is no condition, with what was expected where.
Where parse_where(std::string_view text);

/// A text for messages: in full when it is short, else its beginning.
std::string shortened(std::string_view text);

}  // namespace tracetwin
