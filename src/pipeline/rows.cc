#include "pipeline/rows.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "engine/engine.h"
#include "pipeline/address_pairs.h"
#include "pipeline/hosts.h"

namespace tracetwin {
namespace {

constexpr std::size_t kBlock = 8192;

std::vector<std::vector<Key>> decode(const TwinModel& model, const Table& table,
                                     const GenerateJob& job) {
  std::vector<std::vector<Key>> addresses(table.width());
  parallel_blocks(table.width(), job.threads, [&](std::size_t f) {
    if (model.schema.fields[f].kind == FieldKind::kAddress) {
      addresses[f] = host_addresses(model, table, f, job.seed);
    }
  });
  std::vector<std::vector<Key>> rows(table.rows());
  parallel_blocks((rows.size() + kBlock - 1) / kBlock, job.threads, [&](std::size_t block) {
    Random random(job.seed, mix(kDecodeStream, block));
    const std::size_t end = std::min(rows.size(), (block + 1) * kBlock);
    for (std::size_t row = block * kBlock; row < end; ++row) {
      rows[row].reserve(table.width());
      for (std::size_t f = 0; f < table.width(); ++f) {
        rows[row].push_back(addresses[f].empty()
                                ? model.vocabularies[f].decode(table.columns[f][row], random)
                                : addresses[f][row]);
      }
    }
  });
  return rows;
}

}  // namespace

std::size_t time_field(const Schema& schema) {
  const auto found = std::find_if(schema.fields.begin(), schema.fields.end(),
                                  [](const Field& f) { return f.kind == FieldKind::kTime; });
  return static_cast<std::size_t>(found - schema.fields.begin());
}

std::vector<std::vector<Key>> generate_rows(const TwinModel& model, const GenerateJob& job,
                                            const Progress& progress) {
  engine::GenerateOptions options;
  options.rows = job.count
                     ? *job.count
                     : static_cast<std::size_t>(std::llround(std::max(1.0, model.table.records)));
  options.seed = job.seed;
  options.threads = job.threads;
  Table table = engine::engine_named(model.engine).generate(model.table, options, progress);
  make_pairs_possible(model, table, job.seed);
  auto rows = decode(model, table, job);
  const std::size_t time = time_field(model.schema);
  std::stable_sort(rows.begin(), rows.end(),
                   [time](const auto& a, const auto& b) { return a[time] < b[time]; });
  return rows;
}

}  // namespace tracetwin
