#include "marginal/rake.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "marginal/systematic.h"

namespace tracetwin::marginal {
namespace {

constexpr int kRounds = 40;
constexpr double kCloseEnough = 1e-4;
constexpr double kLeast = 1e-9;
constexpr double kSofter = 10;  // so that cells of next to nothing do not rule the exchanges
constexpr std::size_t kMostWork = 1'000'000'000;  // of exchanges, in amounts looked at
constexpr std::size_t kMostExchanges = 2000;

class Raking {
 public:
  Raking(const Lots& lots, const RakeTargets& targets, std::size_t count)
      : lots_(lots), targets_(targets), count_(count), table_of_(targets.cells.size()) {
    std::uint32_t table = 0;
    for (std::uint32_t cell = 0; cell < table_of_.size(); ++cell) {
      while (cell >= targets.table_end[table]) {
        ++table;
      }
      table_of_[cell] = table;
    }
  }

  std::vector<std::uint32_t> take(bool mended) {
    start();
    int rounds = 0;
    while (rounds < kRounds && scale() > kCloseEnough) {
      ++rounds;
    }
    round();
    if (mended) {
      mend();
    }
    return std::move(taken_);
  }

 private:
  void start() {
    const auto all = std::accumulate(lots_.copies.begin(), lots_.copies.end(), 0.0);
    count_ = std::min(count_, static_cast<std::size_t>(all));
    for (const std::uint32_t copies : lots_.copies) {
      shares_.push_back(copies * static_cast<double>(count_) / all);
    }
  }

  /// Once through the tables; how far the first was off, before.
  double scale() {
    double worst = 0;
    for (std::uint32_t table = 0; table < targets_.table_end.size(); ++table) {
      worst = std::max(worst, scale(table));
    }
    return worst;
  }

  double scale(std::uint32_t table) {
    const std::uint32_t begin = table == 0 ? 0 : targets_.table_end[table - 1];
    const std::uint32_t end = targets_.table_end[table];
    std::vector<double> sums(end - begin);
    each_part(table, [&](std::size_t lot, std::span<const Amount> parts, double) {
      for (const Amount& part : parts) {
        sums[part.cell - begin] += shares_[lot] * part.amount;
      }
    });
    double wanted = 0;
    double off = 0;
    for (std::uint32_t cell = begin; cell < end; ++cell) {
      double& sum = sums[cell - begin];
      wanted += targets_.cells[cell];
      off += std::abs(targets_.cells[cell] - sum);
      sum = std::log((targets_.cells[cell] + kLeast) / (sum + kLeast));
    }
    each_part(table, [&](std::size_t lot, std::span<const Amount> parts, double whole) {
      double factor = 0;
      for (const Amount& part : parts) {
        factor += part.amount / whole * sums[part.cell - begin];
      }
      shares_[lot] = std::min<double>(lots_.copies[lot], shares_[lot] * std::exp(factor));
    });
    return wanted > 0 ? off / wanted : 0;
  }

  /// Visits each lot's amounts of a table.
  template <class Visit>
  void each_part(std::uint32_t table, const Visit& visit) {
    for (std::size_t lot = 0; lot < lots_.size(); ++lot) {
      const auto all = lots_.of(lot);
      const auto in_table = [&](const Amount& part) { return table_of_[part.cell] == table; };
      const auto first = std::ranges::find_if(all, in_table);
      const auto last = std::find_if_not(first, all.end(), in_table);
      if (first != last) {
        double whole = 0;
        for (auto part = first; part != last; ++part) {
          whole += part->amount;
        }
        visit(lot, std::span(first, last), whole);
      }
    }
  }

