#include "engine/autoregressive/codes.h"

#include <algorithm>
#include <numeric>

namespace tracetwin::autoregressive {
namespace {

constexpr std::size_t kRowsAtOnce = 1024;

}  // namespace

std::vector<std::size_t> order_of(const Domain& domain) {
  std::vector<std::size_t> order(domain.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t a) { return domain[a].cells; });
  return order;
}

Layout layout_of(const Domain& domain) {
  Layout layout;
  for (const std::size_t a : order_of(domain)) {
    layout.push_back({domain[a].name, domain[a].cells, static_cast<std::uint32_t>(a)});
  }
  return layout;
}

Records records_of(const Codes& codes) {
  const std::vector<std::size_t> order = order_of(codes.domain());
  Records records{order.size(), std::vector<std::uint16_t>(codes.rows() * order.size()),
                  std::vector<std::uint32_t>(codes.rows())};
  std::iota(records.groups.begin(), records.groups.end(), 0U);
  Columns buffer;
  std::size_t row = 0;
  for (std::size_t b = 0; b < codes.blocks(); ++b) {
    const ColumnViews columns = codes.block(b, buffer);
    for (std::size_t r = 0; r < columns.front().size(); ++r, ++row) {
      for (std::size_t t = 0; t < order.size(); ++t) {
        records.tokens[row * order.size() + t] = columns[order[t]][r];
      }
    }
  }
  return records;
}

CodeSampler::CodeSampler(const Domain& domain, const CodeNetwork& network)
    : order_(order_of(domain)), sampler_(layout_of(domain), network.options, network.weights) {}

void CodeSampler::draw(Columns& columns, Random& random) const {
  const std::size_t rows = columns.front().size();
  std::vector<std::uint16_t> tokens;
  for (std::size_t begin = 0; begin < rows; begin += kRowsAtOnce) {
    const std::size_t count = std::min(kRowsAtOnce, rows - begin);
    tokens.assign(count * order_.size(), 0);
    sampler_.draw(tokens, 0, random);
    for (std::size_t t = 0; t < order_.size(); ++t) {
      for (std::size_t r = 0; r < count; ++r) {
        columns[order_[t]][begin + r] = tokens[r * order_.size() + t];
      }
    }
  }
}

}  // namespace tracetwin::autoregressive
