#include "marginal/codes.h"

#include <algorithm>

#include "base/vector_clones.h"

namespace tracetwin::marginal {

TRACETWIN_VECTOR_CLONES void joint_codes(const ColumnViews& columns, const Domain& domain,
                                         const Clique& clique, std::size_t begin,
                                         std::span<std::uint32_t> codes) {
  if (clique.empty()) {
    std::fill(codes.begin(), codes.end(), 0U);
    return;
  }
  const auto first = columns[clique.front()].subspan(begin, codes.size());
  std::copy(first.begin(), first.end(), codes.begin());
  for (const std::uint32_t attribute : std::span(clique).subspan(1)) {
    const std::uint32_t cells = domain[attribute].cells;
    const std::uint16_t* column = columns[attribute].data() + begin;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      codes[i] = codes[i] * cells + column[i];
    }
  }
}

std::vector<std::uint32_t> projection_map(const Domain& domain, const Clique& from,
                                          const Clique& onto) {
  std::vector<std::uint32_t> map = {0};
  for (const std::uint32_t attribute : from) {
    const std::uint32_t cells = domain[attribute].cells;
    const bool kept = std::binary_search(onto.begin(), onto.end(), attribute);
    std::vector<std::uint32_t> finer;
    finer.reserve(map.size() * cells);
    for (const std::uint32_t code : map) {
      for (std::uint32_t value = 0; value < cells; ++value) {
        finer.push_back(kept ? code * cells + value : code);
      }
    }
    map = std::move(finer);
  }
  return map;
}

std::vector<double> project(const Domain& domain, const Clique& from,
                            std::span<const double> values, const Clique& onto) {
  const std::vector<std::uint32_t> map = projection_map(domain, from, onto);
  std::vector<double> sums(cells_of(domain, onto));
  for (std::size_t cell = 0; cell < map.size(); ++cell) {
    sums[map[cell]] += values[cell];
  }
  return sums;
}

}  // namespace tracetwin::marginal
