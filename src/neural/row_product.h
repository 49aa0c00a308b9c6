#pragma once

#include "neural/torch.h"

namespace tracetwin::neural {

/// a b, or a b + bias, of float32 on the CPU, [rows, k] [k, columns]; rows are a multiple of 4.
/// Each row of the result depends, to the last bit, on its own row of `a` only: not on the others,
/// their number or its place among them. A BLAS does not promise that (edges of its tiles round in
/// another order), and where a flow's activation is near zero the last bit decides over a whole
/// unit. `bias` may be undefined. Half the speed of a BLAS.
at::Tensor row_product(const at::Tensor& a, const at::Tensor& b, const at::Tensor& bias);

}  // namespace tracetwin::neural
