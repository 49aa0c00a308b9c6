#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "engine/marginal/entropy.h"
#include "engine/marginal/fill.h"
#include "marginal/codes.h"

namespace tracetwin::engine {
namespace {

using marginal::Clique;

class Planner {
 public:
  explicit Planner(const TableModel& model)
      : model_(model), known_(model.parts.size()), gain_(model.parts.size()) {}

  std::vector<FillStep> plan(std::optional<std::uint32_t> key) {
    std::vector<FillStep> steps;
    for (auto part = first(key); part; part = next()) {
      steps.push_back(step(*part));
      filled_ = marginal::united(filled_, model_.parts[*part].clique);
    }
    return steps;
  }

 private:
  // How much the attributes of a part depend on each other (total correlation).
  double dependence(std::size_t part) const {
    const auto& [clique, probabilities, sigma] = model_.parts[part];
    double sum = -entropy(probabilities);
    for (const std::uint32_t attribute : clique) {
      sum += entropy(marginal::project(model_.domain, clique, probabilities, {attribute}));
    }
    return sum;
  }

  std::optional<std::size_t> first(std::optional<std::uint32_t> key) const {
    std::optional<std::size_t> best;
    double most = 0;
    for (std::size_t part = 0; part < model_.parts.size(); ++part) {
      if (key && !marginal::contains(model_.parts[part].clique, {*key})) {
        continue;
      }
      const double own = dependence(part);
      if (!best || own > most) {
        best = part;
        most = own;
      }
    }
    return best;
  }

  // Mutual information of what the part shares with the filled attributes and what it adds;
  // remembered until what it shares changes.
  double gain(std::size_t part) {
    const auto& [clique, probabilities, sigma] = model_.parts[part];
    const Clique given = marginal::intersection(clique, filled_);
    if (given.empty()) {
      return -1;
    }
    if (known_[part] != given) {
      const Clique fresh = marginal::difference(clique, given);
      gain_[part] = entropy(marginal::project(model_.domain, clique, probabilities, given)) +
                    entropy(marginal::project(model_.domain, clique, probabilities, fresh)) -
                    entropy(probabilities);
      known_[part] = given;
    }
    return gain_[part];
  }

  std::optional<std::size_t> next() {
    std::optional<std::size_t> best;
    double most = 0;
    for (std::size_t part = 0; part < model_.parts.size(); ++part) {
      if (marginal::contains(filled_, model_.parts[part].clique)) {
        continue;
      }
      const double own = gain(part);
      if (!best || own > most) {
        best = part;
        most = own;
      }
    }
    return best;
  }

  FillStep step(std::size_t part) const {
    const auto& [clique, probabilities, sigma] = model_.parts[part];
    FillStep result;
    result.part = part;
    result.given = marginal::intersection(clique, filled_);
    result.fresh = marginal::difference(clique, filled_);
    result.fallback = marginal::project(model_.domain, clique, probabilities, result.fresh);
    const auto rows = marginal::projection_map(model_.domain, clique, result.given);
    const auto places = marginal::projection_map(model_.domain, clique, result.fresh);
    result.weights.resize(probabilities.size());
    for (std::size_t cell = 0; cell < probabilities.size(); ++cell) {
      result.weights[rows[cell] * result.fallback.size() + places[cell]] = probabilities[cell];
    }
    return result;
  }

  const TableModel& model_;
  Clique filled_;
  std::vector<Clique> known_;
  std::vector<double> gain_;
};

std::optional<std::uint32_t> index_of(const Domain& domain, const std::string& key) {
  if (key.empty()) {
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (const Attribute& attribute : domain) {
    if (attribute.name == key) {
      return static_cast<std::uint32_t>(names.size());
    }
    names.push_back(attribute.name);
  }
  const auto meant = nearest(key, names);
  throw Error(fmt::format("the model has no attribute '{}'", key),
              meant ? fmt::format("did you mean '{}'?", *meant) : std::string());
}

}  // namespace

std::vector<FillStep> plan_fill(const TableModel& model, const std::string& key) {
  return Planner(model).plan(index_of(model.domain, key));
}

}  // namespace tracetwin::engine
