#pragma once

#include "work/ranks.h"

namespace tracetwin::work {

/// The ranks that this process was started as one of, by mpirun or by srun --mpi=pmix, as the
/// environment says; this process alone otherwise, which then does not start MPI. To be called
/// once, at the beginning. Throws Error when it was started as one of several and could not work
/// with the others: this build has no MPI, or srun was not told to let them meet.
Ranks launched_ranks();

}  // namespace tracetwin::work
