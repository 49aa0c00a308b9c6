#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "base/random.h"
#include "series/mix.h"

namespace tracetwin::series {

/// A flow that a twin may have.
struct Candidate {
  DrawnFlow flow;
  std::vector<float> attributes;          ///< as the network made them
  std::vector<marginal::Amount> amounts;  ///< MixCells::of(flow)
};

/// Takes flows out of more than enough, so that a mix is met. Depends on what it is offered, in
/// order, and on the seed.
class Picker {
 public:
  Picker(const Scheme& scheme, const Mix& mix, const Lexicon& lexicon, const MixFields& fields,
         std::uint64_t seed);

  const MixCells& cells() const { return cells_; }
  /// Leaves out five-tuples that there are already, beyond the mix's share of such.
  void offer(Candidate candidate);
  /// From now on there may be any number of flows with a five-tuple: a network makes no others.
  void allow_repeats() { any_repeats_ = true; }
  std::size_t offered() const { return candidates_.size(); }

  /// Chooses samples for so many flows out of those offered; what is missing then, of the whole
  /// (marginal::shortfall()).
  double choose(double flows);
  /// The flows chosen, full samples put together to long ones; forgets the others.
  std::vector<Candidate> take();

 private:
  void sort_into_lots();
  std::vector<Candidate> joined(std::vector<Candidate> chosen);
  std::vector<std::pair<std::size_t, std::uint64_t>> long_flows();

  const Scheme& scheme_;
  const Mix& mix_;
  Lexicon lexicon_;
  MixFields fields_;
  MixCells cells_;
  Random random_;
  std::unordered_set<std::uint64_t> taken_;    ///< five-tuples of flows that were handed out
  std::unordered_set<std::uint64_t> offered_;  ///< and of candidates
  double seen_ = 0, repeated_ = 0;
  bool any_repeats_ = false;
  std::vector<Candidate> candidates_;
  marginal::Lots lots_;
  std::vector<std::vector<std::size_t>> members_;  ///< by lot: candidates
  std::vector<std::uint32_t> counts_;              ///< by lot: to be taken
  double flows_ = 0, samples_ = 0;
  marginal::RakeTargets targets_;
  double given_ = 0;                   ///< samples that were handed out
  std::vector<double> given_amounts_;  ///< of them, by cell
};

}  // namespace tracetwin::series
