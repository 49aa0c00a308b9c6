#include "engine/marginal/select.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace tracetwin::engine {
namespace {

using marginal::Clique;

constexpr double kMostChosenCells = 8e6;    // bounds memory when there is no noise to bound it
constexpr double kMostErrorOfMerged = 0.2;  // of the records: 10 % total variation
constexpr std::size_t kMostCliques = 4096;  // of one size
constexpr std::size_t kLargestClique = 6;

struct Chosen {
  double two_thirds = 0;
  double cells = 0;

  Chosen with(double more) const { return {two_thirds + two_thirds_power(more), cells + more}; }
};

bool adjacent_to_all(const std::set<Clique>& edges, const Clique& clique, std::uint32_t attribute) {
  return std::all_of(clique.begin(), clique.end(), [&](std::uint32_t member) {
    return edges.contains({std::min(member, attribute), std::max(member, attribute)});
  });
}

// Every clique with one attribute more, found once each by growing upwards.
std::vector<Clique> grown(const Domain& domain, const std::set<Clique>& edges,
                          const std::vector<Clique>& smaller, std::uint64_t most_cells) {
  std::vector<Clique> result;
  for (const Clique& clique : smaller) {
    for (std::uint32_t next = clique.back() + 1; next < domain.size(); ++next) {
      if (result.size() == kMostCliques) {
        return result;
      }
      Clique larger = clique;
      larger.push_back(next);
      if (adjacent_to_all(edges, clique, next) &&
          marginal::cells_of(domain, larger) <= most_cells) {
        result.push_back(std::move(larger));
      }
    }
  }
  return result;
}

// Largest first; among equals the one with fewer cells.
std::vector<Clique> cliques_of(const Domain& domain, std::span<const Clique> tables,
                               std::uint64_t most_cells) {
  std::set<Clique> edges;
  std::copy_if(tables.begin(), tables.end(), std::inserter(edges, edges.end()),
               [](const Clique& table) { return table.size() == 2; });
  std::vector<Clique> level(edges.begin(), edges.end());
  std::vector<Clique> all;
  for (std::size_t size = 3; size <= kLargestClique && !level.empty(); ++size) {
    level = grown(domain, edges, level, most_cells);
    all.insert(all.end(), level.begin(), level.end());
  }
  std::stable_sort(all.begin(), all.end(), [&](const Clique& a, const Clique& b) {
    return a.size() != b.size() ? a.size() > b.size()
                                : marginal::cells_of(domain, a) < marginal::cells_of(domain, b);
  });
  return all;
}

Chosen sum_of(const Domain& domain, std::span<const Clique> cliques) {
  Chosen sum;
  for (const Clique& clique : cliques) {
    sum = sum.with(static_cast<double>(marginal::cells_of(domain, clique)));
  }
  return sum;
}

// `tables` with `clique` in place of the tables it contains.
std::vector<Clique> replaced(const std::vector<Clique>& tables, const Clique& clique) {
  std::vector<Clique> result;
  for (const Clique& table : tables) {
    if (!marginal::contains(clique, table)) {
      result.push_back(table);
    }
  }
  result.push_back(clique);
  return result;
}

}  // namespace

std::vector<Clique> select_pairs(std::span<const Candidate> candidates,
                                 const NoiseForecast& forecast) {
  std::vector<const Candidate*> left;
  for (const Candidate& candidate : candidates) {
    left.push_back(&candidate);
  }
  std::vector<Clique> pairs;
  Chosen chosen;
  while (true) {
    const double now = forecast.total_error(chosen.two_thirds, chosen.cells);
    double best_gain = 0;
    std::size_t best = left.size();
    for (std::size_t i = 0; i < left.size(); ++i) {
      const Chosen next = chosen.with(left[i]->cells);
      const double gain =
          left[i]->dependence - (forecast.total_error(next.two_thirds, next.cells) - now);
      if (gain > best_gain && next.cells <= kMostChosenCells) {
        best_gain = gain;
        best = i;
      }
    }
    if (best == left.size()) {
      return pairs;
    }
    chosen = chosen.with(left[best]->cells);
    pairs.push_back(left[best]->clique);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
  }
}

std::vector<Clique> add_triples(const Domain& domain, std::vector<Clique> tables,
                                std::vector<Candidate> triples, const NoiseForecast& forecast) {
  std::stable_sort(triples.begin(), triples.end(), [](const Candidate& a, const Candidate& b) {
    return a.dependence > b.dependence;
  });
  const auto error = [&](const std::vector<Clique>& chosen) {
    const Chosen sum = sum_of(domain, chosen);
    return forecast.total_error(sum.two_thirds, sum.cells);
  };
  for (const Candidate& triple : triples) {
    const std::vector<Clique> next = replaced(tables, triple.clique);
    if (triple.dependence > error(next) - error(tables) &&
        sum_of(domain, next).cells <= kMostChosenCells) {
      tables = next;
    }
  }
  return tables;
}

std::vector<Clique> merge_pairs(const Domain& domain, std::span<const Clique> chosen,
                                std::uint64_t clique_cells, double total,
                                const NoiseForecast& forecast) {
  std::vector<Clique> tables(chosen.begin(), chosen.end());
  for (const Clique& clique : cliques_of(domain, chosen, clique_cells)) {
    const std::vector<Clique> next = replaced(tables, clique);
    const double error = forecast.table_error(
        static_cast<double>(marginal::cells_of(domain, clique)), sum_of(domain, next).two_thirds);
    // `next` has one table more than the ones that stay, so two covered pairs make it shorter.
    if (next.size() < tables.size() && error <= kMostErrorOfMerged * total) {
      tables = next;
    }
  }
  return tables;
}

}  // namespace tracetwin::engine
