#pragma once

#include <sys/types.h>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tracetwin {

/// A program that runs beside this one. Its standard input is a pipe that nothing is written to,
/// but whose end tells it when this process closes it, or dies; its standard output is read; what
/// it says on standard error is kept for messages.
class ChildProcess {
 public:
  struct Command {
    std::vector<std::string> words;  ///< the program, looked for in $PATH, and its arguments
    std::vector<std::pair<std::string, std::string>> environment = {};  ///< beyond this process's
    int given = -1;  ///< a descriptor that it has as number 3; -1: none
  };

  /// Throws Error when it cannot be started; where there is no such program, with `remedy`.
  ChildProcess(const Command& command, const std::string& remedy);
  /// Ends the program if it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Fills the front of `buffer` from standard output, returns how many bytes; 0 at the end.
  std::size_t read(std::span<std::byte> buffer);
  void close_input();
  /// Waits for its end; its exit code, or 128 + the signal that ended it.
  int wait();
  bool is_running();
  /// The last line that it wrote on standard error so far; empty when there is none.
  std::string complaint() const;

 private:
  std::string name_;
  pid_t process_ = -1;
  int exit_ = 0;
  int input_ = -1;
  int output_ = -1;
  int errors_ = -1;
};

/// Whether a program is in one of the folders of $PATH.
bool is_installed(const std::string& program);

}  // namespace tracetwin
