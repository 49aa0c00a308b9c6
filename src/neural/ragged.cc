#include "neural/ragged.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace tracetwin::neural {
namespace {

std::int64_t rounded(std::int64_t blocks, std::int64_t most) {
  const auto power = std::bit_ceil(static_cast<std::uint64_t>(blocks));
  return std::min(static_cast<std::int64_t>(power), most);
}

/// `sorted`: blocks, most first. Neighbouring chunks of as many rows become one.
std::vector<Ragged::Chunk> chunks_of(const std::vector<std::int64_t>& sorted,
                                     const RowShape& shape) {
  const auto all = static_cast<std::int64_t>(sorted.size());
  std::vector<Ragged::Chunk> chunks{{0, reach(shape, 1), all}};
  const std::int64_t longest = rounded(sorted.empty() ? 1 : sorted.front(), shape.blocks);
  for (std::int64_t done = 1; done < longest && shape.block > 0;) {
    const std::int64_t end = rounded(done + 1, shape.blocks);
    const auto shorter =
        std::partition_point(sorted.begin(), sorted.end(), [&](auto n) { return n > done; });
    const std::int64_t rows = shorter - sorted.begin();
    const std::int64_t width = (end - done) * shape.block;
    if (rows == chunks.back().rows) {
      chunks.back().width += width;
    } else {
      chunks.push_back({chunks.back().begin + chunks.back().width, width, rows});
    }
    done = end;
  }
  return chunks;
}

}  // namespace

at::Tensor Ragged::unsorted() const {
  return order.defined() ? at::empty_like(values).index_copy_(0, order, values) : values;
}

std::int64_t reach(const RowShape& shape, std::int64_t blocks) {
  return shape.attributes + shape.block * rounded(blocks, shape.blocks);
}

Ragged sort_rows(const at::Tensor& values, const std::vector<std::int64_t>& blocks,
                 const RowShape& shape) {
  std::vector<std::int64_t> order(blocks.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  const auto blocks_at = [&](std::int64_t row) { return blocks[static_cast<std::size_t>(row)]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return blocks_at(a) > blocks_at(b); });
  std::vector<std::int64_t> sorted;
  std::transform(order.begin(), order.end(), std::back_inserter(sorted), blocks_at);
  Ragged ragged{values, chunks_of(sorted, shape), {}};
  if (!std::is_sorted(order.begin(), order.end())) {
    ragged.order = at::tensor(order, at::kLong).to(values.device());
    ragged.values = values.index_select(0, ragged.order);
  }
  return ragged;
}

at::Tensor critic_rows(const Sequences& flows, std::int64_t packing, std::int64_t columns) {
  const std::int64_t rows = flows.size() / packing;
  const std::int64_t attributes = flows.attributes.size(1) * packing;
  at::Tensor out = at::zeros({rows, columns}, flows.attributes.options());
  out.narrow(1, 0, attributes)
      .copy_(flows.attributes.narrow(0, 0, rows * packing).reshape({rows, attributes}));
  if (flows.features.defined() && columns > attributes) {
    const std::int64_t records = flows.features.size(1);
    const at::Tensor beside = flows.features.narrow(0, 0, rows * packing)
                                  .view({rows, packing, records, flows.features.size(2)})
                                  .transpose(1, 2)
                                  .reshape({rows, -1});
    out.narrow(1, attributes, beside.size(1)).copy_(beside);
  }
  return out;
}

std::vector<std::int64_t> critic_blocks(const Sequences& flows, std::int64_t packing) {
  std::vector<std::int64_t> longest(static_cast<std::size_t>(flows.size() / packing), 1);
  for (std::size_t row = 0; row < longest.size(); ++row) {
    const auto first = flows.blocks.begin() + static_cast<std::int64_t>(row) * packing;
    longest[row] = *std::max_element(first, first + packing);
  }
  return longest;
}

void multiply(const Ragged& x, const at::Tensor& weight, const at::Tensor& bias, at::Tensor out) {
  for (const Ragged::Chunk& chunk : x.chunks) {
    const at::Tensor columns = weight.narrow(1, chunk.begin, chunk.width).t();
    at::Tensor rows = out.narrow(0, 0, chunk.rows);
    if (chunk.begin == 0 && bias.defined()) {
      at::addmm_out(rows, bias, x.part(chunk), columns);
    } else if (chunk.begin == 0) {
      at::mm_out(rows, x.part(chunk), columns);
    } else {
      rows.addmm_(x.part(chunk), columns);
    }
  }
}

Ragged multiply_back(const at::Tensor& slope, const at::Tensor& weight, const Ragged& x) {
  Ragged back{at::zeros_like(x.values), x.chunks, x.order};
  for (const Ragged::Chunk& chunk : x.chunks) {
    at::Tensor part = back.part(chunk);
    at::mm_out(part, slope.narrow(0, 0, chunk.rows), weight.narrow(1, chunk.begin, chunk.width));
  }
  return back;
}

void outer(const at::Tensor& slope, const Ragged& x, at::Tensor gradient, bool add) {
  for (const Ragged::Chunk& chunk : x.chunks) {
    at::Tensor columns = gradient.narrow(1, chunk.begin, chunk.width);
    const at::Tensor slopes = slope.narrow(0, 0, chunk.rows).t();
    if (add) {
      columns.addmm_(slopes, x.part(chunk));
    } else {
      at::mm_out(columns, slopes, x.part(chunk));
    }
  }
  if (!add && gradient.size(1) > x.values.size(1)) {
    gradient.narrow(1, x.values.size(1), gradient.size(1) - x.values.size(1)).zero_();
  }
}

}  // namespace tracetwin::neural
