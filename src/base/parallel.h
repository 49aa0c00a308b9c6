#pragma once

#include <cstddef>
#include <functional>

namespace tracetwin {

/// How many threads to use: `requested`, or the number of available processors when 0.
unsigned thread_count(unsigned requested = 0);

/// Runs `work(block)` for block = 0 … blocks-1 on up to `threads` threads and waits for all.
/// Which thread runs which block is not determined, so `work` must depend on `block` alone.
/// The first exception thrown by any block is rethrown here once every thread has stopped.
void parallel_blocks(std::size_t blocks, unsigned threads,
                     const std::function<void(std::size_t)>& work);

}  // namespace tracetwin
