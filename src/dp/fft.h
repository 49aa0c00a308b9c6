#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace tracetwin::dp {

/// Discrete Fourier transform of one power-of-two size, in place (iterative radix 2; Cooley and
/// Tukey 1965). forward: X[k] = sum of x[j] exp(-2 pi i j k / size). inverse undoes it, with the
/// factor 1 / size. Throws Error when the size is no power of two.
class Fft {
 public:
  explicit Fft(std::size_t size);
  std::size_t size() const { return roots_.size(); }
  /// values.size() == size().
  void forward(std::span<std::complex<double>> values) const;
  void inverse(std::span<std::complex<double>> values) const;

 private:
  std::vector<std::complex<double>>
      roots_;  ///< [m + j] = exp(-pi i j / m), m a power of two, j < m
};

/// a b without the tests for infinities of operator*.
inline std::complex<double> times(std::complex<double> a, std::complex<double> b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

}  // namespace tracetwin::dp