  void round() {
    taken_ = systematic_counts(shares_, {count_, 1, 0.5});
    std::size_t missing = 0;
    for (std::size_t lot = 0; lot < lots_.size(); ++lot) {
      const std::uint32_t most = lots_.copies[lot];
      missing += taken_[lot] > most ? taken_[lot] - most : 0;
      taken_[lot] = std::min(taken_[lot], most);
    }
    for (std::size_t lot = 0; lot < lots_.size() && missing > 0; ++lot) {
      const std::size_t more = shares_[lot] > kLeast
                                   ? std::min<std::size_t>(missing, lots_.copies[lot] - taken_[lot])
                                   : 0;
      taken_[lot] += static_cast<std::uint32_t>(more);
      missing -= more;
    }
  }

  /// What the error grows by when `sign` times a lot is added.
  double change(std::size_t lot, double sign) const {
    double change = 0;
    for (const Amount& part : lots_.of(lot)) {
      const double by = sign * part.amount;
      change += by * (2 * errors_[part.cell] + by) / std::sqrt(targets_.cells[part.cell] + kSofter);
    }
    return change;
  }

  void add(std::size_t lot, int sign) {
    taken_[lot] += static_cast<std::uint32_t>(sign);
    for (const Amount& part : lots_.of(lot)) {
      errors_[part.cell] += sign * static_cast<double>(part.amount);
    }
  }

  /// The best lot to take one from, or to add one of; size() when there is none.
  std::size_t best(int sign) const {
    std::size_t found = lots_.size();
    double least = INFINITY;
    for (std::size_t lot = 0; lot < lots_.size(); ++lot) {
      const bool possible = sign < 0 ? taken_[lot] > 0 : taken_[lot] < lots_.copies[lot];
      if (!possible) {
        continue;
      }
      const double own = change(lot, sign);
      if (own < least) {
        least = own;
        found = lot;
      }
    }
    return found;
  }

  void mend() {
    errors_.assign(targets_.cells.size(), 0);
    for (std::size_t lot = 0; lot < lots_.size(); ++lot) {
      for (const Amount& part : lots_.of(lot)) {
        errors_[part.cell] += static_cast<double>(part.amount) * taken_[lot];
      }
    }
    for (std::size_t cell = 0; cell < errors_.size(); ++cell) {
      errors_[cell] -= targets_.cells[cell];
    }
    const std::size_t each = 2 * lots_.amounts.size() + 1;
    const std::size_t exchanges = std::min(kMostExchanges, kMostWork / each);
    for (std::size_t i = 0; i < exchanges; ++i) {
      const std::size_t out = best(-1);
      if (out == lots_.size()) {
        return;
      }
      const double less = change(out, -1);
      add(out, -1);
      const std::size_t in = best(1);
      const double gain = less + change(in, 1);
      add(in, 1);
      if (gain >= -kLeast) {
        add(in, -1);
        add(out, 1);
        return;
      }
    }
  }

  const Lots& lots_;
  const RakeTargets& targets_;
  std::size_t count_;
  std::vector<std::uint32_t> table_of_;  ///< by cell
  std::vector<double> shares_;           ///< by lot: how many, not yet whole
  std::vector<std::uint32_t> taken_;
  std::vector<double> errors_;  ///< by cell: taken - wanted
};

}  // namespace

std::vector<std::uint32_t> rake(const Lots& lots, const RakeTargets& targets, std::size_t count,
                                bool mend) {
  if (lots.size() == 0) {
    return {};
  }
  return Raking(lots, targets, count).take(mend);
}

double shortfall(const Lots& lots, const RakeTargets& targets,
                 std::span<const std::uint32_t> taken) {
  std::vector<double> missing = targets.cells;
  for (std::size_t lot = 0; lot < lots.size(); ++lot) {
    for (const Amount& part : lots.of(lot)) {
      missing[part.cell] -= static_cast<double>(part.amount) * taken[lot];
    }
  }
  double worst = 0;
  std::uint32_t cell = 0;
  for (const std::uint32_t end : targets.table_end) {
    double wanted = 0;
    double less = 0;
    for (; cell < end; ++cell) {
      wanted += targets.cells[cell];
      less += std::max(0.0, missing[cell]);
    }
    worst = std::max(worst, wanted > 0 ? less / wanted : 0);
  }
  return worst;
}

}  // namespace tracetwin::marginal
