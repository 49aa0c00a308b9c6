#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace tracetwin::autoregressive {

/// Records as tokens, and which group (source host) each is of: groups are held out whole.
struct Records {
  std::size_t width = 0;
  std::vector<std::uint16_t> tokens;  ///< [records][width]; kInactive where there is none
  std::vector<std::uint32_t> groups;  ///< [records]

  std::size_t size() const { return groups.size(); }
  std::span<const std::uint16_t> record(std::size_t i) const {
    return std::span(tokens).subspan(i * width, width);
  }
};

/// "TTTOKENS", u64 each of records and width, groups (u32), tokens (u16); little-endian. Written
/// atomically; both throw Error naming the file.
void write_records(const Records& records, const std::filesystem::path& path);
Records read_records(const std::filesystem::path& path);

}  // namespace tracetwin::autoregressive
