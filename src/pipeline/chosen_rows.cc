#include "pipeline/chosen_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "base/parallel.h"
#include "encode/impossible.h"
#include "engine/engine.h"
#include "marginal/systematic.h"
#include "pipeline/address_pairs.h"
#include "pipeline/admission.h"
#include "pipeline/conditioned_source.h"
#include "pipeline/rows.h"
#include "pipeline/series_rows.h"
#include "pipeline/token_rows.h"

namespace tracetwin {
namespace {

constexpr std::size_t kBlock = 1024;
constexpr double kLeastRate = 1.0 / 64;
/// Streams of batches lie behind those that rows without a selection have.
constexpr unsigned kBatchShift = 40;

std::int64_t time_of(Key key) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(key));
}

/// Draws rows and keeps those whose records satisfy all conditions.
class Chooser {
 public:
  Chooser(const TwinModel& model, const GenerateJob& job, const Progress& progress)
      : model_(model),
        job_(job),
        progress_(progress),
        time_(time_field(model.schema)),
        admission_(model, job, model.window),
        impossible_(impossible_pairs(model.schema, model.vocabularies)) {
    chosen_.window = admission_.window();
  }

  ChosenRows choose() {
    const auto parts = stretches(model_.window, chosen_.window, admission_.times());
    if (parts.empty()) {
      admission_.refuse_time();
    }
    const auto sources = conditioned_sources(model_, admission_.conditions(), parts);
    const std::vector<std::uint32_t> counts = shares_of(sources);
    for (std::size_t s = 0; s < sources.size(); ++s) {
      draw(sources[s], counts[s], job_.count.has_value());
    }
    if (chosen_.rows.empty()) {
      draw(*std::max_element(sources.begin(), sources.end(),
                             [](const auto& a, const auto& b) { return a.records < b.records; }),
           1, true);
    }
    return std::move(chosen_);
  }

 private:
  /// How many rows each source gives.
  std::vector<std::uint32_t> shares_of(const std::vector<ConditionedSource>& sources) const {
    std::vector<double> records;
    records.reserve(sources.size());
    for (const ConditionedSource& source : sources) {
      records.push_back(source.records);
    }
    const double all = std::accumulate(records.begin(), records.end(), 0.0);
    if (!job_.count && all > std::min<double>(engine::kMostRecords, UINT32_MAX)) {
      throw Error(fmt::format("so long a twin would hold {:.3g} records", all),
                  "Give a shorter --duration, or a --count.");
    }
    const auto count = job_.count ? static_cast<std::size_t>(*job_.count)
                                  : static_cast<std::size_t>(std::llround(std::max(1.0, all)));
    return marginal::systematic_counts(records, {count, 1, 0.5});
  }

  /// Adds `count` rows of a source; without `refill` only those of as many that satisfy.
  void draw(const ConditionedSource& source, std::size_t count, bool refill) {
    const std::size_t target = chosen_.rows.size() + count;
    std::size_t drawn = 0;
    while (chosen_.rows.size() < target && (refill || drawn == 0)) {
      const std::size_t missing = target - chosen_.rows.size();
      admission_.check_yield(drawn, count - missing, count);
      const double rate = drawn == 0 ? 1
                                     : std::max(kLeastRate, static_cast<double>(count - missing) /
                                                                static_cast<double>(drawn));
      const auto wanted = static_cast<std::size_t>(static_cast<double>(missing) / rate);
      const std::size_t rows = drawn == 0 ? missing : wanted + wanted / 8 + 16;
      take(source, rows, missing);
      drawn += rows;
    }
  }

