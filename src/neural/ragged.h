#pragma once

#include <cstdint>
#include <vector>

#include "neural/sequences.h"

namespace tracetwin::neural {

/// How the columns of a critic's rows are arranged: attributes, then one block of records after
/// the other. With packing, m flows lie beside each other within each of these.
struct RowShape {
  std::int64_t attributes = 0;  ///< columns, of m flows
  std::int64_t block = 0;       ///< columns of a block of m flows; 0: attributes only
  std::int64_t blocks = 1;      ///< of the longest flow there can be

  std::int64_t columns() const { return attributes + block * blocks; }
};

/// Rows, longest first. Chunk by chunk of columns only the first few rows are not zero, and
/// products skip the rest. A row reaches to its number of blocks rounded up to a power of two (but
/// not above RowShape::blocks), so that there are few chunks and they depend on no other row.
struct Ragged {
  struct Chunk {
    std::int64_t begin, width, rows;
  };
  at::Tensor values;  ///< [rows, columns that the longest reaches]
  std::vector<Chunk> chunks;
  at::Tensor order;  ///< row i was row order[i]; undefined where nothing moved

  std::int64_t rows() const { return values.size(0); }
  at::Tensor part(const Chunk& chunk) const {
    return values.narrow(0, 0, chunk.rows).narrow(1, chunk.begin, chunk.width);
  }
  /// `values` in the order in which the rows came.
  at::Tensor unsorted() const;
};

/// Columns that rows of so many blocks reach.
std::int64_t reach(const RowShape& shape, std::int64_t blocks);
Ragged sort_rows(const at::Tensor& values, const std::vector<std::int64_t>& blocks,
                 const RowShape& shape);

/// Flows as rows of a critic, `packing` beside each other, zero-filled to `columns` columns.
at::Tensor critic_rows(const Sequences& flows, std::int64_t packing, std::int64_t columns);
/// Blocks of the longest flow of each row.
std::vector<std::int64_t> critic_blocks(const Sequences& flows, std::int64_t packing);

/// out = x W^T + bias; `weight` is [units, all columns].
void multiply(const Ragged& x, const at::Tensor& weight, const at::Tensor& bias, at::Tensor out);
/// slope W, where x reaches.
Ragged multiply_back(const at::Tensor& slope, const at::Tensor& weight, const Ragged& x);
/// gradient = slope^T x, or += where `add`.
void outer(const at::Tensor& slope, const Ragged& x, at::Tensor gradient, bool add);

}  // namespace tracetwin::neural
