#include "encode/encoded.h"

#include "base/parallel.h"

namespace tracetwin {

EncodedTrace::EncodedTrace(const std::vector<PrivateColumn>& columns,
                           const std::vector<Vocabulary>& vocabularies,
                           const std::vector<Field>& fields, unsigned threads)
    : columns_(columns.size()) {
  for (std::size_t f = 0; f < columns.size(); ++f) {
    domain_.push_back({fields[f].name, vocabularies[f].cells()});
  }
  parallel_blocks(columns.size(), threads,
                  [&](std::size_t f) { columns_[f] = vocabularies[f].encode(columns[f]); });
}

ColumnViews EncodedTrace::block(std::size_t index, Columns& buffer) const {
  buffer.resize(columns_.size());
  for (std::size_t f = 0; f < columns_.size(); ++f) {
    columns_[f].read(index, buffer[f]);
  }
  return views(buffer);
}

}  // namespace tracetwin
