#pragma once

namespace tracetwin::dp {

/// Makes libsodium ready, once; before anything else of it is used. Throws Error when it cannot be.
void start_sodium();

}  // namespace tracetwin::dp
