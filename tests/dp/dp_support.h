#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tracetwin::test {

/// A field of a reference vector; values below the smallest double read as 0.
double number(const std::string& field);

/// |actual / expected - 1|, or |actual| when 0 is expected.
double relative_error(double actual, double expected);

/// Upper tail of the chi-square law (Wilson and Hilferty's approximation).
double chi_square_p(double statistic, double degrees);

/// p of the chi-square test that the integers were drawn from a law with these probabilities.
/// Values expected fewer than ten times are pooled, with everything outside [low, high].
double fit_p(const std::vector<std::int64_t>& draws, std::int64_t low, std::int64_t high,
             const std::function<double(std::int64_t)>& probability);

}  // namespace tracetwin::test
