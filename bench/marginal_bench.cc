/// Speed of the marginal engine: items are records. Records of 11 attributes of 8 to 300 cells that
/// follow one hidden class of forty; trained at epsilon 2 and without a budget.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "base/random.h"
#include "dp/counts.h"
#include "engine/engine.h"
#include "marginal/clique.h"

namespace tracetwin {
namespace {

using engine::TableModel;

constexpr std::array<std::uint32_t, 11> kCells = {8, 20, 300, 200, 300, 100, 24, 60, 40, 80, 30};
constexpr std::size_t kClasses = 40;

Table make_table(std::size_t rows) {
  Random random(1);
  std::array<std::array<double, kCells.size()>, kClasses> centers{};
  for (auto& center : centers) {
    std::generate(center.begin(), center.end(), [&] { return random.uniform(); });
  }
  Table table;
  for (const std::uint32_t cells : kCells) {
    table.domain.push_back({"a" + std::to_string(table.width()), cells});
    table.columns.emplace_back(rows);
  }
  for (std::size_t row = 0; row < rows; ++row) {
    const auto& center =
        centers[static_cast<std::size_t>(kClasses * random.uniform() * random.uniform())];
    for (std::size_t a = 0; a < kCells.size(); ++a) {
      const double place = center[a] + 0.05 * random.normal();
      const double inside = place - std::floor(place);
      table.columns[a][row] = static_cast<std::uint16_t>(std::min(inside, 1 - 1e-12) * kCells[a]);
    }
  }
  return table;
}

dp::Ledger make_ledger(double epsilon) {
  return epsilon > 0 ? dp::Ledger(dp::Budget{epsilon, dp::kDefaultDelta}, dp::Unit::kRecord)
                     : dp::Ledger::no_guarantee(dp::Unit::kRecord);
}

TableModel train(const Table& table, double epsilon) {
  dp::Ledger ledger = make_ledger(epsilon);
  const double rho = std::max(ledger.rho_total(), 1e-9);
  std::vector<marginal::NoisyMarginal> one_ways;
  for (std::uint32_t a = 0; a < table.width(); ++a) {
    const dp::ReleaseRequest request{"one-way", table.domain[a].name,
                                     0.2 * rho / static_cast<double>(table.width()), 1};
    one_ways.emplace_back(marginal::Clique{a},
                          dp::release(marginal::count(table, {a}, 0), request, ledger));
  }
  engine::NetDpSynOptions options;
  options.selection_rho = 0.1 * rho;
  options.publish_rho = 0.69 * rho;
  return engine::train_netdpsyn(TableCodes(table), std::move(one_ways), options, ledger, {});
}

void count_all_pairs(benchmark::State& state) {
  const Table table = make_table(static_cast<std::size_t>(state.range(0)));
  std::vector<marginal::Clique> pairs;
  for (std::uint32_t a = 0; a < table.width(); ++a) {
    for (std::uint32_t b = a + 1; b < table.width(); ++b) {
      pairs.push_back({a, b});
    }
  }
  for (auto _ : state) {
    const auto counts = marginal::count_all(TableCodes(table), pairs, 0);
    benchmark::DoNotOptimize(counts.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(count_all_pairs)->Arg(20'000)->Arg(1'000'000)->MeasureProcessCPUTime()->UseRealTime();

/// The bound for count_all_pairs: the two columns of every pair are read from memory, and nothing
/// is done with them.
void read_all_pairs(benchmark::State& state) {
  const Table table = make_table(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    parallel_blocks(table.width(), 0, [&](std::size_t a) {
      std::uint64_t sum = 0;
      for (std::size_t b = a + 1; b < table.width(); ++b) {
        for (const std::size_t column : {a, b}) {
          const auto& codes = table.columns[column];
          sum += std::accumulate(codes.begin(), codes.end(), std::uint32_t{0});
        }
      }
      benchmark::DoNotOptimize(sum);
    });
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(read_all_pairs)->Arg(20'000)->Arg(1'000'000)->MeasureProcessCPUTime()->UseRealTime();

/// What the memory itself gives: reads from arrays that no cache holds.
void read_memory(benchmark::State& state) {
  const std::vector<std::uint64_t> words(std::size_t{1} << 27, 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(std::accumulate(words.begin(), words.end(), std::uint64_t{0}));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(words.size() * 8));
}
BENCHMARK(read_memory)->MeasureProcessCPUTime()->UseRealTime();

/// Arguments: records, epsilon (0: no budget).
void train_model(benchmark::State& state) {
  const Table table = make_table(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const TableModel model = train(table, static_cast<double>(state.range(1)));
    benchmark::DoNotOptimize(model.parts.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(train_model)
    ->ArgsProduct({{20'000, 1'000'000}, {0, 2}})
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

void generate_table(benchmark::State& state) {
  engine::GenerateOptions options;
  options.rows = static_cast<std::size_t>(state.range(0));
  const TableModel model = train(make_table(options.rows), static_cast<double>(state.range(1)));
  for (auto _ : state) {
    const Table twin = engine::generate_table(engine::engines().front(), model, options, {});
    if (twin.rows() != options.rows) {
      state.SkipWithError("wrong number of records");
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(generate_table)
    ->ArgsProduct({{20'000, 1'000'000}, {0, 2}})
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tracetwin
