// The NetDPSyn pipeline: score all pairs, choose those whose dependence outweighs the noise of
// measuring them, join cliques, measure, reconcile. Where the published implementation errs, this
// one follows the papers or does better:
//   - one rho for everything, booked before it is spent; cells^(2/3) shares as the choice assumes;
//   - scores of sensitivity 1 (the one-ways are noisy already) instead of 4, and less the distance
//     that chance would show, so that large sparse tables are not mistaken for dependence;
//   - the choice sees the encoded domain and may stop at nothing; no threshold in records;
//   - the one-ways are measured once and take part in the estimate;
//   - consistency converges, and all marginals end with one total.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "engine/marginal/select.h"
#include "engine/marginal/table_model.h"
#include "marginal/consistency.h"
#include "marginal/merge.h"

namespace tracetwin::engine {
namespace {

using marginal::Clique;
using marginal::NoisyMarginal;

void check(const Domain& domain, const std::vector<NoisyMarginal>& one_ways) {
  if (domain.empty() || one_ways.size() != domain.size()) {
    throw Error(fmt::format("a table of {} attributes needs as many one-way marginals, not {}",
                            domain.size(), one_ways.size()));
  }
  for (std::uint32_t a = 0; a < domain.size(); ++a) {
    if (domain[a].cells == 0 || one_ways[a].clique != Clique{a} ||
        one_ways[a].values.size() != domain[a].cells) {
      throw Error(fmt::format("the one-way marginal of '{}' has {} cells, expected {} (at least 1)",
                              domain[a].name, one_ways[a].values.size(), domain[a].cells));
    }
  }
}

double positive_total(const std::vector<NoisyMarginal>& marginals) {
  return std::max(1.0, marginal::estimate_total(marginals));
}

NoiseForecast forecast_for(const NetDpSynOptions& options, const dp::Ledger& ledger) {
  return ledger.adds_noise()
             ? NoiseForecast::with_budget(options.publish_rho, options.l2_sensitivity)
             : NoiseForecast::without_budget();
}

std::vector<Clique> choose_tables(const Codes& records, const std::vector<NoisyMarginal>& one_ways,
                                  const NetDpSynOptions& options, dp::Ledger& ledger) {
  if (ledger.adds_noise() && (options.selection_rho <= 0 || options.publish_rho <= 0)) {
    return {};
  }
  const double total = positive_total(one_ways);
  const NoiseForecast forecast = forecast_for(options, ledger);
  const Candidates candidates =
      score_candidates(records, one_ways, total, options, forecast, ledger);
  const auto tables = add_triples(records.domain(), select_pairs(candidates.pairs, forecast),
                                  candidates.triples, forecast);
  return merge_pairs(records.domain(), tables, options.clique_cells, total, forecast);
}

/// The tables of an earlier model of the same codes, whose one-ways are measured anyway.
std::vector<Clique> tables_of(const TableModel& earlier, const Domain& domain) {
  const bool same = std::ranges::equal(earlier.domain, domain, [](const auto& a, const auto& b) {
    return a.name == b.name && a.cells == b.cells;
  });
  if (!same) {
    throw Error("the earlier model has other codes than these records", "Learn them anew.");
  }
  std::vector<Clique> cliques;
  for (const TableModel::Part& part : earlier.parts) {
    if (part.clique.size() > 1) {
      cliques.push_back(part.clique);
    }
  }
  return cliques;
}

/// What the earlier model says of a table: of the part that has all of its attributes.
std::optional<marginal::Believed> believed_by(const TableModel& earlier, const Clique& clique) {
  const auto part = std::ranges::find_if(earlier.parts, [&](const TableModel::Part& candidate) {
    return marginal::contains(candidate.clique, clique);
  });
  if (part == earlier.parts.end()) {
    return std::nullopt;
  }
  return marginal::projected(earlier.domain, {part->clique, part->probabilities, part->sigma},
                             clique);
}

void merge(const Earlier& earlier, std::vector<NoisyMarginal>& marginals) {
  const double total = positive_total(marginals);
  for (NoisyMarginal& fresh : marginals) {
    if (const auto believed = believed_by(*earlier.model, fresh.clique)) {
      marginal::merge(*believed, total, earlier.memory, fresh);
    }
  }
}

std::string names_of(const Domain& domain, const Clique& clique) {
  std::string names;
  for (const std::uint32_t attribute : clique) {
    names += (names.empty() ? "" : " x ") + domain[attribute].name;
  }
  return names;
}

std::vector<NoisyMarginal> publish(const Codes& records, const std::vector<Clique>& cliques,
                                   const NetDpSynOptions& options, dp::Ledger& ledger,
                                   const Progress& progress) {
  std::vector<double> cells;
  cells.reserve(cliques.size());
  for (const Clique& clique : cliques) {
    cells.push_back(static_cast<double>(marginal::cells_of(records.domain(), clique)));
  }
  const std::vector<double> rho = allocate_rho(cells, options.publish_rho);
  const std::vector<dp::PrivateCounts> counts =
      marginal::count_all(records, cliques, options.threads, options.ranks);
  std::vector<NoisyMarginal> published;
  for (std::size_t i = 0; i < cliques.size(); ++i) {
    const dp::ReleaseRequest request{"publishing",
                                     "joint table of " + names_of(records.domain(), cliques[i]),
                                     rho[i], options.l2_sensitivity};
    published.emplace_back(cliques[i], dp::release(counts[i], request, ledger));
    published.back().impossible =
        marginal::impossible_cells(records.domain(), cliques[i], options.impossible);
    if (progress) {
      progress({"publishing", i + 1, cliques.size(), "tables"});
    }
  }
  return published;
}

std::vector<double> normalised(std::vector<double> values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  for (double& value : values) {
    value = sum > 0 ? value / sum : 1.0 / static_cast<double>(values.size());
  }
  return values;
}

// `marginals`: the published tables first, then the one-ways. A one-way that a table covers has
// said what it had to say.
TableModel estimate(const Domain& domain, std::vector<NoisyMarginal> marginals) {
  TableModel model{domain, {}, positive_total(marginals), std::nullopt};
  marginal::make_consistent(domain, marginals, model.records);
  Clique covered;
  for (NoisyMarginal& measured : marginals) {
    if (!marginal::contains(covered, measured.clique) || measured.clique.size() > 1) {
      covered = marginal::united(covered, measured.clique);
      model.parts.push_back(
          {measured.clique, normalised(std::move(measured.values)), measured.sigma});
    }
  }
  return model;
}

}  // namespace

TableModel train_netdpsyn(const Codes& records, std::vector<NoisyMarginal> one_ways,
                          const NetDpSynOptions& options, dp::Ledger& ledger,
                          const Progress& progress) {
  check(records.domain(), one_ways);
  if (progress) {
    progress({"choosing pairs", 0, 1, "steps"});
  }
  const std::vector<Clique> cliques = options.earlier.model != nullptr
                                          ? tables_of(*options.earlier.model, records.domain())
                                          : choose_tables(records, one_ways, options, ledger);
  std::vector<NoisyMarginal> marginals = publish(records, cliques, options, ledger, progress);
  std::move(one_ways.begin(), one_ways.end(), std::back_inserter(marginals));
  if (options.earlier.model != nullptr) {
    merge(options.earlier, marginals);
  }
  if (progress) {
    progress({"estimating", 0, 1, "steps"});
  }
  return estimate(records.domain(), std::move(marginals));
}

}  // namespace tracetwin::engine
