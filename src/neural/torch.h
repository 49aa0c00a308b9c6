#pragma once

// The only header of the project that includes libtorch's; precompiled. ATen, and of autograd no
// more than backward(): the front end of torch/torch.h costs twenty seconds a file.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
