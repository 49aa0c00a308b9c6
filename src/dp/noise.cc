// The key stream of ChaCha20 in its original form: 256-bit key, nonce 0, 64-bit block counter,
// 64 bytes a block. One key belongs to one source and its counter only grows, so no part of the
// stream is ever given out twice.
#include "dp/noise.h"

#include <sodium.h>

#include <bit>
#include <cstring>

#include "base/error.h"
#include "dp/discrete_gaussian.h"
#include "dp/sodium.h"

namespace tracetwin::dp {
namespace {

constexpr std::size_t kBlockBytes = 64;
constexpr std::array<std::uint8_t, crypto_stream_chacha20_NONCEBYTES> kNonce{};

}  // namespace

void start_sodium() {
  static const bool started = sodium_init() >= 0;
  if (!started) {
    throw Error("the cryptographic library could not be started, so there is no privacy noise");
  }
}

NoiseSource::NoiseSource() {
  static_assert(sizeof(key_) == crypto_stream_chacha20_KEYBYTES);
  start_sodium();
  randombytes_buf(key_.data(), key_.size());
}

NoiseSource::NoiseSource(std::uint64_t insecure_test_seed) : insecure_(true) {
  start_sodium();
  for (std::size_t i = 0; i < sizeof(insecure_test_seed); ++i) {
    key_[i] = static_cast<std::uint8_t>(insecure_test_seed >> (8 * i));
  }
}

NoiseSource::NoiseSource(const NoiseKey& key, std::uint64_t use) {
  constexpr std::array<char, crypto_kdf_CONTEXTBYTES> kContext = {'t', 't', '-', 'n',
                                                                  'o', 'i', 's', 'e'};
  static_assert(sizeof(NoiseKey) == crypto_kdf_KEYBYTES);
  start_sodium();
  crypto_kdf_derive_from_key(key_.data(), key_.size(), use, kContext.data(), key.data());
}

NoiseSource NoiseSource::of(const NoiseKey& key, std::uint64_t use) {
  return {key, use};
}

NoiseSource NoiseSource::insecure(std::uint64_t insecure_test_seed) {
  return NoiseSource(insecure_test_seed);
}

NoiseSource::NoiseSource(NoiseSource&& other) noexcept {
  take(other);
}

NoiseSource& NoiseSource::operator=(NoiseSource&& other) noexcept {
  if (this != &other) {
    take(other);
  }
  return *this;
}

NoiseSource::~NoiseSource() {
  wipe();
}

void NoiseSource::take(NoiseSource& other) noexcept {
  state_ = other.state_;
  insecure_ = other.insecure_;
  key_ = other.key_;
  block_ = other.block_;
  buffer_ = other.buffer_;
  used_ = other.used_;
  other.wipe();
}

void NoiseSource::wipe() noexcept {
  sodium_memzero(key_.data(), sizeof(key_));
  sodium_memzero(buffer_.data(), sizeof(buffer_));
  used_ = buffer_.size();
  state_ = State::kMovedFrom;
}

void NoiseSource::refill() {
  if (state_ == State::kMovedFrom) {
    throw Error("privacy noise was asked for from a source that has been moved away");
  }
  std::array<std::uint8_t, sizeof(buffer_)> stream{};
  crypto_stream_chacha20_xor_ic(stream.data(), stream.data(), stream.size(), kNonce.data(), block_,
                                key_.data());
  block_ += stream.size() / kBlockBytes;
  std::memcpy(buffer_.data(), stream.data(), stream.size());
  sodium_memzero(stream.data(), stream.size());
  used_ = 0;
}

void NoiseSource::go_on_at(std::uint64_t position) {
  if (!insecure_) {
    throw Error("noise that hides anything is not drawn from the same place twice");
  }
  const std::uint64_t words = buffer_.size();
  block_ = position / words * (words / kWordsOfBlock);
  used_ = buffer_.size();
  if (position % words != 0) {
    refill();
    used_ = position % words;
  }
}

Wide NoiseSource::below(Wide bound) {
  const auto high = static_cast<std::uint64_t>((bound - 1) >> 64);
  if (high == 0) {
    const auto low = static_cast<std::uint64_t>(bound - 1);
    return low == UINT64_MAX ? bits() : below(low + 1);
  }
  const std::uint64_t mask = UINT64_MAX >> std::countl_zero(high);
  for (;;) {
    const Wide draw = Wide{bits() & mask} << 64 | bits();
    if (draw < bound) {
      return draw;
    }
  }
}

std::int64_t NoiseSource::discrete_gaussian(const Sigma2& sigma2) {
  return sigma2.numerator == 0 ? 0 : DiscreteGaussian(sigma2).draw(*this);
}

std::int64_t NoiseSource::discrete_gaussian_tail(const Sigma2& sigma2, std::int64_t threshold) {
  return DiscreteGaussian(sigma2).draw_tail(*this, threshold);
}

}  // namespace tracetwin::dp
