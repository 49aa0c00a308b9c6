#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "intake/intake.h"
#include "schema/field.h"

namespace CLI {
class App;
}

namespace tracetwin::cli {

/// What was typed about the traces that a command reads.
struct IntakeOptions {
  std::vector<std::string> files;
  std::string input_format;
  std::vector<std::string> columns;
  std::string filter;
  std::vector<std::string> select;
  std::string window;
  std::string sample;
  std::string sample_by = "flow";
  std::uint64_t sample_seed = 0;
};

/// --files, --input-format, --column, --filter, --select, --sample, --sample-by and --sample-seed.
void add_intake(CLI::App& app, IntakeOptions& options);
/// --window, for commands in which it is no more than a filter.
void add_window_filter(CLI::App& app, IntakeOptions& options);

/// What was typed, understood. Throws Error on what is no window, condition, column, …
Intake intake_of(const IntakeOptions& options);

/// What a schema file says; nothing where none is named.
Declarations declarations_of(const std::string& schema_file);
/// The same of traces that a schema file declares: of a table of events the columns, too.
Intake intake_of(const IntakeOptions& options, const Declarations& declarations);

/// BEGIN..END, both RFC 3339. Throws Error.
Window parse_window(const std::string& text);

}  // namespace tracetwin::cli
