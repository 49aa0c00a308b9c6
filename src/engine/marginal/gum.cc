#include "engine/marginal/gum.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "marginal/codes.h"

namespace tracetwin::engine {
namespace {

constexpr double kDecay = 0.84;
constexpr double kDecaySteps = 10;       // over a whole run
constexpr double kLeastProgress = 0.01;  // a round that lowers the error by less is in vain
constexpr int kPatience = 4;             // rounds in vain before giving up
constexpr double kGoodEnough = 1e-4;

}  // namespace

Gum::Gum(const Domain& domain, std::vector<Target> targets, Columns& columns, Random& random)
    : domain_(domain),
      targets_(std::move(targets)),
      columns_(columns),
      random_(random),
      rows_(columns.front().size()),
      errors_(targets_.size()),
      codes_(rows_) {}

void Gum::run(int rounds) {
  Columns best = columns_;
  double least = error();
  int in_vain = 0;
  for (int round = 0; round < rounds && in_vain < kPatience && least > kGoodEnough; ++round) {
    const double step = std::pow(kDecay, std::floor(kDecaySteps * round / rounds));
    for (const std::size_t target : worst_first()) {
      update(target, step, round % 2 == 0 ? 0.5 : 1.0);
    }
    const double now = error();
    in_vain = now < least * (1 - kLeastProgress) ? 0 : in_vain + 1;
    if (now < least) {
      least = now;
      best = columns_;
    }
  }
  columns_ = std::move(best);
}

double Gum::error() {
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    count(targets_[i]);
    std::int64_t distance = 0;
    for (std::size_t cell = 0; cell < counts_.size(); ++cell) {
      distance += std::abs(std::int64_t{targets_[i].counts[cell]} - counts_[cell]);
    }
    errors_[i] =
        static_cast<double>(distance) / static_cast<double>(std::max<std::size_t>(1, rows_));
  }
  return std::accumulate(errors_.begin(), errors_.end(), 0.0) /
         static_cast<double>(std::max<std::size_t>(1, targets_.size()));
}

std::vector<std::size_t> Gum::worst_first() const {
  std::vector<std::size_t> order(targets_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return errors_[a] > errors_[b]; });
  return order;
}

void Gum::count(const Target& target) {
  marginal::joint_codes(views(columns_), domain_, target.clique, 0, codes_);
  counts_.assign(target.counts.size(), 0);
  for (const std::uint32_t code : codes_) {
    ++counts_[code];
  }
}

void Gum::update(std::size_t target, double step, double duplicates) {
  count(targets_[target]);
  cells_.assign(counts_.size(), Cell{});
  if (const std::int64_t moved = set_gains(targets_[target], step); moved > 0) {
    set_losses(targets_[target], moved);
    scan();
    move(targets_[target], duplicates);
  }
}

// Rounded by carrying the remainder on, so that small gaps are served in turn. Returns the sum.
std::int64_t Gum::set_gains(const Target& target, double step) {
  receiving_.clear();
  std::uint32_t donors = 0;
  std::int64_t moved = 0;
  double carry = random_.uniform();
  for (std::size_t cell = 0; cell < counts_.size(); ++cell) {
    if (target.counts[cell] <= counts_[cell]) {
      continue;
    }
    carry += step * (target.counts[cell] - counts_[cell]);
    const auto gain = static_cast<std::int32_t>(carry);
    carry -= gain;
    if (gain > 0) {
      cells_[cell] = {gain, counts_[cell], donors, 0};
      donors += std::min(counts_[cell], static_cast<std::uint32_t>(gain));
      receiving_.push_back(static_cast<std::uint32_t>(cell));
      moved += gain;
    }
  }
  donors_.resize(donors);
  return moved;
}

// The surplus is at least `moved`; each cell gives its share of it, rounded so that the sum is
// exact and no cell gives more than its surplus.
void Gum::set_losses(const Target& target, std::int64_t moved) {
  std::int64_t surplus = 0;
  for (std::size_t cell = 0; cell < counts_.size(); ++cell) {
    surplus += std::max<std::int64_t>(0, std::int64_t{counts_[cell]} - target.counts[cell]);
  }
  std::int64_t passed = 0;
  for (std::size_t cell = 0; cell < counts_.size(); ++cell) {
    if (counts_[cell] > target.counts[cell]) {
      const std::int64_t before = passed * moved / surplus;
      passed += counts_[cell] - target.counts[cell];
      cells_[cell].quota = static_cast<std::int32_t>(before - passed * moved / surplus);
      cells_[cell].left = counts_[cell];
    }
  }
}

// Selection sampling (Knuth, algorithm S) inside every cell at once: a row is taken with
// probability wanted / left.
void Gum::scan() {
  free_.clear();
  for (std::uint32_t row = 0; row < rows_; ++row) {
    Cell& cell = cells_[codes_[row]];
    if (cell.quota == 0) {
      continue;
    }
    const double draw = random_.uniform() * cell.left--;
    if (cell.quota < 0) {
      if (draw < -cell.quota) {
        free_.push_back(row);
        ++cell.quota;
      }
    } else if (cell.donors_got < static_cast<std::uint32_t>(cell.quota) &&
               draw < cell.quota - static_cast<std::int32_t>(cell.donors_got)) {
      donors_[cell.donors + cell.donors_got++] = row;
    }
  }
  random_.shuffle(std::span(free_));
}

void Gum::move(const Target& target, double duplicates) {
  auto row = free_.begin();
  for (const std::uint32_t index : receiving_) {
    const Cell& cell = cells_[index];
    const auto copies = static_cast<std::int32_t>(duplicates * cell.quota + random_.uniform());
    for (std::int32_t i = 0; i < cell.quota; ++i, ++row) {
      if (i < copies && cell.donors_got > 0) {
        copy_row(donors_[cell.donors + static_cast<std::uint32_t>(i) % cell.donors_got], *row);
      } else {
        overwrite(target.clique, index, *row);
      }
    }
  }
}

void Gum::copy_row(std::uint32_t from, std::uint32_t to) {
  for (auto& column : columns_) {
    column[to] = column[from];
  }
}

void Gum::overwrite(const marginal::Clique& clique, std::size_t cell, std::uint32_t row) {
  for (auto attribute = clique.rbegin(); attribute != clique.rend(); ++attribute) {
    const std::uint32_t cells = domain_[*attribute].cells;
    columns_[*attribute][row] = static_cast<std::uint16_t>(cell % cells);
    cell /= cells;
  }
}

}  // namespace tracetwin::engine
