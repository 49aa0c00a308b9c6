#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "trace/flow.h"
#include "where/condition.h"
#include "where/where.h"

namespace tracetwin {

/// Conditions on the records of a flow log: on the quantities that every record has, under all
/// names that where/condition.h knows, and on the further columns of its file. Of these, texts are
/// compared letter by letter, or as numbers where both are numbers; <, > and ranges are about
/// numbers, and a text that is none satisfies none of them. A further column goes before a
/// quantity if it is spelt as in the condition.
class FlowConditions {
 public:
  /// Throws Error for a field that `file` does not have, naming the nearest, and for values that
  /// are none of their field.
  FlowConditions(std::span<const Where> wheres, const std::vector<std::string>& extra_columns,
                 const std::string& file);

  /// Whether all conditions hold of a record of a batch with those columns.
  bool hold(const FlowBatch& batch, std::size_t row) const;

 private:
  struct OfColumn {
    std::size_t column = 0;
    Where where;
  };

  std::vector<Condition> of_record_;
  std::vector<OfColumn> of_columns_;
};

}  // namespace tracetwin
