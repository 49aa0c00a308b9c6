#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "evaluate/report.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// Traffic-type prediction as NetShare and NetDPSyn run it, with the real test set that the
/// latter's code leaves out: five classifiers learn the label from ports, protocol and sizes of the
/// earliest 80 % of a trace and are asked about the latest 20 % of the real one. The floor of each
/// figure is what training on the real trace's own earliest 80 % gives. Where a class of 1 % or
/// more of the real rows is in one part of its time only, the parts are drawn at random instead.
/// `label`: a column of both, never a feature; empty: none. See prediction_rows.h.
///
/// What classifier number `classifier` finds, as bytes.
inline constexpr std::size_t kClassifiers = 5;
std::string predict(const Pair& pair, const std::string& label, std::uint64_t seed,
                    std::size_t classifier);
/// What all of them found, in their order.
Group prediction_group(std::span<const std::string> found);

/// Shares of right answers, and the mean over classes (that occur or are answered) of F1.
struct Answers {
  double accuracy = 0;
  double macro_f1 = 0;
};
Answers grade(const std::vector<std::uint32_t>& truth, const std::vector<std::uint32_t>& answers);

}  // namespace tracetwin::evaluate
