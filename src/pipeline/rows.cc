#include "pipeline/rows.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "engine/engine.h"

namespace tracetwin {
namespace {

constexpr std::size_t kBlock = 8192;

/// Whether each code of an address field stands for IPv4 addresses.
std::vector<bool> v4_codes(const Vocabulary& vocabulary) {
  Random random(0);
  std::vector<bool> result;
  for (std::uint32_t code = 0; code < vocabulary.cells(); ++code) {
    result.push_back(
        address_of(vocabulary.decode(static_cast<std::uint16_t>(code), random)).is_v4());
  }
  return result;
}

/// A record's two addresses are of one family. Where the model drew two, the record takes both
/// from a random record that is sound, of the same protocol if one is met soon.
void agree_on_family(const TwinModel& model, Table& table, std::uint64_t seed) {
  constexpr std::size_t kSource = 0;
  constexpr std::size_t kDestination = 1;
  constexpr std::size_t kProtocol = 4;
  constexpr int kTries = 64;
  const std::vector<bool> source_v4 = v4_codes(model.vocabularies[kSource]);
  const std::vector<bool> destination_v4 = v4_codes(model.vocabularies[kDestination]);
  const auto sound = [&](std::size_t row) {
    return source_v4[table.columns[kSource][row]] ==
           destination_v4[table.columns[kDestination][row]];
  };
  Random random(seed, kFamilyStream);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (int tries = 0; tries < kTries && !sound(row); ++tries) {
      const std::size_t donor = random.below(table.rows());
      const bool same_protocol = table.columns[kProtocol][row] == table.columns[kProtocol][donor];
      if (sound(donor) && (same_protocol || tries >= kTries / 2)) {
        table.columns[kSource][row] = table.columns[kSource][donor];
        table.columns[kDestination][row] = table.columns[kDestination][donor];
      }
    }
  }
}

std::vector<std::vector<Key>> decode(const TwinModel& model, const Table& table,
                                     const GenerateJob& job) {
  std::vector<std::vector<Key>> rows(table.rows());
  parallel_blocks((rows.size() + kBlock - 1) / kBlock, job.threads, [&](std::size_t block) {
    Random random(job.seed, mix(kDecodeStream, block));
    const std::size_t end = std::min(rows.size(), (block + 1) * kBlock);
    for (std::size_t row = block * kBlock; row < end; ++row) {
      rows[row].reserve(table.width());
      for (std::size_t f = 0; f < table.width(); ++f) {
        rows[row].push_back(model.vocabularies[f].decode(table.columns[f][row], random));
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
  agree_on_family(model, table, job.seed);
  auto rows = decode(model, table, job);
  const std::size_t time = time_field(model.schema);
  std::stable_sort(rows.begin(), rows.end(),
                   [time](const auto& a, const auto& b) { return a[time] < b[time]; });
  return rows;
}

}  // namespace tracetwin
