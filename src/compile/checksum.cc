// CRC-32C over a run of zeros without visiting it: the register after a zero byte is the register
// before it times x^8 in GF(2)[x] modulo the polynomial, so n zero bytes multiply it by x^(8n),
// which is a product of the powers x^(2^k) of a table (square and multiply). Polynomials are held
// bit-reversed, as the CRC itself is: the top bit is the coefficient of x^0.

#include "compile/checksum.h"

#include <array>

namespace tracetwin {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;
constexpr std::uint32_t kOne = 0x80000000;

constexpr std::uint32_t times_x(std::uint32_t a) {
  return (a >> 1) ^ ((a & 1) * kPolynomial);
}

constexpr std::uint32_t product(std::uint32_t a, std::uint32_t b) {
  std::uint32_t result = 0;
  for (; a != 0; a <<= 1) {
    result ^= (a >> 31) * b;
    b = times_x(b);
  }
  return result;
}

constexpr std::array<std::uint32_t, 256> byte_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = times_x(value);
    }
    table[i] = value;
  }
  return table;
}

/// x^(8 * 2^k) for every k.
constexpr std::array<std::uint32_t, 64> zero_run_table() {
  std::array<std::uint32_t, 64> table{};
  std::uint32_t power = kOne >> 8;
  for (auto& entry : table) {
    entry = power;
    power = product(power, power);
  }
  return table;
}

constexpr auto kBytes = byte_table();
constexpr auto kZeroRuns = zero_run_table();

}  // namespace

void InternetSum::add(std::span<const std::uint8_t> bytes) {
  std::size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) {
    sum_ += (std::uint32_t{bytes[i]} << 8) | bytes[i + 1];
  }
  if (i < bytes.size()) {
    sum_ += std::uint32_t{bytes[i]} << 8;
  }
}

std::uint16_t InternetSum::checksum() const {
  std::uint64_t sum = sum_;
  while (sum >> 16 != 0) {
    sum = (sum >> 16) + (sum & 0xffff);
  }
  return static_cast<std::uint16_t>(~sum);
}

std::uint32_t crc32c(std::span<const std::uint8_t> bytes, std::uint64_t zeros) {
  std::uint32_t state = 0xffffffff;
  for (const std::uint8_t byte : bytes) {
    state = (state >> 8) ^ kBytes[(state ^ byte) & 0xff];
  }
  for (std::size_t k = 0; zeros != 0; ++k, zeros >>= 1) {
    if ((zeros & 1) != 0) {
      state = product(state, kZeroRuns[k]);
    }
  }
  return ~state;
}

}  // namespace tracetwin
