// tracetwin-neural JOB.json: trains the networks of one job. Standard output is lines of JSON:
// progress, then {"done": true, …}, or {"stopped": true, …} after SIGTERM or SIGINT (exit code
// 143), or {"error": …, "remedy": …} (exit code 2).
#include <sys/prctl.h>

#include <csignal>
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "engine/autoregressive/job.h"
#include "engine/doppelganger/job.h"
#include "neural/noise_key.h"
#include "neural/process.h"
#include "neural/token_worker.h"
#include "neural/worker.h"

namespace {

namespace autoregressive = tracetwin::autoregressive;
namespace doppelganger = tracetwin::doppelganger;
namespace neural = tracetwin::neural;
using tracetwin::Error;

constexpr int kFailed = 2;
constexpr int kStopped = 128 + SIGTERM;

volatile std::sig_atomic_t stop_asked = 0;

extern "C" void ask_to_stop(int /*signal*/) {
  stop_asked = 1;
}

void say(const nlohmann::ordered_json& line) {
  // A loss may not be finite on its way to an error, and messages may quote odd bytes of a path.
  std::cout << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

nlohmann::json read_job(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw tracetwin::system_error("read", path);
  }
  auto json = nlohmann::json::parse(file, nullptr, false);
  if (json.is_discarded()) {
    throw Error(std::string(path) + " is no JSON text");
  }
  return json;
}

/// Jobs without a kind are the time-series engine's.
neural::Ending work(const nlohmann::json& job) {
  const auto stopped = [] { return stop_asked != 0; };
  if (job.is_object() && job.value("kind", "") == autoregressive::kJobKind) {
    auto tokens = autoregressive::parse_job(job);
    if (tokens.privacy) {
      neural::take_key(*tokens.privacy, tokens.folder, job, {"tokens.bin", "start.weights"});
    }
    return neural::work_on_tokens(tokens, say, stopped);
  }
  auto series = doppelganger::parse_job(job);
  if (series.privacy) {
    neural::take_key(*series.privacy, series.folder, job, {"samples.bin", "start.weights"});
  }
  return neural::work(series, say, stopped);
}

int run(int argc, char** argv) {
  if (argc != 2) {
    throw Error("tracetwin-neural takes one argument, the file of a training job",
                "Let `tracetwin train` start it.");
  }
  std::signal(SIGTERM, ask_to_stop);
  std::signal(SIGINT, ask_to_stop);
  // Nobody reads on when the program that started this one is gone.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  neural::settle_process();
  const auto ending = work(read_job(argv[1]));
  return ending == neural::Ending::kDone ? 0 : kStopped;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const Error& error) {
    say({{"error", error.what()}, {"remedy", error.remedy()}});
  } catch (const std::exception& error) {
    const std::string text = error.what();
    say({{"error", text.substr(0, text.find('\n'))}, {"remedy", ""}});
  }
  return kFailed;
}