  /// Draws `rows` rows and keeps up to `most` of those that satisfy.
  void take(const ConditionedSource& source, std::size_t rows, std::size_t most) {
    const std::uint64_t batch = batches_++;
    const std::uint64_t seed = batch == 0 ? job_.seed : mix(job_.seed, batch);
    engine::GenerateOptions options;
    options.rows = rows;
    options.seed = seed;
    options.threads = job_.threads;
    options.impossible = impossible_;
    options.site = job_.site;
    const std::string part = fmt::format("batch-{}-shard", batch);
    options.part = part;
    Table table = engine::generate_table(engine::engine_named(model_.engine), source.table, options,
                                         progress_);
    make_pairs_possible(model_, table, seed);
    std::vector<Row> made(rows);
    parallel_blocks((rows + kBlock - 1) / kBlock, job_.threads, [&](std::size_t block) {
      Random random(seed, mix(kDecodeStream, block));
      for (std::size_t r = block * kBlock; r < std::min(rows, (block + 1) * kBlock); ++r) {
        made[r] = decode(source, table, r, random);
        if (!made[r].empty()) {
          made[r] = admission_.settled(std::move(made[r]), stream(batch, r), random);
        }
      }
    });
    for (std::size_t r = 0; r < rows && most > 0; ++r) {
      if (!made[r].empty()) {
        chosen_.rows.push_back(std::move(made[r]));
        chosen_.streams.push_back(stream(batch, r));
        --most;
      }
    }
  }

  static std::uint64_t stream(std::uint64_t batch, std::size_t row) {
    return (batch + 1) << kBatchShift | row;
  }

  /// Values of a row's codes, in the twin's time; empty when one has none that may be.
  Row decode(const ConditionedSource& source, const Table& table, std::size_t r,
             Random& random) const {
    Row row;
    row.reserve(table.width());
    for (std::size_t f = 0; f < table.width(); ++f) {
      const std::uint16_t code = table.columns[f][r];
      const auto value = source.draws[f]
                             ? source.draws[f]->draw(code, random)
                             : std::optional(model_.vocabularies[f].decode(code, random));
      if (!value) {
        return {};
      }
      row.push_back(*value);
    }
    const std::int64_t length = model_.window.end - model_.window.begin;
    const auto repeat = static_cast<std::int64_t>(r % source.stretch.repeats);
    row[time_] =
        static_cast<std::uint64_t>(time_of(row[time_]) + source.stretch.shift_ns + repeat * length);
    return row;
  }

  const TwinModel& model_;
  const GenerateJob& job_;
  const Progress& progress_;
  std::size_t time_;
  Admission admission_;
  std::vector<ImpossiblePair> impossible_;
  std::uint64_t batches_ = 0;
  ChosenRows chosen_;
};

void all_rows(const TwinModel& model, const GenerateJob& job, const Progress& progress,
              const std::function<void(const ChosenRows&)>& visit) {
  ChosenRows chosen;
  chosen.window = twin_window(model.window, job.selection);
  const std::size_t time = time_field(model.schema);
  const std::int64_t shift = chosen.window.begin - model.window.begin;
  std::uint64_t visited = 0;
  stream_rows(model, job, progress, [&](std::vector<Row>& rows) {
    std::swap(chosen.rows, rows);
    chosen.streams.resize(chosen.rows.size());
    std::iota(chosen.streams.begin(), chosen.streams.end(), visited);
    for (Row& row : chosen.rows) {
      row[time] = static_cast<std::uint64_t>(time_of(row[time]) + shift);
    }
    visited += chosen.rows.size();
    visit(chosen);
  });
}

ChosenRows sorted_by_time(ChosenRows chosen, std::size_t time) {
  std::vector<std::size_t> order(chosen.rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return chosen.rows[a][time] < chosen.rows[b][time];
  });
  ChosenRows sorted;
  sorted.window = chosen.window;
  for (const std::size_t i : order) {
    sorted.rows.push_back(std::move(chosen.rows[i]));
    sorted.streams.push_back(chosen.streams[i]);
  }
  return sorted;
}

}  // namespace

void choose_rows(const TwinModel& model, const GenerateJob& job, const Progress& progress,
                 const std::function<void(const ChosenRows&)>& visit) {
  if (model.series) {
    choose_series_rows(model, job, progress, visit);
  } else if (model.tokens) {
    choose_token_rows(model, job, progress, visit);
  } else if (job.selection.where.empty() && !job.selection.duration_ns) {
    all_rows(model, job, progress, visit);
  } else {
    visit(sorted_by_time(Chooser(model, job, progress).choose(), time_field(model.schema)));
  }
}

}  // namespace tracetwin
