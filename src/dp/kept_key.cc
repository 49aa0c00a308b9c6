#include "dp/kept_key.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/read_file.h"
#include "dp/sodium.h"

namespace tracetwin::dp {
namespace {

using Hash = std::array<std::uint8_t, crypto_generichash_BYTES>;

Hash hash_of(std::span<const std::string_view> what) {
  start_sodium();
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, sizeof(Hash));
  const auto add = [&](const void* bytes, std::size_t size) {
    crypto_generichash_update(&state, static_cast<const unsigned char*>(bytes), size);
  };
  for (const std::string_view part : what) {
    const std::uint64_t size = part.size();
    add(&size, sizeof size);
    add(part.data(), part.size());
  }
  Hash hash;
  crypto_generichash_final(&state, hash.data(), hash.size());
  return hash;
}

}  // namespace

std::optional<NoiseKey> kept_key(const std::filesystem::path& file,
                                 std::span<const std::string_view> what) {
  std::error_code missing;
  if (!std::filesystem::exists(file, missing)) {
    return std::nullopt;
  }
  const std::string bytes = read_file(file);
  NoiseKey key;
  if (bytes.size() != key.size() + sizeof(Hash)) {
    throw Error(fmt::format("{} is no key of noise: it has {} bytes, not {}", file.string(),
                            bytes.size(), key.size() + sizeof(Hash)),
                "Remove the work folder, if its budget may be spent again.");
  }
  std::memcpy(key.data(), bytes.data(), key.size());
  const Hash hash = hash_of(what);
  const bool fits = std::memcmp(hash.data(), bytes.data() + key.size(), hash.size()) == 0;
  return fits ? std::optional(key) : std::nullopt;
}

NoiseKey new_key(const std::filesystem::path& file, std::span<const std::string_view> what) {
  const Hash hash = hash_of(what);
  NoiseKey key;
  crypto_kdf_keygen(key.data());
  const auto sink = open_output(file, true);
  sink->write(std::as_bytes(std::span(key)));
  sink->write(std::as_bytes(std::span(hash)));
  sink->commit();
  std::error_code ignored;
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ignored);
  return key;
}

}  // namespace tracetwin::dp
