#pragma once

#include "cli/command.h"

/// The functions behind the rows of the table of commands, each defined in a file of its own.
namespace tracetwin::cli {

Action define_inspect(CLI::App& app, CommonOptions& common);
Action define_synthesize(CLI::App& app, CommonOptions& common);
Action define_train(CLI::App& app, CommonOptions& common);
Action define_generate(CLI::App& app, CommonOptions& common);
Action define_convert(CLI::App& app, CommonOptions& common);
Action define_status(CLI::App& app, CommonOptions& common);
Action define_audit(CLI::App& app, CommonOptions& common);
Action define_evaluate(CLI::App& app, CommonOptions& common);
Action define_run(CLI::App& app, CommonOptions& common);
Action define_tune(CLI::App& app, CommonOptions& common);
Action define_stream(CLI::App& app, CommonOptions& common);
Action define_list(CLI::App& app, CommonOptions& common);

}  // namespace tracetwin::cli
