#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/support.h"

namespace tracetwin::test {

/// What a run of the program left.
struct Outcome {
  int exit = -1;  ///< exit code, or 128 + signal
  std::string out;
  std::string err;
};

/// The program under test in a folder of its own.
class Program {
 public:
  /// Runs `tracetwin <arguments>` in folder(). `arguments` is shell text, so that redirections
  /// and pipes may follow; where it redirects an output, that output is not in the Outcome.
  Outcome run(const std::string& arguments);
  /// Runs any shell text in folder(); the variable $tracetwin is the program.
  Outcome shell(const std::string& text);

  std::filesystem::path folder() const { return folder_.path(); }
  std::filesystem::path operator/(std::string_view name) const { return folder_ / name; }
  void write(std::string_view name, std::string_view content) {
    write_file(folder_ / name, content);
  }
  std::string read(std::string_view name) const { return read_file(folder_ / name); }
  /// Names of all that lies in the folder, sorted.
  std::vector<std::string> files() const;

 private:
  TemporaryFolder folder_;
  TemporaryFolder outputs_;
};

/// The program's path: $TRACETWIN_BINARY, else the one that was built with the tests.
std::string program_path();
/// Whether there is a worker that it can train networks with.
bool has_worker();

}  // namespace tracetwin::test
