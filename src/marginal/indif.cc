// sum |T - E| = sum E + sum over T > 0 of (|T - E| - E), and sum E factors into two sums of
// integers, so that the empty cells need no arithmetic. Everything is in units of 2^-32 records and
// 128-bit integers: exact for any table that fits in memory.
#include "marginal/indif.h"

#include <array>
#include <cmath>
#include <numeric>

namespace tracetwin::marginal {
namespace {

__extension__ typedef __int128 Wide;

constexpr double kRecordUnit = 0x1.0p8;
constexpr double kShareUnit = 0x1.0p24;
constexpr int kUnitBits = 32;
constexpr double kUnit = 0x1.0p32;

Wide magnitude(Wide x) {
  return x < 0 ? -x : x;
}

// de Moivre: E|X - m| = 2 exp(-m) m^(k + 1) / k!, k = floor(m).
double exact_deviation(double mean) {
  const double k = std::floor(mean);
  return 2 * std::exp(-mean + (k + 1) * std::log(mean) - std::lgamma(k + 1));
}

constexpr double kTableEnd = 32;
constexpr std::size_t kTableSteps = 1024;
using DeviationTable = std::array<double, kTableSteps + 2>;

DeviationTable make_deviations() {
  DeviationTable table{};
  for (std::size_t i = 1; i < table.size(); ++i) {
    table[i] = exact_deviation(static_cast<double>(i) * kTableEnd / kTableSteps);
  }
  return table;
}

}  // namespace

IndependentPair::IndependentPair(std::span<const double> first, std::span<const double> second,
                                 double total) {
  for (const double value : first) {
    first_.push_back(std::llround(value * kRecordUnit));
  }
  for (const double value : second) {
    second_.push_back(std::llround(value / total * kShareUnit));
  }
}

std::int64_t IndependentPair::distance(const dp::PrivateCounts& table) const {
  Wide sum = static_cast<Wide>(std::accumulate(first_.begin(), first_.end(), std::int64_t{0})) *
             std::accumulate(second_.begin(), second_.end(), std::int64_t{0});
  const std::int64_t* cell = table.exact().data();
  for (const std::int64_t row : first_) {
    for (const std::int64_t column : second_) {
      if (const std::int64_t records = *cell++; records != 0) {
        const Wide expected = static_cast<Wide>(row) * column;
        sum += magnitude((static_cast<Wide>(records) << kUnitBits) - expected) - expected;
      }
    }
  }
  return static_cast<std::int64_t>(sum >> kUnitBits);
}

double IndependentPair::distance_by_chance() const {
  double sum = 0;
  for (const std::int64_t row : first_) {
    for (const std::int64_t column : second_) {
      sum += poisson_deviation(static_cast<double>(row) * static_cast<double>(column) / kUnit);
    }
  }
  return sum;
}

double poisson_deviation(double mean) {
  static const DeviationTable kTable = make_deviations();
  if (mean >= kTableEnd) {
    return std::sqrt(mean * 0.63661977236758134);  // 2 / pi
  }
  const double place = mean * (kTableSteps / kTableEnd);
  const auto step = static_cast<std::size_t>(place);
  const double fraction = place - static_cast<double>(step);
  return kTable[step] + fraction * (kTable[step + 1] - kTable[step]);
}

}  // namespace tracetwin::marginal
