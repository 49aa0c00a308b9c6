#pragma once

#include <stdexcept>
#include <string>

namespace tracetwin {

/// Exit codes of the program, part of its interface.
enum class ExitCode : int {
  kDone = 0,
  kAnswerIsNo = 1,      ///< the command worked and its answer is "no"
  kBadInput = 2,        ///< wrong usage, unreadable or impossible input, failed output
  kBudgetExceeded = 3,  ///< a privacy budget would be exceeded, or is too small for the request
};

/// What stops a command. The only exception type of the project; caught once, in cli.
/// `what()` is one sentence naming the file, the line or packet number, the field and what was
/// expected; `remedy()` is one sentence saying what to try, or empty.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& what, std::string remedy = {},
                 ExitCode exit_code = ExitCode::kBadInput);

  const std::string& remedy() const { return remedy_; }
  ExitCode exit_code() const { return exit_code_; }

 private:
  std::string remedy_;
  ExitCode exit_code_;
};

/// Error built from `errno`: "cannot <action> <path>: <system's words>".
Error system_error(const std::string& action, const std::string& path, std::string remedy = {});

}  // namespace tracetwin
