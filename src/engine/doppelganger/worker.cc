#include "engine/doppelganger/worker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "base/atomic_file.h"
#include "base/error.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to programs

namespace tracetwin::doppelganger {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kName = "tracetwin-neural";

[[noreturn]] void fail(const std::string& what, int error) {
  throw Error(fmt::format("{}: {}", what, std::strerror(error)));
}

/// A child process whose standard output is read here.
class Child {
 public:
  Child(const fs::path& program, const fs::path& argument) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      fail("no pipe to the worker could be made", errno);
    }
    out_ = ends[0];
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string name = program.string();
    std::string job = argument.string();
    std::array<char*, 3> arguments = {name.data(), job.data(), nullptr};
    const int error =
        ::posix_spawn(&pid_, name.c_str(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (error != 0) {
      ::close(out_);
      fail(fmt::format("{} could not be started", name), error);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// Whoever gives up on a worker ends it.
  ~Child() {
    if (pid_ > 0) {
      ::kill(pid_, SIGTERM);
      wait();
    }
    ::close(out_);
  }

  /// The next line of its output; false at the end.
  bool next_line(std::string& line) {
    for (;;) {
      if (const auto end = pending_.find('\n'); end != std::string::npos) {
        line = pending_.substr(0, end);
        pending_.erase(0, end + 1);
        return true;
      }
      std::array<char, 4096> part{};
      const ssize_t size = ::read(out_, part.data(), part.size());
      if (size < 0 && errno == EINTR) {
        continue;
      }
      if (size <= 0) {
        return false;
      }
      pending_.append(part.data(), static_cast<std::size_t>(size));
    }
  }

  /// Its wait status.
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_ = 0;
  int out_ = -1;
  std::string pending_;
};

/// Losses that are no numbers are null in JSON.
double number_or_nan(const nlohmann::json& line, const char* key) {
  const auto found = line.find(key);
  return found != line.end() && found->is_number() ? found->get<double>()
                                                   : std::numeric_limits<double>::quiet_NaN();
}

WorkerReport report_of(const json& line) {
  WorkerReport report;
  report.iteration = line.value("iteration", std::uint64_t{0});
  report.iterations = line.value("iterations", std::uint64_t{0});
  report.seconds = line.value("seconds", 0.0);
  report.per_second = line.value("per_second", 0.0);
  report.critic = number_or_nan(line, "critic");
  report.attribute_critic = number_or_nan(line, "attribute_critic");
  report.generator = number_or_nan(line, "generator");
  report.wasserstein = number_or_nan(line, "wasserstein");
  report.done = line.value("done", false);
  return report;
}

[[noreturn]] void refuse_end(int status) {
  throw Error(WIFSIGNALED(status)
                  ? fmt::format("the training worker was ended by signal {} ({})", WTERMSIG(status),
                                strsignal(WTERMSIG(status)))
                  : fmt::format("the training worker ended with status {}", WEXITSTATUS(status)),
              "Run the same command again with --resume.");
}

}  // namespace

fs::path worker_executable() {
  if (const char* told = std::getenv("TRACETWIN_NEURAL"); told != nullptr) {
    return told;
  }
  std::error_code ignored;
  const fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const fs::path& place : {folder / kName, folder / "../libexec/tracetwin" / kName}) {
    if (fs::is_regular_file(place, ignored)) {
      return place;
    }
  }
  return {};
}

void run_worker(const Job& job, const std::function<void(const WorkerReport&)>& report) {
  run_worker(job.folder, to_json(job), [&](const json& line) { report(report_of(line)); });
}

void run_worker(const fs::path& folder, const nlohmann::ordered_json& job,
                const std::function<void(const json&)>& said) {
  const fs::path program = worker_executable();
  if (program.empty()) {
    throw Error(fmt::format("this method needs the worker executable {}, which is not here", kName),
                "Install Debian's libtorch-dev and build again, or name it in TRACETWIN_NEURAL.");
  }
  const fs::path file = folder / "job.json";
  const auto sink = open_output(file, true);
  sink->write(job.dump(1) + "\n");
  sink->commit();
  Child worker(program, file);
  std::string line;
  bool done = false;
  while (worker.next_line(line)) {
    const json told = json::parse(line, nullptr, false);
    if (!told.is_object()) {
      continue;
    }
    if (told.contains("error")) {
      throw Error(told.value("error", ""), told.value("remedy", ""));
    }
    done = done || told.value("done", false);
    said(told);
  }
  if (const int status = worker.wait(); status != 0 || !done) {
    refuse_end(status);
  }
}

}  // namespace tracetwin::doppelganger
