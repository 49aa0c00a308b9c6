#include "engine/autoregressive/records.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <string_view>

#include "base/atomic_file.h"
#include "base/error.h"
#include "engine/array_file.h"

namespace tracetwin::autoregressive {
namespace {

constexpr std::string_view kMagic = "TTTOKENS";
using Header = std::array<std::uint64_t, 2>;  // records, width
constexpr std::uint64_t kMost = std::uint64_t{1} << 31;

[[noreturn]] void damaged(const std::filesystem::path& path, std::string_view what) {
  throw Error(fmt::format("{}: {}", path.string(), what), "Encode the records again.");
}

Header read_header(std::ifstream& file, const std::filesystem::path& path) {
  const auto header = engine::read_header<std::tuple_size_v<Header>>(file, kMagic);
  if (!header) {
    damaged(path, "this is no file of tokens");
  }
  const auto [records, width] = *header;
  if (records > kMost || width > kMost ||
      std::filesystem::file_size(path) !=
          kMagic.size() + sizeof *header +
              records * (sizeof(std::uint32_t) + width * sizeof(std::uint16_t))) {
    damaged(path, "the file of tokens is not as long as its head says");
  }
  return *header;
}

}  // namespace

void write_records(const Records& records, const std::filesystem::path& path) {
  const Header header{records.size(), records.width};
  const auto file = open_output(path, true);
  file->write(kMagic);
  file->write(std::as_bytes(std::span(header)));
  file->write(std::as_bytes(std::span(records.groups)));
  file->write(std::as_bytes(std::span(records.tokens)));
  file->commit();
}

Records read_records(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw system_error("read", path.string());
  }
  const auto [size, width] = read_header(file, path);
  Records records{width, {}, {}};
  records.groups = engine::read_array<std::uint32_t>(file, size);
  records.tokens = engine::read_array<std::uint16_t>(file, size * width);
  if (!file) {
    throw system_error("read", path.string());
  }
  return records;
}

}  // namespace tracetwin::autoregressive
