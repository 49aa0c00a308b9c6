#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dp/sigma2.h"

namespace tracetwin::dp {

__extension__ typedef unsigned __int128 Wide;

using NoiseKey = std::array<std::uint8_t, 32>;

/// Random bits for privacy noise: ChaCha20 (libsodium) keyed from getrandom(2), or from a key that
/// was and is kept (kept_key.h), no block of the key stream used twice, key and buffer wiped at the
/// end. Distinct from tracetwin::Random on purpose; neither converts to the other. Not copyable (a
/// copy would repeat noise); a moved-from source is wiped and throws when used. Not thread-safe;
/// not to be used on both sides of a fork(). Running time depends on the values drawn: side
/// channels through timing are out of scope.
class NoiseSource {
 public:
  /// Keyed by the operating system.
  NoiseSource();
  /// Keyed by `insecure_test_seed`: for tests only, destroys every guarantee.
  static NoiseSource insecure(std::uint64_t insecure_test_seed);
  /// Keyed by what the key gives for `use` (libsodium's key derivation, BLAKE2b): the same noise
  /// for the same use, and unrelated noise for every other.
  static NoiseSource of(const NoiseKey& key, std::uint64_t use);
  NoiseSource(const NoiseSource&) = delete;
  NoiseSource& operator=(const NoiseSource&) = delete;
  NoiseSource(NoiseSource&& other) noexcept;
  NoiseSource& operator=(NoiseSource&& other) noexcept;
  ~NoiseSource();

  bool is_insecure() const { return insecure_; }
  /// Insecure sources: how many numbers of bits() were drawn; and to go on behind so many.
  std::uint64_t position() const { return block_ * kWordsOfBlock - (buffer_.size() - used_); }
  void go_on_at(std::uint64_t position);

  std::uint64_t bits() {
    if (used_ == buffer_.size()) {
      refill();
    }
    return buffer_[used_++];
  }
  /// Uniform in [0, bound), without bias (Lemire 2019); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  Wide below(Wide bound);

  /// One draw of DiscreteGaussian(sigma2) (see dp/discrete_gaussian.h, which is faster for many
  /// draws); 0 when sigma2 is 0.
  std::int64_t discrete_gaussian(const Sigma2& sigma2);
  /// One draw of the same law given that it is >= threshold; throws Error when sigma2 is 0.
  std::int64_t discrete_gaussian_tail(const Sigma2& sigma2, std::int64_t threshold);

 private:
  enum class State : std::uint8_t { kReady, kMovedFrom };
  explicit NoiseSource(std::uint64_t insecure_test_seed);
  NoiseSource(const NoiseKey& key, std::uint64_t use);
  void refill();
  void take(NoiseSource& other) noexcept;
  void wipe() noexcept;

  State state_ = State::kReady;
  bool insecure_ = false;
  static constexpr std::uint64_t kWordsOfBlock = 8;

  NoiseKey key_{};
  std::uint64_t block_ = 0;
  std::array<std::uint64_t, 512> buffer_{};
  std::size_t used_ = 512;
};

inline std::uint64_t NoiseSource::below(std::uint64_t bound) {
  Wide product = Wide{bits()} * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t biased = -bound % bound;
    while (static_cast<std::uint64_t>(product) < biased) {
      product = Wide{bits()} * bound;
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

}  // namespace tracetwin::dp
