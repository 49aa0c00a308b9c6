#include "evaluate/bins.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
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

template <class Code>
std::vector<std::uint8_t> looked_up(const std::vector<Code>& codes,
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
                       const std::vector<Code>& synthetic, std::size_t codes, std::size_t most,
                       std::uint32_t others,
                       const std::function<std::uint32_t(std::uint32_t)>& other) {
  const auto frequent = most_frequent(count_codes(real, codes), most);
  const auto table = table_of(codes, frequent, other);
  return {std::move(name), true, static_cast<std::uint32_t>(frequent.size()) + others,
          looked_up(real, table), looked_up(synthetic, table)};
}

BinnedColumn bin_addresses(std::string name, const std::vector<std::uint32_t>& real,
                           const std::vector<std::uint32_t>& synthetic,
                           const std::vector<IpAddress>& addresses) {
  const auto block = [&](std::uint32_t code) {
    const IpAddress& address = addresses[code];
    return address.is_v4() ? address.v4_bits() >> 29 : kAddressBlocks - 1;
  };
  BinnedColumn column = bin_codes(std::move(name), real, synthetic, addresses.size(), kTopValues,
                                  kAddressBlocks, block);
  column.core = false;
  return column;
}

BinnedColumn bin_ports(std::string name, const std::vector<std::uint16_t>& real,
                       const std::vector<std::uint16_t>& synthetic) {
  const auto range = [](std::uint32_t port) {
    return static_cast<std::uint32_t>(std::ranges::upper_bound(kPortCuts, port) -
                                      kPortCuts.begin());
  };
  return bin_codes(std::move(name), real, synthetic, 65536, kTopValues, 8, range);
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

/// Of ascending values.
NumberBins learn_bins(const std::vector<double>& real) {
  NumberBins bins;
  std::vector<double> distinct;
  std::vector<double> frequent;
  std::vector<double> rest;
  const double least = kAtomShare * static_cast<double>(real.size());
  for (auto begin = real.begin(); begin != real.end();) {
    const auto end = std::upper_bound(begin, real.end(), *begin);
    distinct.push_back(*begin);
    if (static_cast<double>(end - begin) >= least) {
      frequent.push_back(*begin);
    } else {
      rest.insert(rest.end(), begin, end);
    }
    begin = end;
  }
  if (distinct.size() <= kMostAtoms) {
    return {{}, std::move(distinct)};
  }
  bins.atoms = std::move(frequent);
  for (int i = 0; i <= kQuantileBins && !rest.empty(); ++i) {
    bins.cuts.push_back(quantile(rest, static_cast<double>(i) / kQuantileBins));
  }
  bins.cuts.erase(std::unique(bins.cuts.begin(), bins.cuts.end()), bins.cuts.end());
  return bins;
}

std::vector<std::uint8_t> binned(const std::vector<double>& values, const NumberBins& bins) {
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

BinnedColumn bin_number(const NumberColumn& real, const std::vector<double>& ascending,
                        const NumberColumn& synthetic) {
  const NumberBins bins = learn_bins(ascending);
  return {real.name, true, bins.bins(), binned(real.values, bins), binned(synthetic.values, bins)};
}

/// Microseconds since the trace's first row: whole numbers where the clock has no finer steps, so
/// that cuts between them are exact.
std::vector<double> microseconds(const Columns& columns) {
  constexpr double kNsPerMicrosecond = 1000;
  std::vector<double> times;
  times.reserve(columns.rows());
  for (const std::int64_t time : columns.time_ns) {
    times.push_back(static_cast<double>(time - columns.time_ns.front()) / kNsPerMicrosecond);
  }
  return times;
}

}  // namespace

std::vector<BinnedColumn> bin_columns(const Pair& pair) {
  const Columns& real = pair.real.columns;
  const Columns& synthetic = pair.synthetic.columns;
  const auto rest = [](std::uint32_t) { return 0U; };
  std::vector<BinnedColumn> all;
  if (real.events) {
    all = {
        bin_codes("key", real.src, synthetic.src, real.addresses->size(), kTopCategories, 1, rest)};
  } else {
    all = {bin_addresses("srcip", real.src, synthetic.src, *real.addresses),
           bin_addresses("dstip", real.dst, synthetic.dst, *real.addresses),
           bin_ports("srcport", real.srcport, synthetic.srcport),
           bin_ports("dstport", real.dstport, synthetic.dstport),
           bin_codes("proto", real.proto, synthetic.proto, 256, kTopCategories, 1, rest)};
  }
  for (const CategoryColumn& category : real.categories) {
    if (const CategoryColumn* other = synthetic.category(category.name)) {
      all.push_back(bin_codes(category.name, category.codes, other->codes, category.texts.size(),
                              kTopCategories, 1, rest));
    }
  }
  for (const NumberColumn& number : real.numbers) {
    all.push_back(
        bin_number(number, pair.real.ascending(number.name), *synthetic.number(number.name)));
  }
  const NumberColumn times = {real.kind == TraceKind::kPackets ? "time" : "ts", microseconds(real)};
  all.push_back(bin_number(times, times.values, {times.name, microseconds(synthetic)}));
  all.back().core = false;
  return all;
}

}  // namespace tracetwin::evaluate
