#include "audit/game.h"

#include <mutex>

#include "base/parallel.h"
#include "base/random.h"
#include "pipeline/rows.h"
#include "pipeline/unit_bound.h"

namespace tracetwin::audit {
namespace {

UnitTrace canary_of(const UnitTrace& trace, const TrainJob& job) {
  const UnitBound bound = unit_bound(trace.kind, job.unit, job.rows_of_unit);
  return canary_for(trace, job.declarations.window, bound.rows);
}

Knowledge knowledge_for(const UnitTrace& trace, const MemoryFile& without, const TrainJob& job) {
  const UnitTrace canary = canary_of(trace, job);
  return knowledge_of(read_trace(without, job), read_trace(written(canary, Choice(1, true)), job));
}

MemoryFile with_canary(const UnitTrace& trace, const Choice& choice, const TrainJob& job) {
  const UnitTrace canary = canary_of(trace, job);
  return written(trace, choice, &canary);
}

std::vector<std::vector<double>> by_statistic(const std::vector<std::vector<double>>& runs,
                                              std::size_t begin, std::size_t end) {
  std::vector<std::vector<double>> scores(statistic_names().size());
  for (std::size_t run = begin; run < end; ++run) {
    for (std::size_t statistic = 0; statistic < scores.size(); ++statistic) {
      scores[statistic].push_back(runs[run][statistic]);
    }
  }
  return scores;
}

}  // namespace

CanaryGame::CanaryGame(const UnitTrace& trace, const Choice& choice, const TrainJob& job,
                       const Fixture& fixture)
    : job_(job),
      fixture_(fixture),
      without_(written(trace, choice)),
      with_(with_canary(trace, choice, job)),
      knowledge_(knowledge_for(trace, without_, job)) {}

Scores CanaryGame::play(std::size_t runs, std::uint64_t seed, const Progress& progress) const {
  std::vector<std::vector<double>> results(2 * runs);
  std::mutex mutex;
  std::size_t done = 0;
  parallel_blocks(results.size(), job_.threads, [&](std::size_t number) {
    results[number] = run(number < runs ? without_ : with_, mix(seed, number));
    const std::lock_guard lock(mutex);
    ++done;
    if (progress) {
      progress({"attacking", done, results.size(), "runs"});
    }
  });
  return {by_statistic(results, 0, runs), by_statistic(results, runs, results.size())};
}

std::vector<double> CanaryGame::run(const MemoryFile& world, std::uint64_t seed) const {
  TrainJob job = job_;
  job.input = world.path();
  job.seed = seed;
  job.threads = 1;
  const TwinModel model = fixture_.train(job, {});
  const GenerateJob generate{std::nullopt, seed, 1};
  return observe(model, comparable_rows(model, generate_rows(model, generate, {})), knowledge_);
}

}  // namespace tracetwin::audit
