#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tracetwin::engine {

/// Weights (m x n, row by row) as products take them: some columns after the others, since a stride
/// of whole rows would make all of them share few lines of the cache.
class Panels {
 public:
  Panels() = default;
  Panels(std::span<const float> weights, std::size_t m, std::size_t n);

  std::size_t m() const { return m_; }
  std::size_t n() const { return n_; }
  std::size_t size() const;
  /// The first column of one of `size()` panels, and its rows, of as many numbers in each.
  static std::size_t first_column(std::size_t panel);
  const float* operator[](std::size_t panel) const;

 private:
  std::size_t m_ = 0;
  std::size_t n_ = 0;
  std::vector<float> values_;  ///< [panel][m][columns], zeros behind the last column
};

/// out (rows x n) += in (rows x m) * weights (m x n), all row by row. Each number of `out` is
/// summed in the order of m, so the result is the same for every width of the processor's vectors.
void multiply_add(std::span<const float> in, const Panels& weights, std::size_t rows,
                  std::span<float> out);
/// The same of weights that are used once.
void multiply_add(std::span<const float> in, std::span<const float> weights, std::size_t rows,
                  std::size_t m, std::size_t n, std::span<float> out);

}  // namespace tracetwin::engine
