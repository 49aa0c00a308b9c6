#include "series/pick.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "marginal/systematic.h"

namespace tracetwin::series {
namespace {

constexpr unsigned kHalf = 64;

std::uint64_t tuple_hash(const KeyFields& key, const std::vector<Key>& row) {
  std::uint64_t hash = 0;
  for (const std::size_t f : key) {
    hash = mix(mix(hash, static_cast<std::uint64_t>(row[f] >> kHalf)),
               static_cast<std::uint64_t>(row[f]));
  }
  return hash;
}

/// Adds the records of one flow to those of another; `behind` them, when a silence between the two
/// would make them two conversations.
void append(DrawnFlow&& from, bool behind, DrawnFlow& to) {
  const std::int64_t last = to.time_ns.back();
  const auto records = static_cast<std::int64_t>(to.time_ns.size());
  const std::int64_t shift =
      behind ? last + (last - to.time_ns.front()) / records - from.time_ns.front() : 0;
  for (const std::int64_t time : from.time_ns) {
    to.time_ns.push_back(time + shift);
  }
  std::ranges::move(from.features, std::back_inserter(to.features));
}

/// Hastens a flow that lasts beyond a time.
void hasten(std::int64_t end, DrawnFlow& flow) {
  const std::int64_t first = flow.time_ns.front();
  if (flow.time_ns.back() <= end) {
    return;
  }
  const double factor =
      static_cast<double>(end - first) / static_cast<double>(flow.time_ns.back() - first);
  for (std::int64_t& time : flow.time_ns) {
    time = first + static_cast<std::int64_t>(static_cast<double>(time - first) * factor);
  }
}

/// Puts records in order of time, and leaves the first of them.
void settle_records(DrawnFlow& flow, std::size_t most) {
  std::vector<std::size_t> order(flow.time_ns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t r) { return flow.time_ns[r]; });
  order.resize(std::min(most, order.size()));
  DrawnFlow sorted;
  for (const std::size_t r : order) {
    sorted.time_ns.push_back(flow.time_ns[r]);
    sorted.features.push_back(std::move(flow.features[r]));
  }
  flow.time_ns = std::move(sorted.time_ns);
  flow.features = std::move(sorted.features);
}

}  // namespace

Picker::Picker(const Scheme& scheme, const Mix& mix, const Lexicon& lexicon,
               const MixFields& fields, std::uint64_t seed)
    : scheme_(scheme),
      mix_(mix),
      lexicon_(lexicon),
      fields_(fields),
      cells_(scheme, mix, lexicon, fields),
      random_(seed) {}

void Picker::offer(Candidate candidate) {
  const std::uint64_t tuple = tuple_hash(fields_.key, candidate.flow.row);
  ++seen_;
  if (taken_.contains(tuple) || !offered_.insert(tuple).second) {
    if (!any_repeats_ && repeated_ >= mix_.repeats * seen_) {
      return;
    }
    ++repeated_;
  }
  candidates_.push_back(std::move(candidate));
}

/// Candidates with the same amounts are one lot, and lots that are alike lie beside each other.
void Picker::sort_into_lots() {
  const auto less = [](const marginal::Amount& a, const marginal::Amount& b) {
    return std::tie(a.cell, a.amount) < std::tie(b.cell, b.amount);
  };
  const auto order = [&](std::size_t a, std::size_t b) {
    return std::ranges::lexicographical_compare(candidates_[a].amounts, candidates_[b].amounts,
                                                less);
  };
  std::vector<std::size_t> all(candidates_.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::ranges::stable_sort(all, order);
  lots_ = {};
  members_.clear();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == 0 || order(all[i - 1], all[i])) {
      const auto& amounts = candidates_[all[i]].amounts;
      lots_.amounts.insert(lots_.amounts.end(), amounts.begin(), amounts.end());
      lots_.begin.push_back(lots_.amounts.size());
      lots_.copies.push_back(0);
      members_.emplace_back();
    }
    ++lots_.copies.back();
    members_.back().push_back(all[i]);
  }
}

