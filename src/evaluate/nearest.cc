#include "evaluate/nearest.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>

namespace tracetwin::evaluate {
namespace {

constexpr double kSmallestRange = 1e-9;

double logarithm(double value) {
  return std::copysign(std::log1p(std::abs(value)), value);
}

/// Share of the bits behind the common prefix; addresses of different families share nothing.
inline float address_distance(const IpAddress& a, const IpAddress& b) {
  const std::uint64_t low = a.low ^ b.low;
  if (a.high == b.high && low == 0) {
    return 0;
  }
  if (a.is_v4() && b.is_v4()) {
    return static_cast<float>(64 - std::countl_zero(low)) / 32.0F;
  }
  if (a.is_v4() || b.is_v4()) {
    return 1;
  }
  const std::uint64_t high = a.high ^ b.high;
  const int bits = high != 0 ? 128 - std::countl_zero(high) : 64 - std::countl_zero(low);
  return static_cast<float>(bits) / 128.0F;
}

float fields_of(const RowMetric::Points& points) {
  return static_cast<float>(points.numbers.size() + points.categories.size() + 2);
}

/// Fields but addresses, whose distances can be added up many at a time.
void add_simple_fields(const RowMetric::Points& from, std::size_t at, const RowMetric::Points& to,
                       std::size_t begin, std::span<float> sums) {
  std::ranges::fill(sums, 0.0F);
  for (std::size_t i = 0; i < from.numbers.size(); ++i) {
    const float own = from.numbers[i][at];
    const float* others = to.numbers[i].data() + begin;
    for (std::size_t j = 0; j < sums.size(); ++j) {
      sums[j] += std::min(std::abs(own - others[j]), 1.0F);
    }
  }
  for (std::size_t i = 0; i < from.categories.size(); ++i) {
    const std::uint32_t own = from.categories[i][at];
    const std::uint32_t* others = to.categories[i].data() + begin;
    for (std::size_t j = 0; j < sums.size(); ++j) {
      sums[j] += own != others[j] ? 1.0F : 0.0F;
    }
  }
}

}  // namespace

RowMetric::RowMetric(const Columns& reference, std::initializer_list<const Columns*> others) {
  for (std::size_t i = 0; i < reference.numbers.size(); ++i) {
    const auto [low, high] = std::ranges::minmax(reference.numbers[i].values);
    scales_.push_back(
        {i, logarithm(low), std::max(logarithm(high) - logarithm(low), kSmallestRange)});
  }
  for (const CategoryColumn& category : reference.categories) {
    const auto has_it = [&](const Columns* other) {
      return other == nullptr || other->category(category.name) != nullptr;
    };
    if (std::ranges::all_of(others, has_it)) {
      categories_.push_back(category.name);
    }
  }
}

RowMetric::Points RowMetric::points(const Columns& columns,
                                    std::span<const std::uint32_t> rows) const {
  Points points;
  for (const Scale& scale : scales_) {
    auto& scaled = points.numbers.emplace_back();
    for (const std::uint32_t row : rows) {
      scaled.push_back(static_cast<float>(
          (logarithm(columns.numbers[scale.number].values[row]) - scale.low) / scale.range));
    }
  }
  const auto add = [&](const auto& codes) {
    auto& picked = points.categories.emplace_back();
    for (const std::uint32_t row : rows) {
      picked.push_back(codes[row]);
    }
  };
  add(columns.srcport);
  add(columns.dstport);
  add(columns.proto);
  for (const std::string& name : categories_) {
    add(columns.category(name)->codes);
  }
  for (const std::uint32_t row : rows) {
    points.src.push_back((*columns.addresses)[columns.src[row]]);
    points.dst.push_back((*columns.addresses)[columns.dst[row]]);
  }
  return points;
}

void distances(const RowMetric::Points& from, std::size_t at, const RowMetric::Points& to,
               std::vector<float>& found) {
  found.resize(to.size());
  add_simple_fields(from, at, to, 0, found);
  const float fields = fields_of(from);
  for (std::size_t j = 0; j < to.size(); ++j) {
    found[j] += address_distance(from.src[at], to.src[j]);
    found[j] += address_distance(from.dst[at], to.dst[j]);
    found[j] /= fields;
  }
}

Neighbours nearest(const RowMetric::Points& from, const RowMetric::Points& to) {
  constexpr std::size_t kBlock = 1024;  // of `to`: stays in the cache for all of `from`
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  std::vector<float> first(from.size(), kInfinity);
  std::vector<float> second(from.size(), kInfinity);
  std::vector<float> sums(kBlock);
  for (std::size_t begin = 0; begin < to.size(); begin += kBlock) {
    const std::span block(sums.data(), std::min(kBlock, to.size() - begin));
    for (std::size_t at = 0; at < from.size(); ++at) {
      add_simple_fields(from, at, to, begin, block);
      for (std::size_t j = 0; j < block.size(); ++j) {
        if (block[j] >= second[at]) {  // addresses only add to it
          continue;
        }
        const float sum = block[j] + address_distance(from.src[at], to.src[begin + j]) +
                          address_distance(from.dst[at], to.dst[begin + j]);
        second[at] = std::min(second[at], std::max(first[at], sum));
        first[at] = std::min(first[at], sum);
      }
    }
  }
  const float fields = fields_of(from);
  const auto mean_over_fields = [&](float sum) { return static_cast<double>(sum / fields); };
  Neighbours neighbours;
  std::ranges::transform(first, std::back_inserter(neighbours.first), mean_over_fields);
  std::ranges::transform(second, std::back_inserter(neighbours.second), mean_over_fields);
  return neighbours;
}

}  // namespace tracetwin::evaluate
