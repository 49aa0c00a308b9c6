#include "engine/engine.h"

#include <array>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/named.h"

namespace tracetwin::engine {
namespace {

/// Part of an engine's price that goes into the choice of marginals.
constexpr double kSelectionShare = 0.05;

TableModel train_with_netdpsyn(TrainRequest request, dp::Ledger& ledger, const Progress& progress) {
  NetDpSynOptions options;
  options.selection_rho = kSelectionShare * request.rho;
  options.publish_rho = (1 - kSelectionShare) * request.rho;
  options.l2_sensitivity = request.records_per_unit;
  options.l1_sensitivity = request.records_per_unit;
  options.impossible = request.impossible;
  options.labels = request.labels;
  options.threads = request.threads;
  options.ranks = request.ranks;
  options.earlier = request.earlier;
  if (options.earlier.model != nullptr) {
    options.publish_rho = request.rho;  // nothing is chosen
    options.selection_rho = 0;
  }
  return train_netdpsyn(*request.records, std::move(request.one_ways), options, ledger, progress);
}

/// NetDPSyn knows no structural zeros and no triples.
TableModel train_as_published(TrainRequest request, dp::Ledger& ledger, const Progress& progress) {
  request.impossible = {};
  request.labels.clear();
  return train_with_netdpsyn(std::move(request), ledger, progress);
}

void generate_with_gum(const TableModel& model, const GenerateOptions& options,
                       const Progress& progress, const ShardWork& work) {
  GenerateOptions with_gum = options;
  with_gum.repair = Repair::kGum;
  generate_shards(model, with_gum, progress, work);
}

constexpr std::array kEngines = {
    Engine{"cliquetree",
           "noisy marginals of privately chosen cliques, made consistent; records drawn along a "
           "tree of them, then local search",
           true, Kind::kTables, train_with_netdpsyn, generate_shards},
    Engine{"netdpsyn", "the same marginals, records synthesized by GUM as in NetDPSyn (IMC 2024)",
           true, Kind::kTables, train_as_published, generate_with_gum},
    Engine{
        "doppelganger",
        "NetShare's (SIGCOMM 2022) time-series network over merged, chunked flows, trained against "
        "critics; private training lets the critics alone see it, in noisy sums",
        true, Kind::kSeries, nullptr, nullptr},
    Engine{"autoregressive",
           "a small network for every token of a record, each given those before it, trained by "
           "likelihood; under a budget its records are then moved towards noisy marginals",
           true, Kind::kTokens, nullptr, generate_shards},
};

}  // namespace

std::span<const Engine> engines() {
  return kEngines;
}

const Engine& engine_named(std::string_view name) {
  return row_named(engines(), name, "method");
}

Table generate_table(const Engine& engine, const TableModel& model, const GenerateOptions& options,
                     const Progress& progress) {
  Table table{model.domain, Columns(model.domain.size())};
  const auto pack = [](std::size_t /*number*/, const Table& shard) {
    Packer packer;
    for (const auto& column : shard.columns) {
      packer.put_list(column);
    }
    return packer.take();
  };
  const auto take = [&](std::string_view bytes) {
    Unpacker from(bytes);
    for (auto& column : table.columns) {
      const auto part = from.get_list<std::uint16_t>();
      column.insert(column.end(), part.begin(), part.end());
    }
  };
  engine.generate(model, options, progress, {pack, take});
  return table;
}

}  // namespace tracetwin::engine
