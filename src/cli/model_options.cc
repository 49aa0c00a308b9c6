#include "cli/model_options.h"

#include <fmt/format.h>

#include <random>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/skips_text.h"
#include "engine/doppelganger/worker.h"
#include "engine/marginal/table_model.h"
#include "tune/tuned.h"

namespace tracetwin::cli {
namespace {

constexpr std::uint64_t kMostThreads = 1024;
constexpr const char* kBest = "autoregressive";
constexpr const char* kBestPrivate = "cliquetree";
constexpr auto kMostRecordsAsked = static_cast<std::uint64_t>(engine::kMostRecords);

}  // namespace

std::optional<dp::Budget> budget_of(const std::optional<double>& epsilon,
                                    const std::optional<double>& delta) {
  if (!epsilon) {
    if (delta) {
      throw Error("--delta means nothing without --epsilon",
                  "Give --epsilon, too, for a differentially private model.");
    }
    return std::nullopt;
  }
  const dp::Budget budget{*epsilon, delta.value_or(dp::kDefaultDelta)};
  if (!(budget.epsilon > 0 && budget.epsilon <= 1000)) {
    throw Error(fmt::format("--epsilon {} is not above 0 and at most 1000", budget.epsilon),
                "Usual values lie between 0.1 and 10.");
  }
  if (!(budget.delta > 0 && budget.delta < 1)) {
    throw Error(fmt::format("--delta {} is not between 0 and 1", budget.delta),
                "Usual values lie well below one over the number of records, such as 1e-9.");
  }
  return budget;
}

void add_training(CLI::App& app, TrainOptions& options, CommonOptions& common) {
  app.add_option("-e,--epsilon", options.epsilon,
                 "Privacy budget; without it there is no noise and no guarantee");
  app.add_option(
      "--delta", options.delta,
      fmt::format("Probability that the guarantee may fail with [{}]", dp::kDefaultDelta));
  app.add_option("--window", options.window,
                 "Public time window BEGIN..END of the flows' starts, RFC 3339; without it part "
                 "of the budget finds one")
      ->type_name("WINDOW");
  app.add_option("--schema", options.schema_file,
                 "Schema file that declares further columns (docs/formats.md)")
      ->type_name("FILE");
  app.add_option("--unit", options.unit,
                 "Whose presence is hidden: record (one of a flow log; its default), flow (one "
                 "conversation of a capture; its default; or all records of a five-tuple) or host "
                 "(a source address)")
      ->type_name("UNIT");
  add_whole(app, "--unit-bound",
            "Rows that a flow of a flow log (8) or a host (32) contributes at most", 1, 100'000,
            [&options](std::uint64_t most) { options.job.rows_of_unit = most; });
  app.add_option("--method,--engine", options.method, "See tracetwin list engines")
      ->type_name("NAME")
      ->default_str(fmt::format("{}; with --epsilon {}", kBest, kBestPrivate));
  add_whole(app, "--packets-per-flow",
            "Captures: packets that one flow contributes at most to the packet tables", 1, 1000,
            [&options](std::uint64_t most) { options.job.steps_per_conversation = most; })
      ->default_str(std::to_string(options.job.steps_per_conversation));
  add_whole(app, "--insecure-test-seed",
            "Make the privacy noise reproducible, which destroys the guarantee; tests only", 0,
            UINT64_MAX, [&options](std::uint64_t seed) { options.job.insecure_test_seed = seed; })
      ->type_name("SEED");
  add_timeouts(app, common);
  add_series(app, options.series);
}

void add_config(CLI::App& app, TrainOptions& options) {
  app.add_option("--config", options.config,
                 "Options that tracetwin tune chose; those that are typed go before them")
      ->type_name("FILE");
}

std::string method_of(const TrainOptions& options) {
  if (!options.method.empty()) {
    return options.method;
  }
  return options.epsilon || doppelganger::worker_executable().empty() ? kBestPrivate : kBest;
}

void note_method(const TrainOptions& options, Console& console) {
  const bool without = options.method.empty() && !options.epsilon && method_of(options) != kBest;
  console.note(fmt::format("method: {}{}", method_of(options),
                           without ? fmt::format(" ({} is better, but needs the program "
                                                 "tracetwin-neural, which is not there)",
                                                 kBest)
                                   : ""));
}

void add_inputs(CLI::App& app, TrainOptions& options) {
  app.add_option("FILE", options.inputs,
                 "Trace to learn: a file, a folder, s3://BUCKET/NAME, or - for standard input. "
                 "Several are one trace, in the order given, which is that of their times")
      ->required();
  add_intake(app, options.intake);
}

namespace {

/// What a private search has spent of the budget is not spent again.
void set_pilot_aside(const TrainOptions& options, TrainJob& job) {
  const auto pilot =
      options.config.empty() ? std::nullopt : tune::read_config(options.config).pilot;
  if (!pilot) {
    return;
  }
  if (!job.budget || job.budget->epsilon != pilot->epsilon || job.budget->delta != pilot->delta) {
    throw Error(fmt::format("{} was found with a part of the budget epsilon {}, delta {}, and its "
                            "model is trained with the rest of that budget",
                            options.config, pilot->epsilon, pilot->delta),
                "Leave --epsilon and --delta away.");
  }
  job.aside.push_back({fmt::format("pilot model of {}", options.config), pilot->share});
}

}  // namespace

TrainJob training_job(const TrainOptions& options, const CommonOptions& common,
                      const std::string& output, std::uint64_t seed) {
  TrainJob job = options.job;
  job.declarations = declarations_of(options.schema_file);
  if (!options.window.empty()) {
    job.declarations.window = parse_window(options.window);
  }
  if (!options.inputs.empty()) {
    job.input = options.inputs.front();
    job.further.assign(options.inputs.begin() + 1, options.inputs.end());
    const Intake intake = intake_of(options.intake, job.declarations);
    check_places(options.inputs, intake.patterns);
    job.open = opener_of(intake);
    job.files = divisible_files_at(options.inputs, intake);
  }
  job.series = series_job(options.series, output, seed);
  job.budget = budget_of(options.epsilon, options.delta);
  set_pilot_aside(options, job);
  job.engine = method_of(options);
  if (job.series.keep_rare && (job.engine != kBest || job.budget)) {
    throw Error("--rare keep means nothing but with --method autoregressive and no --epsilon",
                "Leave it out: all other ways make up what few records have.");
  }
  if (!job.budget && job.insecure_test_seed) {
    throw Error("--insecure-test-seed means nothing without --epsilon",
                "Give --epsilon, too, for a differentially private model.");
  }
  if (!options.unit.empty()) {
    job.unit = dp::unit_named(options.unit);
  }
  job.seed = seed;
  job.timeouts = common.timeouts;
  job.timeouts.bidirectional = true;
  return job;
}

void add_seed(CLI::App& app, SeedOptions& options) {
  add_whole(app, "-s,--seed",
            "Same input, options and seed give the same output (but for privacy noise)", 0,
            UINT64_MAX, [&options](std::uint64_t seed) { options.seed = seed; });
  add_whole(app, "--threads", "Threads to use; 0 means all processors", 0, kMostThreads,
            [&options](std::uint64_t threads) { options.threads = static_cast<unsigned>(threads); })
      ->default_str("0");
}

std::uint64_t resolve_seed(const SeedOptions& options, const std::string& output, Console& console,
                           std::optional<std::uint64_t> known) {
  std::random_device device;
  const std::uint64_t seed =
      options.seed.value_or(known.value_or(std::uint64_t{device()} << 32 | device()));
  const std::string sentence = fmt::format("seed: {}", seed);
  if (!options.seed && writes_in_place(output)) {
    console.insist(sentence);
  } else {
    console.note(sentence);
  }
  return seed;
}

void note_training(const TrainSummary& summary, const Schema& schema, Console& console) {
  console.note(summary.packets > 0
                   ? fmt::format("learned {} packets in {} conversations",
                                 with_thousands(summary.packets), with_thousands(summary.records))
                   : fmt::format("learned {} {}", with_thousands(summary.records),
                                 schema.events ? "events" : "flow records"));
  if (!schema.left_out.empty()) {
    console.note(fmt::format("columns left out (declare them in a schema file to keep them): {}",
                             fmt::join(schema.left_out, ", ")));
  }
  const bool packets = schema.kind == TraceKind::kPackets;
  if (summary.copies) {
    console.note(fmt::format("copies: {}", summary.copies->text()));
    if (summary.copies->exceeds()) {
      console.insist(
          "The model remembers records: its twins repeat more of what it learned than unseen "
          "records do. Train on more, or with --network dropout=0.3, or with --epsilon.");
    }
  }
  const std::string skips =
      skips_text("Left out", summary.skips, packets ? "first packet" : "first line");
  if (!skips.empty()) {
    console.note(skips);
  }
}

void add_count(CLI::App& app, std::optional<std::uint64_t>& count) {
  add_whole(app, "-n,--count",
            "How many flow records to generate, or conversations of a capture; without it, as many "
            "as the model estimates the trace to hold (of those selected)",
            1, kMostRecordsAsked, [&count](std::uint64_t wanted) { count = wanted; });
}

void add_selection(CLI::App& app, SelectionOptions& options) {
  app.add_option(
         "--where", options.where,
         "Only records (conversations of a capture) of which this holds, such as "
         "'label = Malicious', 'dstport in {80,443}', 'srcip in 10.0.0.0/8', 'td < 10ms' or "
         "'packets > 10'; give it again for more conditions (docs/formats.md)")
      ->type_name("CONDITION")
      ->allow_extra_args(false)
      ->take_all();
  add_duration(app, "--duration", options.duration_ns,
               "How long the twin covers: less cuts the model's time window, more repeats it");
  app.add_option("--start", options.start,
                 "When the twin begins: RFC 3339, or seconds since 1970; all times move with it")
      ->type_name("TIME");
}

Selection selection_of(const SelectionOptions& options) {
  Selection selection;
  for (const std::string& text : options.where) {
    selection.where.push_back(parse_where(text));
  }
  if (options.duration_ns > 0) {
    selection.duration_ns = options.duration_ns;
  }
  if (!options.start.empty()) {
    selection.start_ns = parse_moment(options.start);
    if (!selection.start_ns) {
      throw Error(
          fmt::format("--start \"{}\" is not a time from 1970 to 2262", shortened(options.start)),
          "Give one such as 2026-03-01T00:00:00Z, or seconds since 1970.");
    }
  }
  return selection;
}

void note_written(const TwinCounts& counts, const TwinOutput& output, Console& console) {
  const bool packets = counts.kind == TraceKind::kPackets;
  console.note(fmt::format("wrote {} {} to {}",
                           with_thousands(packets ? counts.packets : counts.records),
                           packets         ? "packets"
                           : counts.events ? "events"
                                           : "flow records",
                           output.path.string()));
  if (!writes_in_place(output.path)) {
    console.note(fmt::format("summary: {}", summary_path(output.path).string()));
  }
}

void note_bounds(const Schema& schema, const dp::LedgerReport& ledger, Console& console) {
  std::vector<std::string> names;
  for (const Field& field : schema.fields) {
    if (field.kind == FieldKind::kNumber && !field.has_bounds()) {
      names.push_back(field.name);
    }
  }
  if (ledger.budget && !names.empty()) {
    console.insist(fmt::format(
        "Without bounds (\"min\" and \"max\" in the schema file) a private twin is coarse in: {}.",
        fmt::join(names, ", ")));
  }
}

void note_privacy(const dp::LedgerReport& ledger, const std::vector<std::string>& unlearned,
                  Console& console) {
  console.note(fmt::format("privacy: {}", ledger.statement()));
  if (ledger.budget && !unlearned.empty()) {
    console.insist(fmt::format(
        "Nothing stood out of the noise in: {}. A twin has public defaults there; more records or "
        "a larger --epsilon would tell more{}.",
        fmt::join(unlearned, ", "),
        ledger.unit_rows > 1 ? ", as would a smaller --unit-bound" : ""));
  }
}

}  // namespace tracetwin::cli
