#include "neural/threads.h"

#include <ATen/Context.h>
#include <dlfcn.h>

#include "neural/torch.h"

namespace tracetwin::neural {

void use_one_thread() {
  at::set_num_threads(1);
  at::globalContext().setFlushDenormal(true);
  // OpenBLAS has threads of its own, and is not linked by name: another BLAS may be there instead.
  using SetThreads = void (*)(int);
  if (void* found = dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) {
    reinterpret_cast<SetThreads>(found)(1);
  }
}

}  // namespace tracetwin::neural
