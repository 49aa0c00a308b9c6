#pragma once

#include "trace/reader.h"

namespace tracetwin {

/// Adds what is known of one more file of the same trace: the link types that it adds, the longer
/// snap length, the finer resolution. Name, format and number of files stay. A capture that has not
/// told of any interface yet (pcapng, before its first) says nothing.
void unite(SourceInfo& all, const SourceInfo& file);

}  // namespace tracetwin
