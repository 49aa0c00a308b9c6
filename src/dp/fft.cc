#include "dp/fft.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <utility>

#include "base/error.h"

namespace tracetwin::dp {
namespace {

void reverse_bits(std::span<std::complex<double>> values) {
  std::size_t reversed = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    std::size_t bit = values.size() / 2;
    for (; (reversed & bit) != 0; bit /= 2) {
      reversed ^= bit;
    }
    reversed ^= bit;
    if (i < reversed) {
      std::swap(values[i], values[reversed]);
    }
  }
}

}  // namespace

Fft::Fft(std::size_t size) : roots_(size) {
  if (!std::has_single_bit(size)) {
    throw Error(fmt::format("a Fourier transform of {} values, not a power of two", size));
  }
  for (std::size_t m = 1; m < size; m *= 2) {
    for (std::size_t j = 0; j < m; ++j) {
      const double turn = static_cast<double>(j) / static_cast<double>(m);
      roots_[m + j] = std::polar(1.0, -std::numbers::pi * turn);
    }
  }
}

void Fft::forward(std::span<std::complex<double>> values) const {
  reverse_bits(values);
  for (std::size_t m = 1; m < values.size(); m *= 2) {
    for (std::size_t block = 0; block < values.size(); block += 2 * m) {
      for (std::size_t j = block; j < block + m; ++j) {
        const std::complex<double> odd = times(values[j + m], roots_[m + j - block]);
        values[j + m] = values[j] - odd;
        values[j] += odd;
      }
    }
  }
}

void Fft::inverse(std::span<std::complex<double>> values) const {
  forward(values);
  std::reverse(values.begin() + 1, values.end());
  for (std::complex<double>& value : values) {
    value /= static_cast<double>(size());
  }
}

}  // namespace tracetwin::dp
