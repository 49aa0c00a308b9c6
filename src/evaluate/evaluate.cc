// All traces are read first, then every scorer runs on every synthetic trace, on the two halves of
// the real one (the floor) and on the hold-out (the memoriser). Each of these runs is one block of
// work with a seed of its own, so the report does not depend on how blocks fall to threads.
#include "evaluate/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <numeric>
#include <span>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "evaluate/cast.h"
#include "evaluate/columns.h"
#include "evaluate/distances.h"
#include "evaluate/plots.h"
#include "evaluate/ranking.h"
#include "evaluate/stages.h"
#include "evaluate/suite.h"
#include "evaluate/verdict.h"

namespace tracetwin::evaluate {
namespace {

/// Rows are in order of time.
Columns within(Columns all, const TimeRange& times) {
  const auto begin = std::ranges::lower_bound(all.time_ns, times.begin_ns);
  const auto end = std::ranges::lower_bound(all.time_ns, times.end_ns);
  std::vector<std::uint32_t> rows(
      static_cast<std::size_t>(std::max(end - begin, std::ptrdiff_t{0})));
  std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(begin - all.time_ns.begin()));
  Columns part = subset(all, rows);
  part.checks = std::move(all.checks);
  return part;
}

std::vector<Columns> read_all(const EvaluateJob& job, const Progress& progress) {
  std::vector<NamedFile> files = {{"real", job.real}};
  files.insert(files.end(), job.synthetic.begin(), job.synthetic.end());
  if (job.holdout) {
    files.push_back({"hold-out", *job.holdout});
  }
  std::vector<Columns> traces(files.size());
  std::vector<std::function<void()>> work;
  for (std::size_t i = 0; i < files.size(); ++i) {
    work.emplace_back([&, i] {
      const bool synthetic = i > 0 && i <= job.synthetic.size();
      traces[i] = read_columns(files[i].path, files[i].name, job.label_column, Progress(),
                               synthetic ? job.open_synthetic : job.open_real,
                               job.events ? &*job.events : nullptr);
      if (job.times) {
        traces[i] = within(std::move(traces[i]), *job.times);
      }
    });
  }
  run_all(work, "reading", job.threads, progress);
  return traces;
}

std::string words_of(TraceKind kind) {
  return kind == TraceKind::kPackets ? "packets" : "flow records";
}

void check_kinds(const std::vector<Columns>& traces) {
  for (const Columns& trace : traces) {
    if (trace.kind != traces[0].kind) {
      throw Error(
          fmt::format("{} holds {}, but {} holds {}", trace.source.name, words_of(trace.kind),
                      traces[0].source.name, words_of(traces[0].kind)),
          "Compare traces of one kind: tracetwin convert makes a flow log of a capture.");
    }
    constexpr std::size_t kFewest = 10;
    if (trace.rows() < kFewest) {
      throw Error(
          fmt::format("{} has only {} {}", trace.source.name, trace.rows(), words_of(trace.kind)),
          fmt::format("Give a trace with at least {}.", kFewest));
    }
  }
}

/// What one run of the suite found: a part a scorer, empty where the scorer did not run.
using Run = std::vector<Part>;

struct Runs {
  std::vector<Run> synthetic;
  std::vector<Run> floor;  ///< of each synthetic trace; what is the same for all, in the first
  Run memoriser;
};

/// One run of a scorer, and where what it finds goes.
struct Job {
  Part* part;
  const Scorer* scorer;
  Setting setting;
};

/// A piece of a job.
struct Piece {
  std::size_t job = 0;
  std::size_t piece = 0;
};

/// Whichever process is free takes the next piece; all get what was made.
void score_all(const std::vector<Job>& work, const EvaluateJob& job, const Progress& progress) {
  std::vector<Piece> pieces;
  std::vector<std::size_t> begin;
  for (std::size_t i = 0; i < work.size(); ++i) {
    begin.push_back(pieces.size());
    const std::size_t count = work[i].scorer->work.pieces(work[i].setting);
    for (std::size_t piece = 0; piece < count; ++piece) {
      pieces.push_back({i, piece});
    }
  }
  begin.push_back(pieces.size());
  StageCounter counter("scoring", pieces.size(), progress);
  const auto made = job.site.share("piece", pieces.size(), job.threads, [&](std::size_t i) {
    const Job& whole = work[pieces[i].job];
    std::string bytes = whole.scorer->work.make(whole.setting, pieces[i].piece);
    counter.step();
    return bytes;
  });
  for (std::size_t i = 0; i < work.size(); ++i) {
    *work[i].part = work[i].scorer->work.join(
        work[i].setting, std::span(made).subspan(begin[i], begin[i + 1] - begin[i]));
  }
}

Runs run_suite(const Cast& cast, const EvaluateJob& job, const Progress& progress) {
  const auto table = scorers();
  const bool events = job.events.has_value();
  const std::vector<Run> empty(cast.synthetic.size(), Run(table.size()));
  Runs runs{empty, empty, Run(table.size())};
  std::vector<Job> work;
  // What takes longest comes first, so that threads end at about the same time.
  std::vector<std::size_t> order(table.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t s) { return table[s].cost; });
  for (const std::size_t s : order) {
    if ((table[s].learned && job.quick) || (table[s].of_traffic && events)) {
      continue;
    }
    const auto add = [&](Part& part, Role role, std::size_t which) {
      work.push_back({&part, &table[s], setting_of(cast, table[s], role, which, job.seed)});
    };
    for (std::size_t i = 0; i < runs.synthetic.size(); ++i) {
      add(runs.synthetic[i][s], Role::kSynthetic, i);
    }
    const bool each = std::string_view(table[s].section) == "safety";
    for (std::size_t i = 0; table[s].floor && i < (each ? runs.floor.size() : 1); ++i) {
      add(runs.floor[i][s], Role::kFloor, i);
    }
    if (table[s].memoriser && cast.holdout) {
      add(runs.memoriser[s], Role::kMemoriser, 0);
    }
  }
  score_all(work, job, progress);
  return runs;
}

