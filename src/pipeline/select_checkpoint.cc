#include "pipeline/select_checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/parallel.h"
#include "base/random.h"
#include "engine/doppelganger/calibrate.h"
#include "evaluate/evaluate.h"
#include "pipeline/collapse.h"
#include "pipeline/judge_events.h"
#include "pipeline/train_series.h"
#include "pipeline/write_twin.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDraws = 2048;  // enough to tell which checkpoint is better

/// Iterations whose weights were kept, in order.
std::vector<std::uint64_t> kept_iterations(const fs::path& chunk) {
  std::vector<std::uint64_t> iterations;
  for (const auto& entry : fs::directory_iterator(chunk / "kept")) {
    if (entry.path().extension() == ".weights") {
      iterations.push_back(std::strtoull(entry.path().stem().c_str(), nullptr, 10));
    }
  }
  std::ranges::sort(iterations);
  return iterations;
}

engine::Weights weights_of(const fs::path& chunk, std::uint64_t iteration) {
  return engine::read_weights(chunk / "kept" / fmt::format("{}.weights", iteration));
}

fs::path chunk_folder(const fs::path& folder, std::size_t chunk) {
  return folder / fmt::format("chunk-{}", chunk);
}

/// Twins of candidates, compared with the trace.
class Contest {
 public:
  Contest(TwinModel& model, const fs::path& real, const TraceOpener& open, const fs::path& folder,
          unsigned threads, const Progress& progress)
      : model_(model), folder_(folder), progress_(progress) {
    job_.real = real;
    job_.open_real = open;
    job_.threads = threads;
    job_.quick = true;
    judge_events(model.schema, job_);
  }
  Contest(const Contest&) = delete;
  Contest& operator=(const Contest&) = delete;
  ~Contest() {
    std::error_code ignored;
    for (const evaluate::NamedFile& file : job_.synthetic) {
      fs::remove(file.path, ignored);
      fs::remove(summary_path(file.path), ignored);
    }
  }

  void add(const Candidate& candidate) {
    const std::size_t number = job_.synthetic.size();
    const fs::path twin =
        folder_ / fmt::format("candidate-{}.{}", number, model_.packets ? "pcap" : "csv");
    model_.series->chunks = candidate.chunks;
    job_.synthetic.push_back({candidate.name, twin});
    write_twin(model_, {std::nullopt, model_.seed, job_.threads, {}}, {twin, "", true}, {});
    if (progress_) {
      progress_({"selecting", number + 1, 0, "candidates"});
    }
  }

  std::vector<series::Ranked> rank(const std::optional<evaluate::TimeRange>& times) {
    job_.times = times;
    std::vector<series::Ranked> ranking;
    for (const evaluate::Rank& rank : evaluate::evaluate(job_, {}).ranking) {
      ranking.push_back({rank.name, rank.score, rank.by});
    }
    return ranking;
  }

  /// Of every chunk the weights that did best there, which is noted in the model.
  Candidate best_of_each(const std::vector<Candidate>& candidates) {
    Candidate best{"the best of each chunk", {}};
    for (std::size_t c = 0; c < model_.series->scheme.chunks.size(); ++c) {
      const std::vector<series::Ranked> ranking = rank_in(model_.series->scheme.chunks[c]);
      const auto first =
          ranking.empty() ? candidates.end() - 1
                          : std::ranges::find(candidates, ranking.front().name, &Candidate::name);
      best.chunks.push_back(first->chunks[c]);
      model_.series->chunk_rankings.push_back(ranking);
    }
    return best;
  }

 private:
  /// Empty where there is too little in a chunk to compare.
  std::vector<series::Ranked> rank_in(const series::Chunk& chunk) {
    try {
      return rank(evaluate::TimeRange{chunk.begin_ns, chunk.end_ns});
    } catch (const Error&) {
      return {};
    }
  }

  TwinModel& model_;
  const fs::path& folder_;
  const Progress& progress_;
  evaluate::EvaluateJob job_;
};

