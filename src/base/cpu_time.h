#pragma once

namespace tracetwin {

/// Processor seconds of this process and of those it started that have ended.
double cpu_seconds();

}  // namespace tracetwin
