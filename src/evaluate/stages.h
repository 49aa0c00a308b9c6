#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/progress.h"

namespace tracetwin::evaluate {

/// Progress of parts that end in any order, on any thread.
class StageCounter {
 public:
  /// `progress` must outlive this.
  StageCounter(std::string stage, std::size_t total, const Progress& progress);
  void step();

 private:
  std::string stage_;
  std::size_t total_;
  const Progress& progress_;
  std::size_t done_ = 0;
  std::mutex mutex_;
};

/// Does all of `work`, on `threads` threads (0: all processors), and reports each part's end. The
/// parts must not depend on one another.
void run_all(const std::vector<std::function<void()>>& work, const std::string& stage,
             unsigned threads, const Progress& progress);

}  // namespace tracetwin::evaluate
