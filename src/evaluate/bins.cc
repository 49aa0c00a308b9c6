#include "evaluate/bins.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "evaluate/distances.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kTopCategories = 31;
constexpr std::size_t kTopValues = 15;
constexpr std::size_t kMostAtoms = 24;
constexpr double kAtomShare = 0.05;
constexpr int kQuantileBins = 16;
constexpr std::uint32_t kAddressBlocks = 9;
constexpr std::array<std::uint32_t, 7> kPortCuts = {1024, 5000, 16384, 32768, 40960, 49152, 57344};
constexpr std::uint8_t kNone = 255;

/// Codes in order of their counts, the smaller code first among equals; those that occur.
std::vector<std::uint32_t> most_frequent(const std::vector<double>& counts, std::size_t most) {
  std::vector<std::uint32_t> codes;
  for (std::uint32_t code = 0; code < counts.size(); ++code) {
    if (counts[code] > 0) {
      codes.push_back(code);
    }
  }
  std::ranges::stable_sort(codes, std::greater(), [&](std::uint32_t at) { return counts[at]; });
  codes.resize(std::min(codes.size(), most));
  std::ranges::sort(codes);
  return codes;
}

/// Bin of each code: its place among the frequent ones, or behind them by `other`.
std::vector<std::uint8_t> table_of(std::size_t codes, const std::vector<std::uint32_t>& frequent,
                                   const std::function<std::uint32_t(std::uint32_t)>& other) {
  std::vector<std::uint8_t> bins(codes);
  for (std::uint32_t code = 0; code < codes; ++code) {
    bins[code] = static_cast<std::uint8_t>(frequent.size() + other(code));
  }
  for (std::size_t i = 0; i < frequent.size(); ++i) {
    bins[frequent[i]] = static_cast<std::uint8_t>(i);
  }
  return bins;
}

template <class Value>
std::span<const Value> some_of(const std::vector<Value>& values, const RowShare& share) {
  const std::size_t begin = share.begin(values.size());
  return std::span(values).subspan(begin, share.end(values.size()) - begin);
}

template <class Code>
std::vector<std::uint8_t> looked_up(std::span<const Code> codes,
                                    const std::vector<std::uint8_t>& bins) {
  std::vector<std::uint8_t> binned;
  binned.reserve(codes.size());
  for (const Code code : codes) {
    binned.push_back(bins[code]);
  }
  return binned;
}

template <class Code>
BinnedColumn bin_codes(std::string name, const std::vector<Code>& real,
                       const std::vector<Code>& synthetic, const RowShare& share, std::size_t codes,
                       std::size_t most, std::uint32_t others,
                       const std::function<std::uint32_t(std::uint32_t)>& other) {
  const auto frequent = most_frequent(count_codes(real, codes), most);
  const auto table = table_of(codes, frequent, other);
  return {std::move(name), true, static_cast<std::uint32_t>(frequent.size()) + others,
          looked_up(some_of(real, share), table), looked_up(some_of(synthetic, share), table)};
}

BinnedColumn bin_addresses(std::string name, const std::vector<std::uint32_t>& real,
                           const std::vector<std::uint32_t>& synthetic, const RowShare& share,
                           const std::vector<IpAddress>& addresses) {
  const auto block = [&](std::uint32_t code) {
    const IpAddress& address = addresses[code];
    return address.is_v4() ? address.v4_bits() >> 29 : kAddressBlocks - 1;
  };
  BinnedColumn column = bin_codes(std::move(name), real, synthetic, share, addresses.size(),
                                  kTopValues, kAddressBlocks, block);
  column.core = false;
  return column;
}

BinnedColumn bin_ports(std::string name, const std::vector<std::uint16_t>& real,
                       const std::vector<std::uint16_t>& synthetic, const RowShare& share) {
  const auto range = [](std::uint32_t port) {
    return static_cast<std::uint32_t>(std::ranges::upper_bound(kPortCuts, port) -
                                      kPortCuts.begin());
  };
  return bin_codes(std::move(name), real, synthetic, share, 65536, kTopValues, 8, range);
}

/// Cells of a number: cuts in ascending order, atoms behind them.
struct NumberBins {
  std::vector<double> cuts;
  std::vector<double> atoms;

  std::uint32_t bins() const { return static_cast<std::uint32_t>(cuts.size() + 1 + atoms.size()); }
  std::uint8_t operator()(double value) const {
    const auto atom = std::ranges::lower_bound(atoms, value);
    if (atom != atoms.end() && *atom == value) {
      return static_cast<std::uint8_t>(cuts.size() + 1 +
                                       static_cast<std::size_t>(atom - atoms.begin()));
    }
    if (!cuts.empty() && value == cuts.back()) {  // the real maximum is inside
      return static_cast<std::uint8_t>(cuts.size() - 1);
    }
    return static_cast<std::uint8_t>(std::ranges::upper_bound(cuts, value) - cuts.begin());
  }
};

/// Equal values that lie behind one another.
struct Run {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// A column in ascending order, `at` a position. Runs are found by bisection: what a number's bins
/// are costs next to nothing, however many rows there are.
template <class At>
class Ascending {
 public:
  Ascending(std::size_t rows, At at) : rows_(rows), at_(std::move(at)) {}

  NumberBins learn() const {
    if (auto values = distinct()) {
      return {{}, std::move(*values)};
    }
    NumberBins bins;
    const std::vector<Run> frequent = frequent_runs();
    for (const Run& run : frequent) {
      bins.atoms.push_back(at_(run.begin));
    }
    bins.cuts = quantiles_beside(frequent);
    return bins;
  }

