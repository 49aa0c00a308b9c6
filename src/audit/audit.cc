#include "audit/audit.h"

#include <algorithm>
#include <utility>

#include "audit/game.h"
#include "base/error.h"
#include "base/random.h"
#include "dp/gaussian.h"
#include "pipeline/unit_bound.h"

namespace tracetwin::audit {
namespace {

constexpr std::size_t kMostCandidates = 1000;  // of a membership attack, from each half

enum Stream : std::uint64_t { kSample = 1, kHalf = 2, kCandidates = 3, kRuns = 4 };

void check(const AuditJob& job) {
  if (!job.train.budget) {
    throw Error("an audit needs a claim to attack", "Give --epsilon.");
  }
  if (job.train.insecure_test_seed) {
    throw Error("an audit needs fresh noise in every run, and --insecure-test-seed repeats it",
                "Leave it out.");
  }
}

/// What undoctored training says of itself.
dp::LedgerReport claim_of(const UnitTrace& trace, const Choice& choice, const TrainJob& job) {
  const MemoryFile file = written(trace, choice);
  TrainJob honest = job;
  honest.input = file.path();
  return train(honest, {}).ledger;
}

void append(std::vector<std::vector<double>>& all, const std::vector<std::vector<double>>& more) {
  all.resize(more.size());
  for (std::size_t i = 0; i < more.size(); ++i) {
    all[i].insert(all[i].end(), more[i].begin(), more[i].end());
  }
}

void play(const UnitTrace& trace, const Choice& choice, const Progress& progress,
          AuditReport& report) {
  const AuditJob& job = report.job;
  const CanaryGame game(trace, choice, job.train, fixture_named(job.fixture));
  Scores all;
  for (std::size_t repeat = 0; repeat < job.repeats; ++repeat) {
    const Scores scores = game.play(job.runs, mix(job.train.seed, mix(kRuns, repeat)), progress);
    report.games.push_back({distinguish(scores, Aim::kEpsilon, report.delta, job.confidence),
                            distinguish(scores, Aim::kAdvantage, report.delta, job.confidence)});
    append(all.without, scores.without);
    append(all.with, scores.with);
  }
  report.provable =
      provable_epsilon(report.games.front().epsilon.trials_with, report.delta, job.confidence);
  report.separated =
      separation(all.without[likelihood_ratio()], all.with[likelihood_ratio()], job.confidence);
}

TraceResult compare(const UnitTrace& trace, const AuditReport& report, const Progress& progress) {
  const AuditJob& job = report.job;
  const HalfTwin halves = twin_of_half(trace, job.train, fixture_named(job.fixture),
                                       mix(job.train.seed, kHalf), progress);
  const Scores scores = membership_scores(halves, kMostCandidates, mix(job.train.seed, kCandidates),
                                          job.train.threads);
  return {halves.training.rows(), halves.hold_out.rows(),
          distinguish(scores, Aim::kAdvantage, report.delta, job.confidence),
          copy_rates(halves, job.confidence)};
}

/// Of flow records, which a trace that is made up has.
bool is_one_row(const TrainJob& job) {
  return unit_bound(TraceKind::kFlows, job.unit, job.rows_of_unit).is_row;
}

}  // namespace

AuditReport audit(const AuditJob& asked, const Progress& progress) {
  check(asked);
  AuditJob job = asked;
  if (job.train.input.empty() && !is_one_row(job.train) && !job.train.declarations.window) {
    job.train.declarations.window = worst_case_window();  // to find it would take more records
  }
  const bool made_up = job.train.input.empty();
  const UnitTrace trace = made_up ? worst_case(job.records, !is_one_row(job.train))
                                  : load_units(job.train.input, job.train.timeouts, progress);
  const Choice choice = random_units(trace.units, job.records, mix(job.train.seed, kSample));
  AuditReport report;
  report.job = job;
  report.epsilon = job.train.budget->epsilon;
  report.delta = job.train.budget->delta;
  report.claim = claim_of(trace, choice, job.train);
  report.advantage_bound =
      2 * dp::normal_cdf(dp::gaussian_mu_of({report.epsilon, report.delta}) / 2) - 1;
  report.separated_bound = separation_bound(report.claim.rho_total);
  play(trace, choice, progress, report);
  if (!made_up) {
    report.trace = compare(trace, report, progress);
  }
  return report;
}

}  // namespace tracetwin::audit
