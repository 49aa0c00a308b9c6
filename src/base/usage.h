#pragma once

namespace tracetwin {

/// Processor seconds of this process and of those it started that have ended.
double cpu_seconds();
/// The most memory that this process has had at once, or one that it started and that has ended.
double peak_megabytes();

}  // namespace tracetwin
