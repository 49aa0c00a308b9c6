#include "evaluate/stages.h"

#include <cstddef>
#include <mutex>
#include <utility>

#include "base/parallel.h"

namespace tracetwin::evaluate {
namespace {

/// Progress of blocks that end in any order.
class Counter {
 public:
  Counter(std::string stage, std::size_t total, const Progress& progress)
      : stage_(std::move(stage)), total_(total), progress_(progress) {}
  void step() {
    const std::lock_guard lock(mutex_);
    ++done_;
    if (progress_) {
      progress_({stage_, done_, total_, "parts"});
    }
  }

 private:
  std::string stage_;
  std::size_t total_;
  const Progress& progress_;
  std::size_t done_ = 0;
  std::mutex mutex_;
};

}  // namespace

void run_all(const std::vector<std::function<void()>>& work, const std::string& stage,
             unsigned threads, const Progress& progress) {
  Counter counter(stage, work.size(), progress);
  parallel_blocks(work.size(), threads, [&](std::size_t block) {
    work[block]();
    counter.step();
  });
}

}  // namespace tracetwin::evaluate
