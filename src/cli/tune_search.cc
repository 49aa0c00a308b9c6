#include "cli/tune_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/parallel.h"
#include "engine/engine.h"
#include "pipeline/write_twin.h"

namespace tracetwin::cli {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::ordered_json;

constexpr double kLeastRecords = 4000;  // below, a sample says little about the whole

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// What became of a trial, as it is kept.
struct Outcome {
  std::optional<tune::Score> score;
  std::string fault;
  double seconds = 0;
};

std::string text_of(const Outcome& outcome) {
  ordered_json json = {{"fault", outcome.fault}, {"seconds", outcome.seconds}};
  json["score"] = outcome.score ? tune::to_json(*outcome.score) : ordered_json(nullptr);
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Outcome outcome_from(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  Outcome outcome{std::nullopt, json.at("fault"), json.at("seconds")};
  if (json.at("score").is_object()) {
    outcome.score = tune::score_from(json.at("score"));
  }
  return outcome;
}

class Searching {
 public:
  explicit Searching(const Search& search) : search_(search), entries_(search.candidates.size()) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      entries_[i].options = search.candidates[i].options;
      entries_[i].preset = search.candidates[i].preset;
    }
    found_.rungs = rungs().size();
  }

  Found run(double enough) {
    std::vector<std::size_t> left(entries_.size());
    for (std::size_t i = 0; i < left.size(); ++i) {
      left[i] = i;
    }
    for (std::size_t rung = 0; rung < found_.rungs && !left.empty(); ++rung) {
      try_all(left, rung);
      left = next(left, rung, enough);
    }
    found_.leaderboard = std::move(entries_);
    std::ranges::stable_sort(found_.leaderboard,
                             [](const auto& a, const auto& b) { return key(a) > key(b); });
    return std::move(found_);
  }

 private:
  std::vector<tune::Rung> rungs() const {
    return tune::rungs_for(search_.candidates.size(), search_.rows, kLeastRecords,
                           search_.network_seconds);
  }

  static std::pair<std::size_t, double> key(const tune::Entry& entry) {
    return {entry.score ? entry.rung : 0, entry.score ? entry.score->score : -1};
  }

  void try_all(const std::vector<std::size_t>& left, std::size_t rung) {
    parallel_blocks(left.size(), search_.side_by_side,
                    [&](std::size_t i) { try_one(left[i], rung); });
  }

  /// Tables know no time: of as many records they are what they were.
  bool is_known(std::size_t index, std::size_t rung) const {
    const auto& options = search_.candidates[index].options;
    const std::string method = options.value("method", "");
    return rung > 0 && rungs()[rung].records <= rungs()[rung - 1].records &&
           entries_[index].score && entries_[index].rung == rung && !method.empty() &&
           engine::engine_named(method).kind == engine::Kind::kTables;
  }

  void try_one(std::size_t index, std::size_t rung) {
    if (is_known(index, rung)) {
      entries_[index].rung = rung + 1;
      return;
    }
    const std::string name = fmt::format("trial-{}-{}", rung + 1, index);
    const auto left = std::chrono::duration<double>(search_.end - Clock::now()).count();
    const bool kept =
        search_.site.folder && std::filesystem::exists(search_.site.folder->part(name));
    if (left <= 0 && !kept) {
      const std::scoped_lock lock(mutex_);
      found_.complete = false;
      return;
    }
    const std::string text =
        search_.site.once(name, [&] { return text_of(outcome_of(index, rung, name, left)); });
    take(index, rung, outcome_from(text), kept);
  }

  Outcome outcome_of(std::size_t index, std::size_t rung, const std::string& name,
                     double left) const {
    const auto begin = Clock::now();
    tune::Rung with = rungs()[rung];
    with.seconds = std::max(1.0, std::min(with.seconds, left));
    Outcome outcome;
    try {
      outcome.score = run_trial(search_.bench, search_.candidates[index], with, name).score;
    } catch (const Error& error) {
      outcome.fault = error.what();
    }
    outcome.seconds = seconds_since(begin);
    return outcome;
  }

  void take(std::size_t index, std::size_t rung, Outcome outcome, bool kept) {
    const std::scoped_lock lock(mutex_);
    tune::Entry& entry = entries_[index];
    entry.rung = rung + 1;
    entry.seconds += outcome.seconds;
    remove_twin(entry.trial);
    entry.trial = fmt::format("trial-{}-{}", rung + 1, index);
    entry.fault = std::move(outcome.fault);
    entry.score = std::move(outcome.score);
    search_.note(
        fmt::format("rung {}/{}  {}  {}{}{}", rung + 1, found_.rungs,
                    entry.score ? fmt::format("{:.4f}", entry.score->score) : "failed",
                    tune::describe(entry.options), entry.fault.empty() ? "" : ": " + entry.fault,
                    kept ? " (kept from before)" : fmt::format(" ({:.1f} s)", outcome.seconds)));
  }

  /// Of a candidate that went on: the last one's is for the report.
  void remove_twin(const std::string& trial) const {
    std::error_code ignored;
    for (const char* suffix : {".csv", ".pcap"}) {
      const auto twin = search_.bench.folder / (trial + suffix);
      if (!trial.empty() && std::filesystem::remove(twin, ignored)) {
        std::filesystem::remove(summary_path(twin), ignored);
      }
    }
  }

  std::vector<std::size_t> next(const std::vector<std::size_t>& tried, std::size_t rung,
                                double enough) {
    tune::RungScores scores;
    std::vector<bool> stays;
    double best = 0;
    for (const std::size_t i : tried) {
      const bool here = entries_[i].rung == rung + 1 && entries_[i].score;
      scores.push_back(here ? std::optional(entries_[i].score->score) : std::nullopt);
      stays.push_back(entries_[i].preset);
      best = std::max(best, scores.back().value_or(0));
    }
    const bool last = rung + 1 == found_.rungs;
    const bool all =
        tune::rungs_for(search_.candidates.size(), search_.rows, kLeastRecords, 1)[rung].records >=
        1;
    if (!found_.complete || (all && best >= enough && !last)) {
      return {};
    }
    std::vector<std::size_t> chosen;
    for (const std::size_t at : tune::going_on(scores, stays)) {
      chosen.push_back(tried[at]);
    }
    return chosen;
  }

  const Search& search_;
  std::vector<tune::Entry> entries_;
  Found found_;
  std::mutex mutex_;
};

}  // namespace

Found search(const Search& search, double enough) {
  return Searching(search).run(enough);
}

}  // namespace tracetwin::cli
