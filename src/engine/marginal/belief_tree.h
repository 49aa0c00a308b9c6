#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/marginal/table_model.h"

namespace tracetwin::engine {

/// A joint distribution over all attributes of a model, made of its parts: every node adds the
/// attributes `fresh` given `given`, which its parent holds.
struct BeliefTree {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  struct Node {
    std::size_t part = 0;  ///< of the model, projected onto `clique`
    std::size_t parent = kNone;
    marginal::Clique given;
    marginal::Clique fresh;
    marginal::Clique clique;           ///< both
    std::vector<double> conditionals;  ///< row-major over `clique`: of fresh, given `given`
  };
  std::vector<Node> nodes;  ///< parents first
};

/// Grows the tree (Prim) from the attribute `root`: parts that hang on it come first, then those
/// whose fresh attributes depend most (mutual information) on their given ones.
BeliefTree grow_tree(const TableModel& model, std::uint32_t root);

/// What belief propagation leaves: by node, its clique's distribution under evidence (sum 1), and
/// the evidence's probability; 0, and no beliefs, when it is impossible.
struct Beliefs {
  std::vector<std::vector<double>> of_nodes;
  double probability = 0;
};

/// `weights[a]`: of the codes of attribute a; empty = all 1.
Beliefs propagate(const Domain& domain, const BeliefTree& tree,
                  std::span<const std::vector<double>> weights);

/// Multiplies each cell of a table over `clique` by the weights of its codes.
void weigh(const Domain& domain, const marginal::Clique& clique,
           std::span<const std::vector<double>> weights, std::vector<double>& table);

}  // namespace tracetwin::engine
