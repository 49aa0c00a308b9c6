#include "engine/marginal/fill.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "marginal/codes.h"

namespace tracetwin::engine {
namespace {

using marginal::EvenPoints;

class Filler {
 public:
  Filler(const Domain& domain, Columns& columns, Random& random)
      : domain_(domain),
        columns_(columns),
        random_(random),
        rows_(columns.front().size()),
        order_(rows_),
        grouped_(rows_),
        codes_(rows_) {
    std::iota(order_.begin(), order_.end(), 0U);
  }

  void run(const FillStep& step, const EvenPoints& start) {
    group_rows(step);
    const std::size_t width = step.fallback.size();
    for (std::size_t cell = 0; cell + 1 < ends_.size(); ++cell) {
      const std::span rows =
          std::span(grouped_).subspan(ends_[cell], ends_[cell + 1] - ends_[cell]);
      if (!rows.empty()) {
        const std::span weights = std::span(step.weights).subspan(cell * width, width);
        const EvenPoints points =
            step.given.empty() ? start : EvenPoints{rows.size(), 1, random_.uniform()};
        assign(step, rows, usable(step, weights), points);
      }
    }
  }

 private:
  // Counting sort of the rows by their cell of `given`; random order inside a cell, since any
  // fixed one would couple attributes that have nothing to do with each other.
  void group_rows(const FillStep& step) {
    random_.shuffle(std::span(order_));
    marginal::joint_codes(views(columns_), domain_, step.given, 0, codes_);
    ends_.assign(step.weights.size() / step.fallback.size() + 1, 0);
    for (const std::uint32_t code : codes_) {
      ++ends_[code + 1];
    }
    std::partial_sum(ends_.begin(), ends_.end(), ends_.begin());
    std::vector<std::uint32_t> next(ends_.begin(), ends_.end() - 1);
    for (const std::uint32_t row : order_) {
      grouped_[next[codes_[row]]++] = row;
    }
  }

  static std::span<const double> usable(const FillStep& step, std::span<const double> weights) {
    const bool some = std::any_of(weights.begin(), weights.end(), [](double w) { return w > 0; });
    return some ? weights : std::span<const double>(step.fallback);
  }

  void assign(const FillStep& step, std::span<const std::uint32_t> rows,
              std::span<const double> weights, const EvenPoints& points) {
    const std::vector<std::uint32_t> counts = marginal::systematic_counts(weights, points);
    std::size_t taken = 0;
    for (std::size_t cell = 0; cell < counts.size(); ++cell) {
      if (counts[cell] > 0) {
        write(step.fresh, cell, rows.subspan(taken, counts[cell]));
        taken += counts[cell];
      }
    }
  }

  void write(const marginal::Clique& fresh, std::size_t cell, std::span<const std::uint32_t> rows) {
    for (auto attribute = fresh.rbegin(); attribute != fresh.rend(); ++attribute) {
      const std::uint32_t cells = domain_[*attribute].cells;
      const auto value = static_cast<std::uint16_t>(cell % cells);
      cell /= cells;
      for (const std::uint32_t row : rows) {
        columns_[*attribute][row] = value;
      }
    }
  }

  const Domain& domain_;
  Columns& columns_;
  Random& random_;
  std::size_t rows_;
  std::vector<std::uint32_t> order_;    // all rows, shuffled
  std::vector<std::uint32_t> grouped_;  // all rows, by cell of `given`
  std::vector<std::uint32_t> codes_;    // cell of `given` of each row
  std::vector<std::uint32_t> ends_;     // where each cell's rows begin in grouped_
};

}  // namespace

void fill(const Domain& domain, const std::vector<FillStep>& steps,
          const std::vector<EvenPoints>& starts, Columns& columns, Random& random) {
  Filler filler(domain, columns, random);
  for (const FillStep& step : steps) {
    filler.run(step, starts[step.part]);
  }
}

}  // namespace tracetwin::engine
