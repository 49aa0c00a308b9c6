#include "evaluate/stages.h"

#include <utility>

#include "base/parallel.h"

namespace tracetwin::evaluate {
StageCounter::StageCounter(std::string stage, std::size_t total, const Progress& progress)
    : stage_(std::move(stage)), total_(total), progress_(progress) {}

void StageCounter::step() {
  const std::lock_guard lock(mutex_);
  ++done_;
  if (progress_) {
    progress_({stage_, done_, total_, "parts"});
  }
}

void run_all(const std::vector<std::function<void()>>& work, const std::string& stage,
             unsigned threads, const Progress& progress) {
  StageCounter counter(stage, work.size(), progress);
  parallel_blocks(work.size(), threads, [&](std::size_t block) {
    work[block]();
    counter.step();
  });
}

}  // namespace tracetwin::evaluate
