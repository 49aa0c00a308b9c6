#include "audit/distinguish.h"

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace tracetwin::audit {
namespace {

constexpr std::size_t kLeastTrials = 4;

/// Every other value, from the first or the second.
std::vector<double> half_of(const std::vector<double>& values, std::size_t first) {
  std::vector<double> half;
  for (std::size_t i = first; i < values.size(); i += 2) {
    half.push_back(values[i]);
  }
  return half;
}

std::uint64_t count_at_least(const std::vector<double>& sorted, double threshold) {
  const auto from = std::lower_bound(sorted.begin(), sorted.end(), threshold);
  return static_cast<std::uint64_t>(sorted.end() - from);
}

/// The smallest value, and the middle between each and the next.
std::vector<double> thresholds_of(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> values = a;
  values.insert(values.end(), b.begin(), b.end());
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  std::vector<double> thresholds = {values.front()};
  for (std::size_t i = 1; i < values.size(); ++i) {
    thresholds.push_back(values[i - 1] + (values[i] - values[i - 1]) / 2);
  }
  return thresholds;
}

/// Upper ends of the interval of each number of errors.
std::vector<double> most_rates(std::size_t trials, double confidence) {
  std::vector<double> rates;
  for (std::size_t errors = 0; errors <= trials; ++errors) {
    rates.push_back(clopper_pearson(errors, trials, confidence).high);
  }
  return rates;
}

/// Looks for the rule that would be worth most in the trials it is chosen on.
class Chooser {
 public:
  Chooser(std::size_t without, std::size_t with, Aim aim, double delta, double confidence)
      : aim_(aim),
        delta_(delta),
        without_(most_rates(without, confidence)),
        with_(most_rates(with, confidence)) {}

  void try_attack(std::size_t attack, std::vector<double> without, std::vector<double> with) {
    std::sort(without.begin(), without.end());
    std::sort(with.begin(), with.end());
    for (const double threshold : thresholds_of(without, with)) {
      const std::uint64_t alarms = count_at_least(without, threshold);
      const std::uint64_t hits = count_at_least(with, threshold);
      consider({attack, threshold, true}, alarms, with.size() - hits);
      consider({attack, threshold, false}, without.size() - alarms, hits);
    }
  }
  const Rule& best() const { return best_; }

 private:
  void consider(const Rule& rule, std::uint64_t alarms, std::uint64_t misses) {
    const double worth = worth_of(alarms, misses);
    if (worth > worth_) {
      worth_ = worth;
      best_ = rule;
    }
  }

  /// Where nothing can be proven, the sum of the errors decides.
  double worth_of(std::uint64_t alarms, std::uint64_t misses) const {
    const double missing = without_[alarms] + with_[misses];
    const double epsilon =
        aim_ == Aim::kEpsilon ? proven_epsilon(without_[alarms], with_[misses], delta_) : 0;
    return epsilon > 0 ? 1 + epsilon : -missing;
  }

  Aim aim_;
  double delta_;
  std::vector<double> without_;
  std::vector<double> with_;
  double worth_ = -std::numeric_limits<double>::infinity();
  Rule best_;
};

std::uint64_t says_with(const Rule& rule, const std::vector<double>& values) {
  const auto count = std::count_if(values.begin(), values.end(), [&](double value) {
    return (value >= rule.threshold) == rule.above;
  });
  return static_cast<std::uint64_t>(count);
}

double rate(std::uint64_t count, std::uint64_t trials) {
  return static_cast<double>(count) / static_cast<double>(trials);
}

Outcome tested(const Rule& rule, const std::vector<double>& without,
               const std::vector<double>& with, double delta, double confidence) {
  Outcome outcome;
  outcome.rule = rule;
  outcome.trials_without = without.size();
  outcome.trials_with = with.size();
  outcome.false_alarms = says_with(rule, without);
  outcome.misses = with.size() - says_with(rule, with);
  const Interval alarms = clopper_pearson(outcome.false_alarms, without.size(), confidence);
  const Interval misses = clopper_pearson(outcome.misses, with.size(), confidence);
  outcome.epsilon = proven_epsilon(alarms.high, misses.high, delta);
  outcome.advantage =
      1 - rate(outcome.misses, with.size()) - rate(outcome.false_alarms, without.size());
  outcome.advantage_interval = {1 - misses.high - alarms.high, 1 - misses.low - alarms.low};
  return outcome;
}

}  // namespace

Outcome distinguish(const Scores& scores, Aim aim, double delta, double confidence) {
  const std::size_t without = scores.without.front().size();
  const std::size_t with = scores.with.front().size();
  if (without < kLeastTrials || with < kLeastTrials) {
    throw Error("an attack needs four trials of each kind at least", "Ask for more --runs.");
  }
  Chooser chooser((without + 1) / 2, (with + 1) / 2, aim, delta, confidence);
  for (std::size_t attack = 0; attack < scores.without.size(); ++attack) {
    chooser.try_attack(attack, half_of(scores.without[attack], 0), half_of(scores.with[attack], 0));
  }
  const Rule& rule = chooser.best();
  return tested(rule, half_of(scores.without[rule.attack], 1), half_of(scores.with[rule.attack], 1),
                delta, confidence);
}

}  // namespace tracetwin::audit
