#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "trace/format/format.h"

namespace tracetwin {

/// Several files as one trace, in this order, opened one after the other when reading gets there;
/// `name` is what messages call them. All hold what the first one holds (frames, packets of a
/// table, or flow records; Error otherwise, when reading gets there). The further columns of flow
/// records are those of the first file; where a later one does not have a column its texts are
/// "-", and its own further columns are counted as skipped. Positions and lines are those in the
/// file that they are in, but for frames, which are numbered over all files. `files` is not empty.
AnyReader chain(std::vector<std::filesystem::path> files, const TraceOpener& open,
                const std::string& name);

}  // namespace tracetwin