 private:
  Run run_of(std::size_t row) const {
    const double value = at_(row);
    return {first_row([&](std::size_t other) { return at_(other) >= value; }),
            first_row([&](std::size_t other) { return at_(other) > value; })};
  }

  /// For which something is so, as it is for all behind it.
  template <class Is>
  std::size_t first_row(const Is& is) const {
    std::size_t begin = 0;
    std::size_t end = rows_;
    while (begin < end) {
      const std::size_t middle = begin + (end - begin) / 2;
      if (is(middle)) {
        end = middle;
      } else {
        begin = middle + 1;
      }
    }
    return begin;
  }

  /// All values, when they are few.
  std::optional<std::vector<double>> distinct() const {
    std::vector<double> values;
    for (std::size_t row = 0; row < rows_; row = run_of(row).end) {
      if (values.size() == kMostAtoms) {
        return std::nullopt;
      }
      values.push_back(at_(row));
    }
    return values;
  }

  /// Those with kAtomShare of the rows: each has a row among those that lie so far apart.
  std::vector<Run> frequent_runs() const {
    const double least = kAtomShare * static_cast<double>(rows_);
    const auto step = std::max<std::size_t>(1, static_cast<std::size_t>(least));
    std::vector<Run> runs;
    for (std::size_t row = 0; row < rows_; row += step) {
      const Run run = run_of(row);
      if (static_cast<double>(run.end - run.begin) >= least &&
          (runs.empty() || runs.back().begin != run.begin)) {
        runs.push_back(run);
      }
    }
    return runs;
  }

  /// Of the rows outside of some runs.
  std::vector<double> quantiles_beside(const std::vector<Run>& runs) const {
    std::size_t rest = rows_;
    for (const Run& run : runs) {
      rest -= run.end - run.begin;
    }
    const auto value = [&](std::size_t row) {
      for (const Run& run : runs) {
        row += row >= run.begin ? run.end - run.begin : 0;
      }
      return at_(row);
    };
    std::vector<double> cuts;
    for (int i = 0; i <= kQuantileBins && rest > 0; ++i) {
      cuts.push_back(quantile_of(rest, static_cast<double>(i) / kQuantileBins, value));
    }
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    return cuts;
  }

  std::size_t rows_;
  At at_;
};

std::vector<std::uint8_t> binned(std::span<const double> values, const NumberBins& bins) {
  std::vector<std::uint8_t> codes;
  codes.reserve(values.size());
  double last = std::numeric_limits<double>::quiet_NaN();
  std::uint8_t bin = kNone;
  for (const double value : values) {
    if (value != last) {
      bin = bins(value);
      last = value;
    }
    codes.push_back(bin);
  }
  return codes;
}

template <class RealAt>
BinnedColumn bin_number(std::string name, const Ascending<RealAt>& ascending,
                        std::span<const double> real, std::span<const double> synthetic) {
  const NumberBins bins = ascending.learn();
  return {std::move(name), true, bins.bins(), binned(real, bins), binned(synthetic, bins)};
}

/// Microseconds since the trace's first row: whole numbers where the clock has no finer steps, so
/// that cuts between them are exact.
double microseconds(const Columns& columns, std::size_t row) {
  constexpr double kNsPerMicrosecond = 1000;
  return static_cast<double>(columns.time_ns[row] - columns.time_ns.front()) / kNsPerMicrosecond;
}

std::vector<double> microseconds(const Columns& columns, const RowShare& share) {
  std::vector<double> times;
  for (std::size_t row = share.begin(columns.rows()); row < share.end(columns.rows()); ++row) {
    times.push_back(microseconds(columns, row));
  }
  return times;
}

BinnedColumn bin_times(const Columns& real, const Columns& synthetic, const RowShare& share) {
  const Ascending ascending(real.rows(), [&](std::size_t row) { return microseconds(real, row); });
  BinnedColumn column = bin_number(real.kind == TraceKind::kPackets ? "time" : "ts", ascending,
                                   microseconds(real, share), microseconds(synthetic, share));
  column.core = false;
  return column;
}

}  // namespace

std::vector<BinnedColumn> bin_columns(const Pair& pair, const RowShare& share) {
  const Columns& real = pair.real.columns;
  const Columns& synthetic = pair.synthetic.columns;
  const auto rest = [](std::uint32_t) { return 0U; };
  std::vector<BinnedColumn> all;
  if (real.events) {
    all = {bin_codes("key", real.src, synthetic.src, share, real.addresses->size(), kTopCategories,
                     1, rest)};
  } else {
    all = {bin_addresses("srcip", real.src, synthetic.src, share, *real.addresses),
           bin_addresses("dstip", real.dst, synthetic.dst, share, *real.addresses),
           bin_ports("srcport", real.srcport, synthetic.srcport, share),
           bin_ports("dstport", real.dstport, synthetic.dstport, share),
           bin_codes("proto", real.proto, synthetic.proto, share, 256, kTopCategories, 1, rest)};
  }
  for (const CategoryColumn& category : real.categories) {
    if (const CategoryColumn* other = synthetic.category(category.name)) {
      all.push_back(bin_codes(category.name, category.codes, other->codes, share,
                              category.texts.size(), kTopCategories, 1, rest));
    }
  }
  for (const NumberColumn& number : real.numbers) {
    const std::vector<double>& ascending = pair.real.ascending(number.name);
    all.push_back(bin_number(
        number.name, Ascending(ascending.size(), [&](std::size_t row) { return ascending[row]; }),
        some_of(number.values, share), some_of(synthetic.number(number.name)->values, share)));
  }
  all.push_back(bin_times(real, synthetic, share));
  return all;
}

}  // namespace tracetwin::evaluate
