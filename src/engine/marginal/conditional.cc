// Of a noisy table only cells 2 sigma above zero count as seen. A context's distribution is
//   (seen counts + left * fallback) / (sum of seen + left),
// where `left` is what the context's noisy total holds beyond the seen cells (at least one
// record), and the fallback is the coarser table's distribution of the same context, itself
// smoothed in this way by the prior.
#include "engine/marginal/conditional.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "marginal/clique.h"

namespace tracetwin::engine {
namespace {

constexpr double kSeenSigmas = 2;

void normalise(std::span<double> row) {
  double total = 0;
  for (const double p : row) {
    total += p;
  }
  for (double& p : row) {
    p = total > 0 ? p / total : 1.0 / static_cast<double>(row.size());
  }
}

/// `fallback` has one row for every `contexts_per_fallback` rows of `noisy`.
std::vector<double> smoothed(const dp::NoisyCounts& noisy, std::size_t width,
                             const std::vector<double>& fallback,
                             std::size_t contexts_per_fallback) {
  const double least = std::max(1.0, kSeenSigmas * noisy.sigma());
  std::vector<double> result(noisy.size());
  for (std::size_t context = 0; context * width < noisy.size(); ++context) {
    const std::span<double> row(result.data() + context * width, width);
    const auto counts = noisy.values().subspan(context * width, width);
    double total = 0;
    double seen = 0;
    for (std::size_t t = 0; t < width; ++t) {
      const auto count = static_cast<double>(counts[t]);
      row[t] = count >= least ? count : 0;
      total += count;
      seen += row[t];
    }
    const double left = std::max(1.0, total - seen);
    const double* other = fallback.data() + context / contexts_per_fallback * width;
    for (std::size_t t = 0; t < width; ++t) {
      row[t] += left * other[t];
    }
    normalise(row);
  }
  return result;
}

std::vector<double> prior_rows(const Conditional::Options& options, std::size_t rows,
                               std::size_t width) {
  std::vector<double> prior =
      options.prior.empty() ? std::vector<double>(rows * width, 1.0) : options.prior;
  for (std::size_t row = 0; row < rows; ++row) {
    normalise(std::span(prior).subspan(row * width, width));
  }
  return prior;
}

}  // namespace

Conditional Conditional::train(const Table& table, const Options& options, dp::Ledger& ledger) {
  const Domain& domain = table.domain;
  const auto last = static_cast<std::uint32_t>(domain.size() - 1);
  const std::size_t width = domain.back().cells;
  marginal::Clique all;
  std::size_t contexts = 1;
  for (std::uint32_t a = 0; a <= last; ++a) {
    all.push_back(a);
    contexts *= a < last ? domain[a].cells : 1;
  }
  const auto measure = [&](const marginal::Clique& clique, const std::string& name) {
    return dp::release(marginal::count(table, clique, options.threads),
                       {"publishing", name, options.rho / 2, options.l2_sensitivity}, ledger);
  };
  const auto coarse = measure({0, last}, options.what + " given " + domain.front().name);
  const auto fine = measure(all, options.what + " given its whole context");
  const std::vector<double> prior = prior_rows(options, domain.front().cells, width);
  const std::vector<double> fallback = smoothed(coarse, width, prior, 1);
  return {domain, smoothed(fine, width, fallback, contexts / domain.front().cells)};
}

Conditional::Conditional(Domain domain, std::vector<double> probabilities)
    : domain_(std::move(domain)), probabilities_(std::move(probabilities)) {
  std::size_t cells = domain_.empty() ? 0 : 1;
  for (const auto& attribute : domain_) {
    cells *= attribute.cells;
  }
  const bool sound = std::all_of(probabilities_.begin(), probabilities_.end(),
                                 [](double p) { return p >= 0 && p <= 1.000001; });
  if (cells == 0 || probabilities_.size() != cells || !sound) {
    throw Error("a conditional table of the model does not fit its domain");
  }
  cumulative_.resize(cells);
  const std::size_t width = domain_.back().cells;
  for (std::size_t i = 0; i < cells; ++i) {
    cumulative_[i] = probabilities_[i] + (i % width == 0 ? 0 : cumulative_[i - 1]);
  }
}

std::size_t Conditional::row_of(std::span<const std::uint16_t> context) const {
  std::size_t row = 0;
  for (std::size_t a = 0; a < context.size(); ++a) {
    row = row * domain_[a].cells + context[a];
  }
  return row * domain_.back().cells;
}

std::uint16_t Conditional::draw(std::span<const std::uint16_t> context, Random& random) const {
  const auto begin = cumulative_.begin() + static_cast<std::ptrdiff_t>(row_of(context));
  const auto end = begin + domain_.back().cells;
  const auto found = std::upper_bound(begin, end, random.uniform() * *(end - 1));
  return static_cast<std::uint16_t>(std::min(found, end - 1) - begin);
}

double Conditional::probability(std::span<const std::uint16_t> context, std::uint16_t drawn) const {
  return probabilities_[row_of(context) + drawn];
}

}  // namespace tracetwin::engine
