#include "engine/marginal/belief_tree.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "engine/marginal/entropy.h"
#include "marginal/codes.h"

namespace tracetwin::engine {
namespace {

using marginal::Clique;

class Grower {
 public:
  Grower(const TableModel& model, std::uint32_t root) : model_(model), root_({root}) {}

  BeliefTree grow() {
    while (filled_.size() < model_.domain.size()) {
      const Branch branch = best();
      tree_.nodes.push_back(node_of(branch));
      filled_ = marginal::united(filled_, tree_.nodes.back().fresh);
    }
    return std::move(tree_);
  }

 private:
  /// A part that could come next, and where it would hang.
  struct Branch {
    std::size_t part = 0;
    std::size_t parent = BeliefTree::kNone;
    Clique given;
    Clique fresh;
    int rank = -1;
    double dependence = -1;

    bool before(const Branch& other) const {
      return std::pair(rank, dependence) > std::pair(other.rank, other.dependence);
    }
  };

  const std::vector<double>& table(std::size_t part) const {
    return model_.parts[part].probabilities;
  }
  double entropy_of(std::size_t part, const Clique& clique) {
    const auto [known, is_new] = entropies_.try_emplace({part, clique}, 0);
    if (is_new) {
      known->second =
          entropy(marginal::project(model_.domain, model_.parts[part].clique, table(part), clique));
    }
    return known->second;
  }
  bool holds_root(const Clique& clique) const { return marginal::contains(clique, root_); }

  Branch best() {
    Branch best;
    for (std::size_t part = 0; part < model_.parts.size(); ++part) {
      const Clique fresh = marginal::difference(model_.parts[part].clique, filled_);
      if (fresh.empty()) {
        continue;
      }
      for (std::size_t parent = 0; parent < tree_.nodes.size(); ++parent) {
        Branch branch = hung_on(part, parent, fresh);
        best = !branch.given.empty() && branch.before(best) ? std::move(branch) : best;
      }
    }
    return best.rank >= 0 ? best : root();
  }

  Branch hung_on(std::size_t part, std::size_t parent, const Clique& fresh) {
    Branch branch{part, parent, {}, fresh, 0, 0};
    branch.given = marginal::intersection(model_.parts[part].clique, tree_.nodes[parent].clique);
    branch.rank = holds_root(branch.given) ? 1 : 0;
    branch.dependence = entropy_of(part, branch.given) + entropy_of(part, fresh) -
                        entropy_of(part, marginal::united(branch.given, fresh));
    return branch;
  }

  /// Where a tree of its own begins.
  Branch root() {
    Branch best;
    for (std::size_t part = 0; part < model_.parts.size(); ++part) {
      const Clique& clique = model_.parts[part].clique;
      const Clique fresh = marginal::difference(clique, filled_);
      if (fresh.empty()) {
        continue;
      }
      Branch branch{part, BeliefTree::kNone, {}, fresh, holds_root(fresh) ? 1 : 0, 0};
      branch.dependence = -entropy_of(part, fresh);
      for (const std::uint32_t attribute : fresh) {
        branch.dependence += entropy_of(part, {attribute});
      }
      best = branch.before(best) ? std::move(branch) : best;
    }
    return best;
  }

  BeliefTree::Node node_of(const Branch& branch) const {
    BeliefTree::Node node{branch.part,
                          branch.parent,
                          branch.given,
                          branch.fresh,
                          marginal::united(branch.given, branch.fresh),
                          {}};
    const Domain& domain = model_.domain;
    const std::vector<double> joint = marginal::project(domain, model_.parts[branch.part].clique,
                                                        table(branch.part), node.clique);
    const std::vector<double> of_given = marginal::project(domain, node.clique, joint, node.given);
    const std::vector<double> of_fresh = marginal::project(domain, node.clique, joint, node.fresh);
    const auto rows = marginal::projection_map(domain, node.clique, node.given);
    const auto places = marginal::projection_map(domain, node.clique, node.fresh);
    node.conditionals.resize(joint.size());
    for (std::size_t cell = 0; cell < joint.size(); ++cell) {
      const double given = of_given[rows[cell]];
      node.conditionals[cell] = given > 0 ? joint[cell] / given : of_fresh[places[cell]];
    }
    return node;
  }

