#include "evaluate/features.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "evaluate/constants.h"
#include "evaluate/distances.h"

namespace tracetwin::evaluate {
namespace {

/// Columns put together into rows at the end.
class Table {
 public:
  std::vector<float>& add(std::size_t rows) {
    columns_.emplace_back().reserve(rows);
    return columns_.back();
  }
  template <class ValueOf>
  void add(std::span<const std::uint32_t> rows, ValueOf value_of) {
    auto& column = add(rows.size());
    for (const std::uint32_t row : rows) {
      column.push_back(static_cast<float>(value_of(row)));
    }
  }
  Matrix matrix() const {
    Matrix matrix{columns_.size(), {}};
    const std::size_t rows = columns_.empty() ? 0 : columns_[0].size();
    matrix.values.reserve(rows * columns_.size());
    for (std::size_t row = 0; row < rows; ++row) {
      for (const auto& column : columns_) {
        matrix.values.push_back(column[row]);
      }
    }
    return matrix;
  }

 private:
  std::vector<std::vector<float>> columns_;
};

void add_addresses(const Columns& columns, std::span<const std::uint32_t> rows, Table& table) {
  for (const auto* side : {&columns.src, &columns.dst}) {
    const auto address = [&](std::uint32_t row) { return (*columns.addresses)[(*side)[row]]; };
    table.add(rows, [&](std::uint32_t row) { return address(row).low; });
    for (const int shift : {24, 16, 8, 0}) {
      table.add(rows, [&](std::uint32_t row) { return address(row).low >> shift & 0xff; });
    }
    table.add(rows, [&](std::uint32_t row) { return address(row).high; });
  }
}

/// The rows of each source, in order of time, with those sources that have any.
std::vector<std::vector<std::uint32_t>> rows_by_source(const Columns& columns) {
  std::vector<std::vector<std::uint32_t>> rows(columns.addresses->size());
  for (std::uint32_t row = 0; row < columns.rows(); ++row) {
    rows[columns.src[row]].push_back(row);
  }
  std::erase_if(rows, [](const auto& own) { return own.empty(); });
  return rows;
}

template <class Code>
std::vector<double> sorted_values(const std::vector<Code>& codes,
                                  const std::vector<std::uint32_t>& rows) {
  std::vector<double> values;
  values.reserve(rows.size());
  for (const std::uint32_t row : rows) {
    values.push_back(static_cast<double>(codes[row]));
  }
  std::ranges::sort(values);
  return values;
}

float distinct(const std::vector<double>& sorted) {
  std::size_t count = 1;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    count += sorted[i] != sorted[i - 1] ? 1 : 0;
  }
  return static_cast<float>(count);
}

/// Deviation of a sample, with one degree of freedom less.
double sample_deviation(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  return values.size() < 2 ? 0 : deviation(values) * std::sqrt(n / (n - 1));
}

const std::vector<double>& sizes_of(const Columns& columns) {
  return columns.number(columns.kind == TraceKind::kPackets ? "pkt_len" : "byt")->values;
}

std::array<float, 10> host_row(const Columns& columns, const std::vector<std::uint32_t>& rows) {
  const auto peers = sorted_values(columns.dst, rows);
  const auto to = sorted_values(columns.dstport, rows);
  const auto from = sorted_values(columns.srcport, rows);
  const auto protocols = sorted_values(columns.proto, rows);
  const auto sizes = sorted_values(sizes_of(columns), rows);
  return {static_cast<float>(rows.size()),
          distinct(peers),
          distinct(to),
          distinct(from),
          distinct(protocols),
          static_cast<float>(mean(sizes)),
          static_cast<float>(sample_deviation(sizes)),
          static_cast<float>(columns.proto[rows.front()]),
          static_cast<float>(quantile(to, 0.5)),
          static_cast<float>(quantile(from, 0.5))};
}

std::array<float, 12> flow_row(const Columns& columns, std::span<const std::uint32_t> rows) {
  const auto& lengths = sizes_of(columns);
  std::vector<double> own;
  own.reserve(rows.size());
  for (const std::uint32_t row : rows) {
    own.push_back(lengths[row]);
  }
  const auto [least, most] = std::ranges::minmax(own);
  const double duration =
      static_cast<double>(columns.time_ns[rows.back()] - columns.time_ns[rows.front()]) /
      kNsPerSecond;
  const double between = std::max(1.0, static_cast<double>(rows.size()) - 1);
  return {static_cast<float>(rows.size()),
          static_cast<float>(duration),
          static_cast<float>(mean(own)),
          static_cast<float>(deviation(own)),
          static_cast<float>(least),
          static_cast<float>(most),
          static_cast<float>(own.front()),
          static_cast<float>(own.back()),
          static_cast<float>(duration / between),
          static_cast<float>(columns.srcport[rows.front()]),
          static_cast<float>(columns.dstport[rows.front()]),
          static_cast<float>(columns.proto[rows.front()])};
}

template <class Value>
std::vector<double> values_at(const std::vector<Value>& values, std::span<const std::uint32_t> rows,
                              double unit) {
  std::vector<double> found;
  found.reserve(rows.size());
  for (const std::uint32_t row : rows) {
    found.push_back(static_cast<double>(values[row]) / unit);
  }
  return found;
}

std::vector<double> steps(const std::vector<double>& values) {
  std::vector<double> changes;
  for (std::size_t i = 1; i < values.size(); ++i) {
    changes.push_back(values[i] - values[i - 1]);
  }
  return changes;
}

}  // namespace

