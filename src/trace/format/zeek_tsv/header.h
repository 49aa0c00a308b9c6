#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tracetwin::zeek {

/// What the directives ("#separator", "#fields", …) in a Zeek log have said so far.
struct Header {
  char separator = '\t';
  std::string unset = "-";
  std::vector<std::string> names;  ///< of "#fields"; empty before it
};

/// Takes in one directive line; true if it was "#fields". Directives that change nothing for
/// reading are passed over. Throws Error, naming `file`, for a separator that is not one
/// character.
bool take_directive(std::string_view line, const std::string& file, Header& header);

/// Cuts a line at the separator. Labelling tools put spaces, not separators, between the last
/// column and the labels that they add: when there are too few texts, the last one is cut at runs
/// of two or more spaces.
void split_line(std::string_view line, const Header& header, std::vector<std::string_view>& texts);

}  // namespace tracetwin::zeek
