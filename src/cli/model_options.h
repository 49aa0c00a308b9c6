#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/intake_options.h"
#include "cli/series_options.h"
#include "dp/report.h"
#include "pipeline/generate.h"
#include "pipeline/train.h"
#include "pipeline/write_twin.h"
#include "schema/field.h"

namespace tracetwin::cli {

/// What was typed for the commands that train: train and synthesize.
struct TrainOptions {
  TrainJob job;
  std::vector<std::string> inputs;  ///< of add_inputs()
  IntakeOptions intake;
  std::optional<double> epsilon;
  std::optional<double> delta;
  std::string method;  ///< empty: method_of() chooses
  std::string unit;
  std::string window;
  std::string schema_file;
  SeriesOptions series;
  std::string config;  ///< tuned.json, whose options stand among the arguments by now
};

/// --epsilon, --delta, --unit, --unit-bound, --window, --schema, --method, --packets-per-flow,
/// --insecure-test-seed and the timeouts.
void add_training(CLI::App& app, TrainOptions& options, CommonOptions& common);

/// --config; cli/config_arguments.h puts what the file says among the arguments.
void add_config(CLI::App& app, TrainOptions& options);

/// The method that was typed; else the best without differential privacy, when the program that
/// trains it is installed, and the best with it where there is an epsilon.
std::string method_of(const TrainOptions& options);
/// Tells the user which that is, and why not another.
void note_method(const TrainOptions& options, Console& console);

/// The budget of these, epsilon's absence being none. Throws Error on impossible values.
std::optional<dp::Budget> budget_of(const std::optional<double>& epsilon,
                                    const std::optional<double>& delta);

/// FILE, once or more: the trace to learn; and how it is read (intake_options.h).
void add_inputs(CLI::App& app, TrainOptions& options);

/// The job that was typed; `seed` is that of resolve_seed(), `output` what the command writes.
/// Throws Error on impossible values.
TrainJob training_job(const TrainOptions& options, const CommonOptions& common,
                      const std::string& output, std::uint64_t seed);

/// --seed and --threads.
struct SeedOptions {
  std::optional<std::uint64_t> seed;
  unsigned threads = 0;
};
void add_seed(CLI::App& app, SeedOptions& options);
/// The seed that was typed, or `known` otherwise, or one from the operating system; said to the
/// user either way, and even to one who wants quiet when it is known from nowhere else: it was not
/// typed, and `output` is a stream or device, which has no summary beside it.
std::uint64_t resolve_seed(const SeedOptions& options, const std::string& output, Console& console,
                           std::optional<std::uint64_t> known = std::nullopt);

/// --count.
void add_count(CLI::App& app, std::optional<std::uint64_t>& count);

/// --where, --duration and --start, as they were typed.
struct SelectionOptions {
  std::vector<std::string> where;
  std::int64_t duration_ns = 0;  ///< 0: not given
  std::string start;             ///< empty: not given
};
void add_selection(CLI::App& app, SelectionOptions& options);
/// The selection that was typed. Throws Error on what is no condition or no time.
Selection selection_of(const SelectionOptions& options);

/// Tells the user what was learned and left out.
void note_training(const TrainSummary& summary, const Schema& schema, Console& console);
/// Tells the user what was written, and where.
void note_written(const TwinCounts& counts, const TwinOutput& output, Console& console);
/// Tells the user what guarantee there is, or that there is none; and, even when quiet, of which
/// fields nothing was learned.
void note_privacy(const dp::LedgerReport& ledger, const std::vector<std::string>& unlearned,
                  Console& console);
/// Says of which numbers a private model should have been told the bounds.
void note_bounds(const Schema& schema, const dp::LedgerReport& ledger, Console& console);

}  // namespace tracetwin::cli
