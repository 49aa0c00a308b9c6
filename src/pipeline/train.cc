// The way of a trace into a model. How a budget's rho is divided (shares of the whole):
//   window       the time window, where the user gave none
//   vocabulary   the codes of all fields, which are the one-way marginals too
//   engine       selection and joint marginals
//   steps        captures: codes of packet payloads, and the three within-conversation tables
#include "pipeline/train.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "base/error.h"
#include "encode/encoded.h"
#include "encode/impossible.h"
#include "encode/step_tables.h"
#include "encode/window.h"
#include "engine/doppelganger/samples.h"
#include "engine/engine.h"
#include "pipeline/calibrate_series.h"
#include "pipeline/kept_releases.h"
#include "pipeline/learn_fields.h"
#include "pipeline/model_file.h"
#include "pipeline/private_trace.h"
#include "pipeline/rows.h"
#include "pipeline/select_checkpoint.h"
#include "pipeline/token_copies.h"
#include "pipeline/token_packets.h"
#include "pipeline/token_rows.h"
#include "pipeline/train_codes.h"
#include "pipeline/train_private_series.h"
#include "pipeline/train_series.h"
#include "pipeline/train_tokens.h"
#include "pipeline/unit_bound.h"

namespace tracetwin {
namespace {

constexpr double kWindowShare = 0.04;
constexpr double kVocabularyShare = 0.25;
constexpr double kStepShare = 0.15;
constexpr double kStepVocabularyShare = 0.25;  // of the steps' own share

dp::Ledger open_ledger(const TrainJob& job, dp::Unit unit) {
  if (!job.budget) {
    return dp::Ledger::no_guarantee(unit);
  }
  dp::Ledger ledger = job.insecure_test_seed
                          ? dp::Ledger(*job.budget, unit, *job.insecure_test_seed)
                          : dp::Ledger(*job.budget, unit);
  for (const SetAside& aside : job.aside) {
    ledger.set_aside(aside.what, aside.share);
  }
  return ledger;
}

/// What of the whole budget this training may spend.
double rho_to_spend(const TrainJob& job, const dp::Ledger& ledger) {
  double share = 1;
  for (const SetAside& aside : job.aside) {
    share -= aside.share;
  }
  return std::max(0.0, share) * ledger.rho_total();
}

Window window_of(const PrivateTrace& trace, double rows_of_unit, double rho, dp::Ledger& ledger) {
  if (trace.schema.window) {
    return *trace.schema.window;
  }
  const std::size_t time = time_field(trace.schema);
  const Spans records{trace.columns[time].values, trace.columns[time + 1].values};
  return find_window(records, kWindowShare * rho / kWindowReleases, rows_of_unit, ledger);
}

/// Positions of the categories.
std::vector<std::uint32_t> labels_of(const Schema& schema) {
  std::vector<std::uint32_t> labels;
  for (std::uint32_t f = 0; f < schema.fields.size(); ++f) {
    if (schema.fields[f].kind == FieldKind::kCategory) {
      labels.push_back(f);
    }
  }
  return labels;
}

engine::Conditional learn_conditional(const Table& table, const std::string& what, double rho,
                                      std::vector<double> prior, double steps_of_unit,
                                      unsigned threads, dp::Ledger& ledger) {
  engine::Conditional::Options options;
  options.what = what;
  options.rho = rho;
  options.l2_sensitivity = steps_of_unit;
  options.prior = std::move(prior);
  options.threads = threads;
  return engine::Conditional::train(table, options, ledger);
}

/// The first link type in the headers that may carry IP packets; what the packets have is private.
LinkType link_of(const SourceInfo& info) {
  const auto found = std::find_if(info.header_links.begin(), info.header_links.end(), is_decoded);
  return found == info.header_links.end() ? LinkType::kEthernet : *found;
}

/// A conversation adds at most steps_per_conversation to one cell, so that is the sensitivity of
/// every table of steps, times the conversations of a unit.
PacketModel learn_packets(const PrivateTrace& trace, const TrainJob& job, double rows_of_unit,
                          double rho, dp::Ledger& ledger) {
  const double steps_of_unit = rows_of_unit * static_cast<double>(job.steps_per_conversation);
  const Field field = payload_field();
  VocabularyOptions options;
  options.rho_per_release = kStepVocabularyShare * rho / static_cast<double>(releases_of(field));
  options.l2_sensitivity = steps_of_unit;
  options.floor = rarest_code(trace.steps.size());
  auto codes = job.previous
                   ? job.previous->model->packets.value().payload_codes
                   : Vocabulary::learn(field, {0, 1}, payload_column(trace.steps), options, ledger)
                         .vocabulary;
  const StepTables tables = step_tables(trace.steps, codes);
  const double each = (1 - kStepVocabularyShare) * rho / 3;
  std::vector<double> prior = payload_prior(codes);
  return {job.steps_per_conversation,
          job.timeouts,
          link_of(trace.info),
          trace.info.snap_length,
          trace.info.nanoseconds,
          std::move(codes),
          learn_conditional(tables.directions, "direction of a packet", each, turn_prior(),
                            steps_of_unit, job.threads, ledger),
          learn_conditional(tables.payloads, "payload of a packet", each, std::move(prior),
                            steps_of_unit, job.threads, ledger),
          learn_conditional(tables.gaps, "gap before a packet", each, gap_prior(), steps_of_unit,
                            job.threads, ledger)};
}

/// Engines of time series learn flows, and so hide them.
std::optional<dp::Unit> unit_of(const engine::Engine& engine, const TrainJob& job) {
  const bool of_flows = engine.kind == engine::Kind::kSeries && job.budget && !job.unit;
  return of_flows ? dp::Unit::kFlow : job.unit;
}

/// Compares checkpoints where the trace can be read once more.
void select(TwinModel& model, const TrainJob& job, const Progress& progress) {
  auto candidates = candidates_in(job.series, *model.series, job.seed);
  std::error_code ignored;
  if (candidates.size() > 1 && job.further.empty() &&
      std::filesystem::is_regular_file(job.input, ignored)) {
    select_checkpoint(model, std::move(candidates), job.input, job.open, job.series.folder,
                      job.threads, progress);
  } else {
    model.series->chunks = std::move(candidates.back().chunks);
  }
  const std::size_t chunks = job.series.calibrate ? model.series->chunks.size() : 0;
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    calibrate_to_records(model, chunk, samples_of_chunk(job.series, chunk), job.seed, job.threads);
  }
}

/// What every way of training has.
struct Course {
  const PrivateTrace& trace;
  const TrainJob& job;
  const engine::Engine& engine;
  const UnitBound& bound;
  dp::Ledger& ledger;
  const Progress& progress;
};

bool is_private_network(const Course& course) {
  return course.engine.kind != engine::Kind::kTables && course.job.budget.has_value();
}

/// The noise of a network's training under a budget, which is paid for before all else.
double pay_for_noise(const Course& course) {
  if (!is_private_network(course)) {
    return 0;
  }
  if (course.engine.kind == engine::Kind::kSeries) {
    check_private_series(course.job, course.bound);
    return pay_for_critics(course.job.series, course.ledger);
  }
  check_private_codes(course.job, course.bound);
  return pay_for_network(course.job.series, course.ledger);
}

engine::Earlier earlier_of(const TrainJob& job) {
  return job.previous ? engine::Earlier{&job.previous->model->table, job.previous->memory}
                      : engine::Earlier{};
}

engine::TableModel learn_tables(const Course& course, const EncodedTrace& records,
                                const std::vector<ImpossiblePair>& impossible,
                                const engine::Engine& tables,
                                std::vector<marginal::NoisyMarginal> one_ways, double rho) {
  return tables.train({&records, std::move(one_ways), rho, static_cast<double>(course.bound.rows),
                       impossible, labels_of(course.trace.schema), course.job.threads,
                       course.job.site.ranks, earlier_of(course.job)},
                      course.ledger, course.progress);
}

/// Marginals for `rho`, and for networks of tokens one of their codes.
void learn_codes(const Course& course, const engine::Engine& tables,
                 std::vector<marginal::NoisyMarginal> one_ways, double rho, double network_noise,
                 TwinModel& model) {
  const PrivateTrace& trace = course.trace;
  const EncodedTrace records(trace.columns, model.vocabularies, trace.schema.fields,
                             course.job.threads);
  const auto impossible = impossible_pairs(trace.schema, model.vocabularies);
  model.table = learn_tables(course, records, impossible, tables, std::move(one_ways), rho);
  if (course.engine.kind == engine::Kind::kTokens) {
    model.table.network = train_codes(records, units_of(trace, course.bound), model.table,
                                      course.job, impossible, network_noise, course.progress);
  }
}

/// Without a public trace to train on, marginals make one for all that is left.
void learn_private_series(const Course& course, double critic_noise,
                          std::vector<marginal::NoisyMarginal> one_ways, TwinModel& model) {
  const auto& [trace, job, engine, bound, ledger, progress] = course;
  if (!job.series.pretraining) {
    const engine::Engine& tables = engine::engines().front();
    model.engine = tables.name;
    learn_codes(course, tables, std::move(one_ways),
                ledger.rho_left() - kFlowCountShare * ledger.rho_total(), 0, model);
    model.ledger = ledger.report();
  }
  const PrivateTrace open = pretraining(job, model, trace, progress);
  model.table = {};
  model.engine = job.engine;
  model.series =
      train_private_series(trace, open, model, job, bound, critic_noise, ledger, progress);
  // What the marginal engine made is as private as its model, so its flows are aimed at, too.
  if (job.series.calibrate && !job.series.pretraining) {
    const auto samples = doppelganger::read_samples(open_samples(job.series));
    calibrate_to_flows(*model.series, 0, samples, job.seed);
    calibrate_to_records(model, 0, samples, job.seed, job.threads);
  }
}

/// With what it goes on from.
SeriesJob series_job_of(const TrainJob& job) {
  SeriesJob series = job.series;
  if (job.previous) {
    series.scheme_before = &job.previous->model->series.value().scheme;
    series.start = job.previous->networks;
  }
  return series;
}

/// Networks without a budget.
void learn_openly(const Course& course, TwinModel& model) {
  const TrainJob& job = course.job;
  if (course.engine.kind == engine::Kind::kSeries) {
    model.series = train_series(course.trace, model, series_job_of(job), job.site.ranks, job.seed,
                                course.progress);
    if (job.site.ranks.first()) {
      select(model, job, course.progress);
    }
    return;
  }
  model.tokens = train_tokens(
      course.trace, model,
      {job.series, job.seed, job.previous ? job.previous->model.get() : nullptr}, course.progress);
  if (model.tokens->packets) {
    calibrate_sizes(model, magnitudes_of(course.trace), job.seed, job.threads);
  }
  model.copies = copies_of(course.trace, model, job.seed, job.threads);
}

void learn_models(const Course& course, double noise, std::vector<marginal::NoisyMarginal> one_ways,
                  TwinModel& model) {
  const bool tables = course.engine.kind == engine::Kind::kTables;
  if (!tables && !course.job.budget) {
    learn_openly(course, model);
  } else if (course.engine.kind == engine::Kind::kSeries) {
    learn_private_series(course, noise, std::move(one_ways), model);
  } else {
    learn_codes(course, tables ? course.engine : engine::engines().front(), std::move(one_ways),
                course.ledger.rho_left(), noise, model);
  }
}

/// Whether several processes have a part in it from beginning to end.
bool is_shared(const TrainJob& job) {
  const engine::Engine& engine = engine::engine_named(job.engine);
  return engine.kind == engine::Kind::kTables ||
         (engine.kind == engine::Kind::kSeries && !job.budget);
}

/// As the file has it, and so the same at all processes, whatever their machines are.
TwinModel from_first(const work::Ranks& ranks, const TwinModel& model) {
  MemorySink sink;
  if (ranks.first()) {
    write_model(model, sink);
  }
  const std::string bytes = ranks.from_first(sink.take());
  return read_model(Buffered(memory_source(std::as_bytes(std::span(bytes)))), "the model");
}

TwinModel learn(const TrainJob& job, const Progress& progress, TrainSummary* summary) {
  const engine::Engine& engine = engine::engine_named(job.engine);
  PrivateTrace trace = read_private(job, progress);
  if (job.approve) {
    job.approve(trace.schema);
  }
  if (job.previous) {
    check_goes_on(*job.previous->model, trace.schema, engine.name, job.budget.has_value());
  }
  const UnitBound bound = unit_bound(trace.schema.kind, unit_of(engine, job), job.rows_of_unit);
  check_unit(trace.schema, bound);
  clip(trace, bound, job.seed);
  const auto rows_of_unit = static_cast<double>(bound.rows);
  dp::Ledger ledger = open_ledger(job, bound.unit);
  if (job.budget && (job.site.folder || !job.site.ranks.alone())) {
    ledger.keep_releases(kept_releases(job.site));
  }
  const double rho = rho_to_spend(job, ledger);
  const Course course{trace, job, engine, bound, ledger, progress};
  const double noise = pay_for_noise(course);
  TwinModel model;
  model.engine = engine.name;
  model.schema = trace.schema;
  model.seed = job.seed;
  model.made_by = "tracetwin " TRACETWIN_VERSION;
  model.source_format = trace.info.format;
  model.window = window_of(trace, rows_of_unit, rho, ledger);
  const FieldTerms terms{model.window, rows_of_unit, kVocabularyShare * rho};
  auto [vocabularies, hosts, one_ways] = job.previous
                                             ? measure_known_fields(trace, job, terms, ledger)
                                             : learn_fields(trace, job.site.ranks, terms, ledger);
  if (trace.schema.kind == TraceKind::kPackets) {
    model.packets = learn_packets(trace, job, rows_of_unit, kStepShare * rho, ledger);
  }
  model.vocabularies = std::move(vocabularies);
  model.hosts = std::move(hosts);
  learn_models(course, noise, std::move(one_ways), model);
  model.ledger = ledger.report();
  model.ledger.unit_rows = bound.rows;
  if (summary != nullptr) {
    *summary = trace.summary;
    summary->copies = model.copies;
  }
  return model;
}

}  // namespace

TwinModel train(const TrainJob& job, const Progress& progress, TrainSummary* summary) {
  const work::Ranks& ranks = job.site.ranks;
  if (ranks.alone()) {
    return learn(job, progress, summary);
  }
  if (is_shared(job)) {
    return from_first(ranks, learn(job, progress, summary));
  }
  TrainJob alone = job;
  alone.site.ranks = {};
  return from_first(ranks, ranks.first() ? learn(alone, progress, summary) : TwinModel());
}

}  // namespace tracetwin
