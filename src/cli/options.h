#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "trace/assemble.h"

// The parser's header is costly to compile; only files that define options include it.
namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tracetwin::cli {

/// Options that mean the same in every command that has them. Each command declares those it
/// takes with the functions below; all of them take --quiet and --verbose.
struct CommonOptions {
  bool quiet = false;         ///< no notes and no progress, errors only
  bool verbose = false;       ///< more notes
  bool json = false;          ///< data on standard output as one JSON object
  bool force = false;         ///< replace an output that exists
  std::string format;         ///< of the output; empty: by the suffix of its name
  std::string progress_file;  ///< empty: none
  FlowTimeouts timeouts;
};

void add_verbosity(CLI::App& app, CommonOptions& common);
void add_json(CLI::App& app, CommonOptions& common);
/// --force and --format.
void add_output(CLI::App& app, CommonOptions& common);
/// --idle-timeout and --active-timeout.
void add_timeouts(CLI::App& app, CommonOptions& common);

/// An option that takes a whole number from `low` to `high`, in decimal, and hands it to `take`.
CLI::Option* add_whole(CLI::App& app, const std::string& name, const std::string& description,
                       std::uint64_t low, std::uint64_t high,
                       const std::function<void(std::uint64_t)>& take);

/// An option that takes a duration such as 250ms, 15s or 1h30m, at least 1 ns.
CLI::Option* add_duration(CLI::App& app, const std::string& name, std::int64_t& duration_ns,
                          const std::string& description);

}  // namespace tracetwin::cli
