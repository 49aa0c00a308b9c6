#include "neural/process.h"

#include <dlfcn.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "neural/torch.h"

namespace tracetwin::neural {
namespace {

#ifdef __GLIBC__
constexpr int kLarge = 32 << 20;  // bytes that are a mapping of their own; glibc's largest
constexpr int kKept = 1 << 30;    // bytes at the end of the heap that may lie idle
#endif

}  // namespace

void settle_process() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, kLarge);
  mallopt(M_TRIM_THRESHOLD, kKept);
#endif
  at::set_num_threads(1);
  at::globalContext().setFlushDenormal(true);
  // OpenBLAS has threads of its own, and is not linked by name: another BLAS may be there instead.
  using SetThreads = void (*)(int);
  if (void* found = dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) {
    reinterpret_cast<SetThreads>(found)(1);
  }
}

}  // namespace tracetwin::neural
