#include "trace/format/text/line_skips.h"

#include <fmt/format.h>

namespace tracetwin {

std::string wrong_width(std::size_t fields, std::size_t wanted) {
  return fmt::format("{} field{} instead of {}", fields, fields == 1 ? "" : "s", wanted);
}

void add_source_damage(Skips& skips, const Buffered& input, std::uint64_t line) {
  if (!input.source().damage().empty()) {
    skips.add(input.source().damage(), line);
  }
}

}  // namespace tracetwin