/// Makes of each candidate what can be drawn from, and takes out those that cannot.
class Settling {
 public:
  Settling(const SeriesJob& job, const series::SeriesModel& model, std::uint64_t seed)
      : job_(job), model_(model), layout_(layout_of(model.scheme)), seed_(seed) {}

  void settle(std::vector<Candidate>& candidates, std::size_t chunk) const {
    const auto samples = samples_of_chunk(job_, chunk);
    const CollapseCheck check(model_.scheme, model_.options, samples);
    const engine::Weights last = candidates.back().chunks[chunk];
    std::erase_if(candidates, [&](const Candidate& candidate) {
      return check.has_collapsed(candidate.chunks[chunk]);
    });
    if (candidates.empty()) {
      check.demand_life(last);
      throw Error("the generators of all checkpoints have collapsed, each in some chunk",
                  "Train again with another --seed, or longer.");
    }
    if (job_.calibrate) {
      calibrate(candidates, chunk, samples);
    }
  }

 private:
  void calibrate(std::vector<Candidate>& candidates, std::size_t chunk,
                 const doppelganger::Samples& samples) const {
    const std::uint32_t most = model_.scheme.most_records;
    const auto targets = doppelganger::targets_of(layout_, model_.options, most, samples);
    parallel_blocks(candidates.size(), job_.workers, [&](std::size_t c) {
      engine::Weights& weights = candidates[c].chunks[chunk];
      weights = doppelganger::calibrated(weights, layout_, model_.options, most, targets, kDraws,
                                         mix(seed_, chunk));
    });
  }

  const SeriesJob& job_;
  const series::SeriesModel& model_;
  doppelganger::Layout layout_;
  std::uint64_t seed_;
};

}  // namespace

std::vector<Candidate> candidates_in(const SeriesJob& job, const series::SeriesModel& model,
                                     std::uint64_t seed) {
  const fs::path& folder = job.folder;
  const std::size_t chunks = model.scheme.chunks.size();
  std::vector<std::vector<std::uint64_t>> kept;
  for (std::size_t c = 0; c < chunks; ++c) {
    kept.push_back(kept_iterations(chunk_folder(folder, c)));
    if (kept.back().empty()) {
      throw Error(fmt::format("{} holds no trained weights", chunk_folder(folder, c).string()),
                  "Train again without --resume.");
    }
  }
  const std::size_t count = std::min(
      job.candidates, std::ranges::min(kept, {}, &std::vector<std::uint64_t>::size).size());
  std::vector<Candidate> candidates;
  for (std::size_t back = count; back > 0; --back) {
    Candidate candidate;
    candidate.name = fmt::format("iteration {}", kept[0][kept[0].size() - back]);
    for (std::size_t c = 0; c < chunks; ++c) {
      candidate.chunks.push_back(
          weights_of(chunk_folder(folder, c), kept[c][kept[c].size() - back]));
    }
    candidates.push_back(std::move(candidate));
  }
  const Settling settling(job, model, seed);
  for (std::size_t c = 0; c < chunks; ++c) {
    settling.settle(candidates, c);
  }
  return candidates;
}

void select_checkpoint(TwinModel& model, std::vector<Candidate> candidates, const fs::path& real,
                       const TraceOpener& open, const fs::path& folder, unsigned threads,
                       const Progress& progress) {
  Contest contest(model, real, open, folder, threads, progress);
  for (const Candidate& candidate : candidates) {
    contest.add(candidate);
  }
  const std::size_t chunks = model.series->scheme.chunks.size();
  if (chunks > 1) {
    candidates.push_back(contest.best_of_each(candidates));
    contest.add(candidates.back());
  }
  model.series->ranking = contest.rank(std::nullopt);
  const auto best =
      std::ranges::find(candidates, model.series->ranking.front().name, &Candidate::name);
  model.series->chunks = std::move(best->chunks);
}

}  // namespace tracetwin
