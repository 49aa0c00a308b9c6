#pragma once

namespace tracetwin::neural {

/// One thread for libtorch and for BLAS: chunks are trained by processes beside each other, and
/// two layers of threads that wait for each other in loops are an order of magnitude slower. Also
/// makes numbers too small for their exponent zero, which else cost a hundred cycles each.
void use_one_thread();

}  // namespace tracetwin::neural
