#include "cli/stream_start.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "engine/engine.h"
#include "s3/place.h"

namespace tracetwin::cli {
namespace {

namespace fs = std::filesystem;

void check_budget(const StreamOptions& options) {
  if (options.train.epsilon && !options.horizon) {
    throw Error(
        "a stream with --epsilon spends a part of it on every epoch, and nothing says on "
        "how many",
        "Give --horizon, after which it learns no more.");
  }
  if (options.horizon && !options.train.epsilon) {
    throw Error("--horizon means nothing without --epsilon", "Leave it away, or give --epsilon.");
  }
  if (!options.train.epsilon) {
    return;
  }
  const std::string method = method_of(options.train);
  if (engine::engine_named(method).kind != engine::Kind::kTables) {
    throw Error(fmt::format("method {} cannot share a budget among epochs", method),
                "Take --method cliquetree.");
  }
  if (options.train.window.empty() && is_cut_by_time(options.source)) {
    throw Error(
        "when epochs begin and end must not depend on the records of a stream with "
        "--epsilon",
        "Give the public time that it covers with --window BEGIN..END.");
  }
  if (options.retune) {
    throw Error("--retune looks at the trace outside of the budget",
                "Leave it away, or tune on a public trace (tracetwin tune --public).");
  }
}

/// What the result depends on.
std::vector<std::string> identity(const std::vector<std::string>& arguments) {
  constexpr std::array<std::string_view, 8> kFlags = {"-q",     "--quiet",  "-v",     "--verbose",
                                                      "--once", "--follow", "--json", "--retune"};
  constexpr std::array<std::string_view, 4> kValued = {"--threads", "--settle", "--progress-file",
                                                       "--retune-time"};
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string name = arguments[i].substr(0, arguments[i].find('='));
    if (std::ranges::find(kValued, name) != kValued.end()) {
      i += name == arguments[i] ? 1 : 0;
    } else if (std::ranges::find(kFlags, arguments[i]) == kFlags.end()) {
      kept.push_back(arguments[i]);
    }
  }
  return kept;
}

/// Options with the values behind them.
std::vector<std::string> with_values(const std::vector<std::string>& arguments) {
  std::vector<std::string> all;
  for (const std::string& argument : arguments) {
    const bool value = !all.empty() && all.back().starts_with("--") &&
                       !argument.starts_with("--") &&
                       all.back().find_first_of(" =") == std::string::npos;
    if (value) {
      all.back() += " " + argument;
    } else {
      all.push_back(argument);
    }
  }
  return all;
}

/// Those of `some` that are not among `others`.
std::string lacking(const std::vector<std::string>& some, const std::vector<std::string>& others) {
  std::vector<std::string> left;
  std::ranges::copy_if(some, std::back_inserter(left), [&](const std::string& argument) {
    return std::ranges::find(others, argument) == others.end();
  });
  return left.empty() ? "nothing" : fmt::format("\"{}\"", fmt::join(left, " "));
}

/// How the options of then and those of now differ.
std::string difference(const std::vector<std::string>& then, const std::vector<std::string>& now) {
  const auto before = with_values(then);
  const auto after = with_values(now);
  const std::string gone = lacking(before, after);
  const std::string come = lacking(after, before);
  return gone == come ? "its options were given in another order"
                      : fmt::format("it was begun with {} where {} stands now", gone, come);
}

/// Throws Error unless the folder holds nothing but what a start that failed leaves.
void check_empty(const fs::path& out) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(out, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name != "work" && name != "owner") {
      throw Error(fmt::format("{} is not empty, and no stream is in it", out.string()),
                  "Name another output folder.");
    }
  }
}

}  // namespace

void check_stream(const StreamOptions& options) {
  engine::engine_named(method_of(options.train));
  check_budget(options);
  if (!std::isfinite(options.memory)) {
    throw Error("--memory is no number from 0 to 1", "Give one such as 0.5.");
  }
  if (!is_cut_by_time(options.source) && options.source.epoch_ns > 0) {
    throw Error(fmt::format("--epoch cuts a file or standard input, and {} is a folder, whose "
                            "files are epochs",
                            options.source.place),
                "Leave --epoch away.");
  }
  if (s3::is_url(options.out)) {
    throw Error("the output of a stream is a folder here, for it is gone on with from there",
                "Name a folder, and copy what is in it.");
  }
  if (s3::is_url(options.source.place) && options.source.follow) {
    throw Error("--follow is for files, and objects of S3 do not grow", "Leave --follow away.");
  }
  std::error_code ignored;
  if (fs::exists(options.out, ignored) && !fs::is_directory(options.out, ignored)) {
    throw Error(fmt::format("{} is no folder", options.out), "Name a folder for the twins.");
  }
  if (!is_cut_by_time(options.source) &&
      fs::equivalent(options.source.place, options.out, ignored)) {
    throw Error(fmt::format("{} is to be both the source and the output", options.out),
                "Name another output folder.");
  }
}

std::filesystem::path folder_of(const StreamOptions& options) {
  const fs::path out(options.out);
  std::error_code failed;
  for (const char* name : {"work", "owner"}) {
    if (name == std::string_view("work") || options.train.epsilon) {
      fs::create_directories(out / name, failed);
      if (failed) {
        throw Error(fmt::format("cannot make {}: {}", (out / name).string(), failed.message()));
      }
      fs::permissions(out / name, fs::perms::owner_all, failed);
    }
  }
  return out;
}

std::filesystem::path state_path(const StreamOptions& options) {
  const fs::path out(options.out);
  return options.train.epsilon ? out / "owner" / "state.json" : out / "state.json";
}

stream::State state_of(const StreamOptions& options, Context& context) {
  const auto arguments = identity(context.arguments);
  if (auto kept = stream::read_state(state_path(options))) {
    if (kept->arguments != arguments) {
      throw Error(fmt::format("{} holds another stream: {}", options.out,
                              difference(kept->arguments, arguments)),
                  fmt::format("Name another output folder, or give the options of then: {}",
                              fmt::join(kept->arguments, " ")));
    }
    context.console.note(
        fmt::format("going on with {} behind epoch {}", options.out, kept->epochs));
    return *kept;
  }
  std::error_code failed;
  if (options.source.place != "-" && !s3::is_url(options.source.place) &&
      !fs::exists(options.source.place, failed)) {
    throw Error(fmt::format("{} is not there", options.source.place),
                "Name a file, a folder, or - for standard input.");
  }
  check_empty(options.out);
  stream::State state;
  state.arguments = arguments;
  state.seed = resolve_seed(options.seed, options.out, context.console);
  return state;
}

}  // namespace tracetwin::cli
