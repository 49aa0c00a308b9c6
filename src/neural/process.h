#pragma once

namespace tracetwin::neural {

/// To be called once, before any work.
/// One thread for libtorch and for BLAS: chunks are trained by processes beside each other, and
/// two layers of threads that wait for each other in loops are an order of magnitude slower.
/// Makes numbers too small for their exponent zero, which else cost a hundred cycles each. Keeps
/// freed memory: activations come and go thousands of times a second, and asking the system for
/// fresh pages each time is a tenth of all work.
void settle_process();

}  // namespace tracetwin::neural
