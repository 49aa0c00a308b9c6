#include "schema/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace tracetwin {

ColumnViews TableCodes::block(std::size_t index, Columns& /*buffer*/) const {
  const std::size_t begin = index * kBlock;
  const std::size_t size = std::min(kBlock, rows() - begin);
  ColumnViews block;
  for (std::size_t a = 0; a < table_.columns.size(); ++a) {
    if (table_.columns[a].size() != rows()) {
      throw Error(fmt::format("column {} has {} rows where the table has {}", a,
                              table_.columns[a].size(), rows()));
    }
    block.push_back(std::span(table_.columns[a]).subspan(begin, size));
  }
  return block;
}

}  // namespace tracetwin