double Picker::choose(double flows) {
  sort_into_lots();
  flows_ = flows;
  samples_ = std::max(1.0, std::round(flows * mix_.samples));
  // What is wanted of all so far, less what there is: a wave mends those before it.
  targets_ = cells_.targets(given_ + samples_);
  given_amounts_.resize(targets_.cells.size());
  for (std::size_t cell = 0; cell < targets_.cells.size(); ++cell) {
    targets_.cells[cell] = std::max(0.0, targets_.cells[cell] - given_amounts_[cell]);
  }
  counts_ = marginal::rake(lots_, targets_, static_cast<std::size_t>(samples_), false);
  return marginal::shortfall(lots_, targets_, counts_);
}

std::vector<Candidate> Picker::take() {
  counts_ = marginal::rake(lots_, targets_, static_cast<std::size_t>(samples_), true);
  for (std::size_t lot = 0; lot < lots_.size(); ++lot) {
    given_ += counts_[lot];
    for (const marginal::Amount& part : lots_.of(lot)) {
      given_amounts_[part.cell] += static_cast<double>(part.amount) * counts_[lot];
    }
  }
  std::vector<std::size_t> places;
  for (std::size_t lot = 0; lot < members_.size(); ++lot) {
    places.insert(places.end(), members_[lot].begin(), members_[lot].begin() + counts_[lot]);
  }
  std::ranges::sort(places);
  std::vector<Candidate> chosen;
  chosen.reserve(places.size());
  for (const std::size_t place : places) {
    chosen.push_back(std::move(candidates_[place]));
  }
  chosen = joined(std::move(chosen));
  for (const Candidate& candidate : chosen) {
    taken_.insert(tuple_hash(fields_.key, candidate.flow.row));
  }
  candidates_.clear();
  offered_.clear();
  members_.clear();
  return chosen;
}

/// How many records, and of which protocol, longest first.
std::vector<std::pair<std::size_t, std::uint64_t>> Picker::long_flows() {
  std::vector<double> weights;
  for (const LongFlows& longs : mix_.longs) {
    weights.push_back(longs.flows);
  }
  const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
  const auto count = static_cast<std::size_t>(std::llround(all * flows_));
  const auto counts = marginal::systematic_counts(weights, {count, 1, 0.5});
  std::vector<std::pair<std::size_t, std::uint64_t>> flows;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const LongFlows& longs = mix_.longs[i];
    for (std::uint32_t c = 0; c < counts[i]; ++c) {
      const double length = longs.low * std::pow(longs.high / longs.low, random_.uniform());
      flows.emplace_back(static_cast<std::size_t>(length), longs.code);
    }
  }
  std::ranges::sort(flows, std::greater<>());
  return flows;
}

/// A long flow takes full samples that are alike: neighbours by port and host of the service.
std::vector<Candidate> Picker::joined(std::vector<Candidate> chosen) {
  std::map<std::uint64_t, std::vector<std::size_t>> pools;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const DrawnFlow& flow = chosen[i].flow;
    if (flow.time_ns.size() >= scheme_.most_records) {
      pools[mix_code(lexicon_, fields_.protocol, flow.row[fields_.protocol])].push_back(i);
    }
  }
  for (auto& [code, pool] : pools) {
    std::ranges::stable_sort(pool, {}, [&](std::size_t i) {
      const std::vector<Key>& row = chosen[i].flow.row;
      return std::tuple(row[3], row[1], row[0]);
    });
  }
  for (const auto& [length, code] : long_flows()) {
    std::vector<std::size_t>& pool = pools[code];
    const std::size_t samples = (length + scheme_.most_records - 1) / scheme_.most_records;
    const std::size_t size = std::min(samples, pool.size());
    if (size < 2) {
      continue;
    }
    const auto first =
        pool.begin() + static_cast<std::ptrdiff_t>(random_.below(pool.size() - size + 1));
    const auto last = first + static_cast<std::ptrdiff_t>(size);
    DrawnFlow& flow = chosen[*first].flow;
    const bool behind = fields_.direction.has_value();
    std::int64_t end = flow.time_ns.back();
    for (auto at = first + 1; at != last; ++at) {
      end = std::max(end, chosen[*at].flow.time_ns.back());
      append(std::move(chosen[*at].flow), behind, flow);
      chosen[*at].flow = {};
    }
    if (behind) {
      hasten(end, flow);
    }
    settle_records(flow, length);
    pool.erase(first, last);
  }
  std::erase_if(chosen, [](const Candidate& candidate) { return candidate.flow.row.empty(); });
  return chosen;
}

}  // namespace tracetwin::series
