#pragma once

namespace tracetwin::cli {

/// The program: reads the command line, runs one command, reports what stopped it. Returns the
/// exit code of base/error.h. A closed pipe behind standard output is a quiet end.
int run(int argc, char** argv);

}  // namespace tracetwin::cli
