// The likelihood ratio. A table's cell that holds the canary's codes has count c without it, which
// the attacker knows, and the model's estimate of that cell is c (or c + 1) plus noise of about the
// deviation sigma that the table was measured with; so the excess, less 1/2, over sigma^2 is the
// log of the ratio for Gaussian noise. Making tables consistent moves all well filled cells of a
// table up or down together by far more than 1: the mean excess of the others is taken off. Tables
// are taken as independent, which loses power but proves nothing wrong: any statistic is a fair
// one.
#include "audit/observation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "encode/step_tables.h"

namespace tracetwin::audit {
namespace {

enum Statistic : std::size_t {
  kSameAddress,
  kSamePort,
  kSameText,
  kSameSize,
  kSameRecord,
  kOwnCodes,
  kRecords,
  kWindow,
  kLikelihood,
  kLikelihoodRatio,
  kStatistics,
};

constexpr std::array<std::string_view, kStatistics> kNames = {
    "records with its address", "records with its port", "records with its text",
    "records of its size",      "whole records",         "values with a code of their own",
    "estimated records",        "end of the window",     "likelihood",
    "likelihood ratio"};

bool has_kind(const Field& field, std::initializer_list<FieldKind> kinds) {
  return std::find(kinds.begin(), kinds.end(), field.kind) != kinds.end();
}

/// Whether a twin's record shares a value of one of these kinds with the canary.
bool shares(const Schema& schema, const std::vector<Key>& row, const std::vector<Key>& canary,
            std::initializer_list<FieldKind> kinds) {
  for (std::size_t f = 0; f < row.size(); ++f) {
    if (row[f] == canary[f] && has_kind(schema.fields[f], kinds)) {
      return true;
    }
  }
  return false;
}

bool is_copy(const Schema& schema, const std::vector<Key>& row, const std::vector<Key>& canary) {
  for (std::size_t f = 0; f < row.size(); ++f) {
    if (row[f] != canary[f] && schema.fields[f].kind != FieldKind::kTime) {
      return false;
    }
  }
  return true;
}

void observe_twin(const Schema& schema, const Rows& twin, const std::vector<Key>& canary,
                  std::vector<double>& values) {
  using enum FieldKind;
  const auto count = [&](const auto& holds) {
    return static_cast<double>(std::count_if(twin.begin(), twin.end(), holds));
  };
  const auto count_shared = [&](std::initializer_list<FieldKind> kinds) {
    return count([&](const auto& row) { return shares(schema, row, canary, kinds); });
  };
  values[kSameAddress] = count([&](const auto& row) {
    return row[kSource] == canary[kSource] || row[kSource] == canary[kDestination] ||
           row[kDestination] == canary[kSource] || row[kDestination] == canary[kDestination];
  });
  values[kSamePort] = count_shared({kPort});
  values[kSameText] = count_shared({kCategory});
  values[kSameSize] = count_shared({kSize, kShape, kDuration});
  values[kSameRecord] = count([&](const auto& row) { return is_copy(schema, row, canary); });
}

/// Whether the vocabulary tells this very value from all others.
bool has_own_code(const Vocabulary& vocabulary, const Field& field, const PrivateColumn& column) {
  if (field.kind == FieldKind::kCategory) {
    const auto& names = vocabulary.names();
    return std::find(names.begin(), names.end(), column.names.front()) != names.end();
  }
  const Vocabulary::Token token =
      vocabulary.tokens()[static_cast<std::size_t>(vocabulary.encode(column).front())];
  return vocabulary.codec().levels() > 1 && token.level == 0;
}

double own_codes(const TwinModel& model, const PrivateTrace& canary) {
  double own = 0;
  for (std::size_t f = 0; f < model.vocabularies.size(); ++f) {
    own += has_own_code(model.vocabularies[f], model.schema.fields[f], canary.columns[f]) ? 1 : 0;
  }
  if (model.packets) {
    const Vocabulary& codes = model.packets->payload_codes;
    for (const Key value : payload_column(canary.steps).values) {
      own += codes.tokens()[codes.encode(value)].level == 0 ? 1 : 0;
    }
  }
  return own;
}

Table encode(const TwinModel& model, const PrivateTrace& trace) {
  Table table;
  table.domain = model.table.domain;
  for (std::size_t f = 0; f < model.vocabularies.size(); ++f) {
    table.columns.push_back(model.vocabularies[f].encode(trace.columns[f]).all<std::uint16_t>());
  }
  return table;
}

std::size_t cell_of(const Table& canary, const marginal::Clique& clique) {
  std::size_t cell = 0;
  for (const std::uint32_t f : clique) {
    cell = cell * canary.domain[f].cells + canary.columns[f].front();
  }
  return cell;
}

/// What one table says, given its counts without the canary.
double part_ratio(const engine::TableModel::Part& part, double records,
                  std::span<const std::int64_t> counts, std::size_t cell, double rows) {
  constexpr double kLeastSigma = 0.05;
  constexpr double kFilledSigmas = 4;
  const double sigma = std::max(kLeastSigma, part.sigma);
  const auto excess = [&](std::size_t i) {
    return part.probabilities[i] * records - static_cast<double>(counts[i]);
  };
  double others = 0;
  double filled = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (i != cell && static_cast<double>(counts[i]) > kFilledSigmas * sigma) {
      others += excess(i);
      ++filled;
    }
  }
  const double shift = filled > 0 ? others / filled : 0;
  const double variance = sigma * sigma * (filled > 0 ? 1 + 1 / filled : 1);
  return rows * (excess(cell) - shift - rows / 2) / variance;
}

double ratio_of(const engine::TableModel& model, const Table& without, const Table& canary) {
  std::vector<marginal::Clique> cliques;
  for (const auto& part : model.parts) {
    cliques.push_back(part.clique);
  }
  const auto counts = marginal::count_all(without, cliques, 1);
  double ratio = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    ratio += part_ratio(model.parts[i], model.records, counts[i].exact(),
                        cell_of(canary, cliques[i]), static_cast<double>(canary.rows()));
  }
  return ratio;
}

}  // namespace

