#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tracetwin::cli {

/// Rows of texts in aligned columns, two spaces apart: the first `left` columns are aligned to
/// the left, the others (numbers) to the right. Widths are counted in UTF-8 characters.
class TextTable {
 public:
  explicit TextTable(std::size_t left = 1) : left_(left) {}

  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  /// Every line behind `indent` spaces and with a line break; no space at the end of a line.
  std::string text(std::size_t indent = 0) const;

 private:
  std::size_t left_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace tracetwin::cli
