#pragma once

#include <vector>

#include "encode/vocabulary.h"
#include "schema/table.h"

namespace tracetwin {

/// A private trace as codes, packed; what training counts.
class EncodedTrace final : public Codes {
 public:
  /// Columns, their vocabularies and fields in parallel. A column a thread.
  EncodedTrace(const std::vector<PrivateColumn>& columns,
               const std::vector<Vocabulary>& vocabularies, const std::vector<Field>& fields,
               unsigned threads);

  const Domain& domain() const override { return domain_; }
  std::size_t rows() const override { return columns_.empty() ? 0 : columns_.front().size(); }
  std::size_t blocks() const override { return columns_.empty() ? 0 : columns_.front().blocks(); }
  ColumnViews block(std::size_t index, Columns& buffer) const override;

 private:
  Domain domain_;
  std::vector<PackedColumn> columns_;
};

}  // namespace tracetwin
