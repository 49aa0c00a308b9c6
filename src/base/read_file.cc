#include "base/read_file.h"

#include <fstream>
#include <iterator>

#include "base/error.h"

namespace tracetwin {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) {
    throw system_error("read", path.string());
  }
  return bytes;
}

}  // namespace tracetwin
