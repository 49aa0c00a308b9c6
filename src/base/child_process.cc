#include "base/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "base/error.h"
#include "base/spill.h"

namespace tracetwin {
namespace {

constexpr int kGivenNumber = 3;

/// Both ends are closed when the program is started.
std::array<int, 2> make_pipe() {
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw system_error("make", "a pipe");
  }
  return ends;
}

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    all.emplace_back(*entry);
  }
  for (const auto& [name, value] : more) {
    const std::string begin = name + "=";
    std::erase_if(all, [&](const std::string& text) { return text.starts_with(begin); });
    all.push_back(begin + value);
  }
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers(texts.size() + 1);  // the last one null
  std::transform(texts.begin(), texts.end(), pointers.begin(),
                 [](std::string& text) { return text.data(); });
  return pointers;
}

/// What becomes of the child's descriptors.
class Actions {
 public:
  Actions() { ::posix_spawn_file_actions_init(&actions_); }
  ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;

  void give(int descriptor, int number) {
    ::posix_spawn_file_actions_adddup2(&actions_, descriptor, number);
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

void close_one(int& descriptor) {
  if (descriptor >= 0) {
    ::close(std::exchange(descriptor, -1));
  }
}

}  // namespace

ChildProcess::ChildProcess(const Command& command, const std::string& remedy)
    : name_(command.words.front()) {
  errors_ = open_unnamed();
  auto in = make_pipe();
  auto out = make_pipe();
  Actions actions;
  actions.give(in[0], STDIN_FILENO);
  actions.give(out[1], STDOUT_FILENO);
  actions.give(errors_, STDERR_FILENO);
  if (command.given >= 0) {
    actions.give(command.given, kGivenNumber);
  }
  std::vector<std::string> words = command.words;
  std::vector<std::string> environment = environment_with(command.environment);
  const int fault = ::posix_spawnp(&process_, name_.c_str(), actions.get(), nullptr,
                                   pointers_to(words).data(), pointers_to(environment).data());
  ::close(in[0]);
  ::close(out[1]);
  input_ = in[1];
  output_ = out[0];
  if (fault != 0) {
    process_ = -1;
    close_one(input_);
    close_one(output_);
    close_one(errors_);
    if (fault == ENOENT) {
      throw Error("the program " + name_ + " is not installed", remedy);
    }
    throw Error("cannot start " + name_ + ": " + std::strerror(fault), remedy);
  }
}

ChildProcess::~ChildProcess() {
  close_one(input_);
  close_one(output_);
  if (process_ > 0) {
    ::kill(process_, SIGTERM);
    wait();
  }
  close_one(errors_);
}

std::size_t ChildProcess::read(std::span<std::byte> buffer) {
  ssize_t count = 0;
  do {
    count = ::read(output_, buffer.data(), buffer.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    throw system_error("read the output of", name_);
  }
  return static_cast<std::size_t>(count);
}

void ChildProcess::close_input() {
  close_one(input_);
}

int ChildProcess::wait() {
  if (process_ > 0) {
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return exit_;
}

bool ChildProcess::is_running() {
  int status = 0;
  if (process_ > 0 && ::waitpid(process_, &status, WNOHANG) == process_) {
    process_ = -1;
    exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return process_ > 0;
}

std::string ChildProcess::complaint() const {
  constexpr std::size_t kMost = 4096;
  std::array<char, kMost> text = {};
  const off_t size = ::lseek(errors_, 0, SEEK_END);
  const off_t begin = size > static_cast<off_t>(kMost) ? size - static_cast<off_t>(kMost) : 0;
  const ssize_t count = ::pread(errors_, text.data(), text.size(), begin);
  std::istringstream lines(
      std::string(text.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))));
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    last = line.empty() ? last : line;
  }
  return last;
}

bool is_installed(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    folder += "/" + program;
    if (::access(folder.c_str(), X_OK) == 0) {
      return true;
    }
  }
  return false;
}

}  // namespace tracetwin
