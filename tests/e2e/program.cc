#include "e2e/program.h"

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>

namespace tracetwin::test {

std::string program_path() {
  const char* named = std::getenv("TRACETWIN_BINARY");
  return named != nullptr ? named : TRACETWIN_BINARY;
}

bool has_worker() {
  const char* named = std::getenv("TRACETWIN_NEURAL");
  return std::filesystem::exists(
      named != nullptr ? std::filesystem::path(named)
                       : std::filesystem::path(program_path()).parent_path() / "tracetwin-neural");
}

Outcome Program::run(const std::string& arguments) {
  return shell("$tracetwin " + arguments);
}

Outcome Program::shell(const std::string& text) {
  const auto out = outputs_ / "out";
  const auto err = outputs_ / "err";
  // await FILE: until it is there, process $pid has ended, or minutes have passed.
  const std::string command =
      "cd '" + folder().string() + "' && export tracetwin='" + program_path() +
      "' && await() { n=0; while [ ! -e \"$1\" ] && kill -0 $pid && "
      "[ $((n += 1)) -lt 20000 ]; do sleep .01; done; } && { " +
      text + "\n} >'" + out.string() + "' 2>'" + err.string() + "' </dev/null";
  const int status = std::system(command.c_str());
  const int exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {exit, read_file(out), read_file(err)};
}

std::vector<std::string> Program::files() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace tracetwin::test
