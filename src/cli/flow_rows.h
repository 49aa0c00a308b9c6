#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trace/assemble.h"
#include "trace/flow.h"

namespace tracetwin::cli {

/// Assembled flows as rows of a flow log, gathered in a batch.
class FlowRows {
 public:
  enum class Shape {
    kOneWay,       ///< a record a direction, no further columns
    kConnections,  ///< a record a connection, its two directions in columns of Zeek's names
  };

  explicit FlowRows(Shape shape);

  bool bidirectional() const { return shape_ == Shape::kConnections; }
  const std::vector<std::string>& extra_columns() const { return columns_; }
  void add(const AssembledFlow& flow);
  bool full() const { return batch_.records.size() >= kRows; }
  const FlowBatch& batch() const { return batch_; }
  void clear() { batch_.clear(); }

 private:
  static constexpr std::size_t kRows = 4096;

  Shape shape_;
  std::vector<std::string> columns_;
  FlowBatch batch_;
};

}  // namespace tracetwin::cli
