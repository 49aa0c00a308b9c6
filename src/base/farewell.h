#pragma once

#include <string_view>

namespace tracetwin {

/// What a signal that ends this process (remove_temporaries_on_signals()) says on standard error
/// last, in one line of at most 1,000 bytes; empty: nothing.
/// Beside the handler, in atomic_file.cc.
void say_when_ended(std::string_view line);

}  // namespace tracetwin
