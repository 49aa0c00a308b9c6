#include "base/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace tracetwin {

Error::Error(const std::string& what, std::string remedy, ExitCode exit_code)
    : std::runtime_error(what), remedy_(std::move(remedy)), exit_code_(exit_code) {}

Error system_error(const std::string& action, const std::string& path, std::string remedy) {
  return Error(fmt::format("cannot {} {}: {}", action, path, std::strerror(errno)),
               std::move(remedy));
}

}  // namespace tracetwin