Matrix row_features(const Columns& columns, std::span<const std::uint32_t> rows, bool full) {
  Table table;
  table.add(rows, [&](std::uint32_t row) { return columns.srcport[row]; });
  table.add(rows, [&](std::uint32_t row) { return columns.dstport[row]; });
  table.add(rows, [&](std::uint32_t row) { return columns.proto[row]; });
  for (const NumberColumn& number : columns.numbers) {
    table.add(rows, [&](std::uint32_t row) { return number.values[row]; });
  }
  if (columns.kind == TraceKind::kPackets || columns.events) {
    for (const CategoryColumn& category : columns.categories) {
      table.add(rows, [&](std::uint32_t row) { return category.codes[row]; });
    }
  } else {
    const auto& packets = columns.number("pkt")->values;
    const auto& bytes = columns.number("byt")->values;
    table.add(rows, [&](std::uint32_t row) { return bytes[row] / std::max(packets[row], 1.0); });
  }
  if (full) {
    add_addresses(columns, rows, table);
    table.add(rows, [&](std::uint32_t row) {
      return static_cast<double>(columns.time_ns[row] - columns.time_ns.front()) / kNsPerSecond;
    });
  }
  return table.matrix();
}

Matrix host_features(const Sample& sample) {
  Matrix matrix{10, {}};
  for (const auto& rows : rows_by_source(sample.columns)) {
    matrix.add(host_row(sample.columns, rows));
  }
  return matrix;
}

Matrix key_features(const Sample& sample) {
  const Columns& columns = sample.columns;
  constexpr std::size_t kOfTimes = 4;
  constexpr std::size_t kOfNumber = 3;
  Matrix matrix{kOfTimes + kOfNumber * columns.numbers.size(), {}};
  for (std::size_t key = 0; key < sample.tuples.size(); ++key) {
    const auto rows = sample.tuples.of(key);
    const std::vector<double> times = values_at(columns.time_ns, rows, kNsPerSecond);
    const std::vector<double> gaps = steps(times);
    std::vector<float> row = {static_cast<float>(rows.size()),
                              static_cast<float>(times.back() - times.front()),
                              static_cast<float>(gaps.empty() ? 0 : mean(gaps)),
                              static_cast<float>(sample_deviation(gaps))};
    for (const NumberColumn& number : columns.numbers) {
      const std::vector<double> values = values_at(number.values, rows, 1);
      std::vector<double> changes = steps(values);
      for (double& change : changes) {
        change = std::abs(change);
      }
      row.push_back(static_cast<float>(mean(values)));
      row.push_back(static_cast<float>(sample_deviation(values)));
      row.push_back(static_cast<float>(changes.empty() ? 0 : mean(changes)));
    }
    matrix.add(row);
  }
  return matrix;
}

Matrix flow_features(const Sample& sample) {
  Matrix matrix{12, {}};
  for (std::size_t tuple = 0; tuple < sample.tuples.size(); ++tuple) {
    matrix.add(flow_row(sample.columns, sample.tuples.of(tuple)));
  }
  return matrix;
}

}  // namespace tracetwin::evaluate