Knowledge knowledge_of(PrivateTrace without, PrivateTrace canary) {
  std::vector<Key> value = comparable_rows(canary.schema, canary.columns).front();
  return {std::move(without), std::move(canary), std::move(value)};
}

std::span<const std::string_view> statistic_names() {
  return kNames;
}

std::size_t likelihood_ratio() {
  return kLikelihoodRatio;
}

std::vector<std::vector<double>> one_ways_of(const TwinModel& model) {
  std::vector<std::vector<double>> one_ways(model.table.domain.size());
  for (std::uint32_t f = 0; f < one_ways.size(); ++f) {
    const engine::TableModel::Part* smallest = nullptr;
    for (const auto& part : model.table.parts) {
      const bool has = std::find(part.clique.begin(), part.clique.end(), f) != part.clique.end();
      if (has && (smallest == nullptr || part.clique.size() < smallest->clique.size())) {
        smallest = &part;
      }
    }
    std::size_t stride = 1;
    for (auto other = smallest->clique.rbegin(); *other != f; ++other) {
      stride *= model.table.domain[*other].cells;
    }
    one_ways[f].resize(model.table.domain[f].cells);
    for (std::size_t cell = 0; cell < smallest->probabilities.size(); ++cell) {
      one_ways[f][cell / stride % one_ways[f].size()] += smallest->probabilities[cell];
    }
  }
  return one_ways;
}

double log_likelihood(const std::vector<std::vector<double>>& one_ways,
                      std::span<const std::uint16_t> codes) {
  constexpr double kLeast = 1e-9;
  double sum = 0;
  for (std::size_t f = 0; f < codes.size(); ++f) {
    sum += std::log(std::max(kLeast, one_ways[f][codes[f]]));
  }
  return sum;
}

std::vector<double> observe(const TwinModel& model, const Rows& twin, const Knowledge& knowledge) {
  std::vector<double> values(kStatistics);
  observe_twin(model.schema, twin, knowledge.value, values);
  const Table canary = encode(model, knowledge.canary);
  std::vector<std::uint16_t> codes;
  for (const auto& column : canary.columns) {
    codes.push_back(column.front());
  }
  values[kOwnCodes] = own_codes(model, knowledge.canary);
  values[kRecords] = model.table.records;
  values[kWindow] = static_cast<double>(model.window.end);
  values[kLikelihood] = log_likelihood(one_ways_of(model), codes);
  values[kLikelihoodRatio] = ratio_of(model.table, encode(model, knowledge.without), canary);
  return values;
}

}  // namespace tracetwin::audit