/// Values by metric, for the columns beside the value.
std::map<std::string, double> values_of(const Run& run, std::map<std::string, double> values = {}) {
  for (const Part& part : run) {
    for (const Group& group : part.groups) {
      for (const Metric& metric : group.metrics) {
        if (metric.value) {
          values[metric.id] = *metric.value;
        }
      }
    }
  }
  return values;
}

std::optional<double> found(const std::map<std::string, double>& values, const std::string& id) {
  const auto at = values.find(id);
  return at == values.end() ? std::nullopt : std::optional(at->second);
}

Result assemble(const std::string& name, std::size_t which, const Runs& all, bool quick) {
  const Run& run = all.synthetic[which];
  Result result;
  result.name = name;
  result.sections = {{"fidelity", "Fidelity", "", Verdict::kInfo, {}},
                     {"usefulness", "Usefulness", "", Verdict::kInfo, {}},
                     {"safety", "Safety", "", Verdict::kInfo, {}},
                     {"validity", "Validity", "", Verdict::kInfo, {}}};
  const auto floors = values_of(all.floor[which], values_of(all.floor[0]));
  const auto memorised = values_of(all.memoriser);
  for (std::size_t s = 0; s < run.size(); ++s) {
    auto& groups = std::ranges::find(result.sections, scorers()[s].section, &Section::id)->groups;
    for (Group group : run[s].groups) {
      for (Metric& metric : group.metrics) {
        metric.floor = metric.floor ? metric.floor : found(floors, metric.id);
        metric.memoriser = metric.memoriser ? metric.memoriser : found(memorised, metric.id);
      }
      groups.push_back(std::move(group));
    }
  }
  judge(result, quick);
  return result;
}

/// The twin's summary, where one lies beside it.
std::string provenance_of(const std::filesystem::path& path) {
  std::ifstream file(path.string() + ".summary.json", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return file ? text.str() : std::string();
}

TraceFacts facts_of(const Columns& columns, const std::filesystem::path& path) {
  const bool packets = columns.kind == TraceKind::kPackets;
  TraceFacts facts;
  facts.name = columns.name;
  facts.file = path.filename().string();
  facts.format = columns.source.format;
  facts.kind = packets ? "packets" : "flows";
  facts.records = columns.rows();
  if (packets) {
    facts.packets = columns.rows();
  } else if (const NumberColumn* counts = columns.number("pkt")) {
    facts.packets = whole_number(std::reduce(counts->values.begin(), counts->values.end()));
  }
  facts.flows = packets ? columns.checks.conversations : columns.rows();
  facts.skipped = columns.skips.total();
  facts.begin_ns = columns.time_ns.front();
  facts.end_ns = columns.time_ns.back();
  return facts;
}

void add_facts(const EvaluateJob& job, const Cast& cast, Report& report) {
  report.real = facts_of(cast.real->columns, job.real);
  if (cast.holdout) {
    report.holdout = facts_of(cast.holdout->columns, *job.holdout);
  }
  for (std::size_t i = 0; i < job.synthetic.size(); ++i) {
    report.synthetic.push_back(facts_of(cast.synthetic[i]->columns, job.synthetic[i].path));
    report.synthetic.back().provenance = provenance_of(job.synthetic[i].path);
  }
}

/// The pairs of fields that some scorer of a run compared.
const PairDistances* pairs_of(const Run& run) {
  const auto at =
      std::ranges::find_if(run, [](const Part& part) { return part.pairs.has_value(); });
  return at == run.end() ? nullptr : &*at->pairs;
}

std::vector<Shown> shown(const EvaluateJob& job, const Cast& cast, const Runs& runs) {
  std::vector<Shown> traces = {{"real", cast.real.get(), nullptr}};
  for (std::size_t i = 0; i < job.synthetic.size(); ++i) {
    traces.push_back({job.synthetic[i].name, cast.synthetic[i].get(), pairs_of(runs.synthetic[i])});
  }
  return traces;
}

}  // namespace

Report evaluate(const EvaluateJob& job, const Progress& progress) {
  std::vector<Columns> traces = read_all(job, progress);
  check_kinds(traces);
  const Cast cast = cast_of(std::move(traces), job, progress);
  const Runs runs = run_suite(cast, job, progress);
  Report report;
  report.label_column = cast.label;
  report.floor_from = cast.divided;
  report.seed = job.seed;
  add_facts(job, cast, report);
  for (std::size_t i = 0; i < job.synthetic.size(); ++i) {
    report.results.push_back(assemble(job.synthetic[i].name, i, runs, job.quick));
  }
  report.ranking = rank_results(report.results);
  if (job.site.ranks.first()) {
    report.plots = draw_plots(shown(job, cast, runs), cast.label, job.threads);
  }
  return report;
}

}  // namespace tracetwin::evaluate
