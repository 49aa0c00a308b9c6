#include "pipeline/select_checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/error.h"
#include "evaluate/evaluate.h"
#include "pipeline/collapse.h"
#include "pipeline/write_twin.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;

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

std::vector<Candidate> without_collapsed(std::vector<Candidate> candidates, const fs::path& folder,
                                         const series::SeriesModel& model) {
  const Candidate last = candidates.back();
  for (std::size_t c = 0; c < model.scheme.chunks.size(); ++c) {
    const CollapseCheck check(model.scheme, model.options, chunk_folder(folder, c) / "samples.bin");
    std::erase_if(candidates, [&](const Candidate& candidate) {
      return check.has_collapsed(candidate.chunks[c]);
    });
    if (candidates.empty()) {
      check.demand_life(last.chunks[c]);
      throw Error("the generators of all checkpoints have collapsed, each in some chunk",
                  "Train again with another --seed, or longer.");
    }
  }
  return candidates;
}

}  // namespace

std::vector<Candidate> candidates_in(const fs::path& folder, const series::SeriesModel& model,
                                     std::size_t most) {
  const std::size_t chunks = model.scheme.chunks.size();
  std::vector<std::vector<std::uint64_t>> kept;
  for (std::size_t c = 0; c < chunks; ++c) {
    kept.push_back(kept_iterations(chunk_folder(folder, c)));
    if (kept.back().empty()) {
      throw Error(fmt::format("{} holds no trained weights", chunk_folder(folder, c).string()),
                  "Train again without --resume.");
    }
  }
  const std::size_t count =
      std::min(most, std::ranges::min(kept, {}, &std::vector<std::uint64_t>::size).size());
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
  return without_collapsed(std::move(candidates), folder, model);
}

void select_checkpoint(TwinModel& model, std::vector<Candidate> candidates, const fs::path& real,
                       const fs::path& folder, unsigned threads, const Progress& progress) {
  evaluate::EvaluateJob job;
  job.real = real;
  job.threads = threads;
  job.quick = true;
  const char* suffix = model.packets ? "pcap" : "csv";
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const fs::path twin = folder / fmt::format("candidate-{}.{}", i, suffix);
    std::swap(model.series->chunks, candidates[i].chunks);
    write_twin(model, {std::nullopt, model.seed, threads, {}}, {twin, "", true}, {});
    std::swap(model.series->chunks, candidates[i].chunks);
    job.synthetic.push_back({candidates[i].name, twin});
    if (progress) {
      progress({"selecting", i + 1, candidates.size(), "candidates"});
    }
  }
  const evaluate::Report report = evaluate::evaluate(job, {});
  for (const evaluate::Rank& rank : report.ranking) {
    model.series->ranking.push_back({rank.name, rank.score, rank.by});
  }
  const auto best = std::ranges::find(candidates, report.ranking.front().name, &Candidate::name);
  model.series->chunks = std::move(best->chunks);
  for (const evaluate::NamedFile& file : job.synthetic) {
    fs::remove(file.path);
    fs::remove(summary_path(file.path));
  }
}

}  // namespace tracetwin
