#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/progress.h"

namespace tracetwin::evaluate {

/// Does all of `work`, on `threads` threads (0: all processors), and reports each part's end. The
/// parts must not depend on one another.
void run_all(const std::vector<std::function<void()>>& work, const std::string& stage,
             unsigned threads, const Progress& progress);

}  // namespace tracetwin::evaluate