  const TableModel& model_;
  Clique root_;
  BeliefTree tree_;
  Clique filled_;
  std::map<std::pair<std::size_t, Clique>, double> entropies_;
};

void multiply(std::vector<double>& table, const std::vector<std::uint32_t>& map,
              const std::vector<double>& factors) {
  for (std::size_t cell = 0; cell < table.size(); ++cell) {
    table[cell] *= factors[map[cell]];
  }
}

/// One run of belief propagation: messages from the leaves to the roots, beliefs back.
class Propagation {
 public:
  Propagation(const Domain& domain, const BeliefTree& tree,
              std::span<const std::vector<double>> weights)
      : domain_(domain), tree_(tree) {
    for (const auto& node : tree.nodes) {
      tables_.push_back(node.conditionals);
      weigh_fresh(node, weights);
    }
  }

  Beliefs run() {
    messages_.resize(tables_.size());
    double probability = 1;
    for (std::size_t n = tables_.size(); n-- > 0;) {
      probability *= collect(n);
    }
    if (!(probability > 0)) {
      return {};
    }
    for (std::size_t n = 0; n < tables_.size(); ++n) {
      distribute(n);
    }
    return {std::move(tables_), probability};
  }

 private:
  void weigh_fresh(const BeliefTree::Node& node, std::span<const std::vector<double>> weights) {
    std::vector<std::vector<double>> fresh(domain_.size());
    for (const std::uint32_t attribute : node.fresh) {
      fresh[attribute] = weights[attribute];
    }
    weigh(domain_, node.clique, fresh, tables_.back());
  }

  /// Sends a node's message to its parent; of a root, the probability.
  double collect(std::size_t n) {
    const auto& node = tree_.nodes[n];
    if (node.parent == BeliefTree::kNone) {
      return std::accumulate(tables_[n].begin(), tables_[n].end(), 0.0);
    }
    messages_[n] = marginal::project(domain_, node.clique, tables_[n], node.given);
    multiply(tables_[node.parent],
             marginal::projection_map(domain_, tree_.nodes[node.parent].clique, node.given),
             messages_[n]);
    return 1;
  }

  void distribute(std::size_t n) {
    const auto& node = tree_.nodes[n];
    if (node.parent != BeliefTree::kNone) {
      std::vector<double> ratios = marginal::project(domain_, tree_.nodes[node.parent].clique,
                                                     tables_[node.parent], node.given);
      for (std::size_t cell = 0; cell < ratios.size(); ++cell) {
        ratios[cell] = messages_[n][cell] > 0 ? ratios[cell] / messages_[n][cell] : 0;
      }
      multiply(tables_[n], marginal::projection_map(domain_, node.clique, node.given), ratios);
    }
    const double sum = std::accumulate(tables_[n].begin(), tables_[n].end(), 0.0);
    for (double& value : tables_[n]) {
      value = sum > 0 ? value / sum : 0;
    }
  }

  const Domain& domain_;
  const BeliefTree& tree_;
  std::vector<std::vector<double>> tables_;  // by node, over its clique
  std::vector<std::vector<double>> messages_;
};

}  // namespace

BeliefTree grow_tree(const TableModel& model, std::uint32_t root) {
  return Grower(model, root).grow();
}

Beliefs propagate(const Domain& domain, const BeliefTree& tree,
                  std::span<const std::vector<double>> weights) {
  return Propagation(domain, tree, weights).run();
}

void weigh(const Domain& domain, const Clique& clique, std::span<const std::vector<double>> weights,
           std::vector<double>& table) {
  for (const std::uint32_t attribute : clique) {
    if (!weights[attribute].empty()) {
      multiply(table, marginal::projection_map(domain, clique, {attribute}), weights[attribute]);
    }
  }
}

}  // namespace tracetwin::engine
