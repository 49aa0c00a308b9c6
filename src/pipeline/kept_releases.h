#pragma once

#include <memory>
#include <string>

#include "dp/release_log.h"
#include "work/site.h"

namespace tracetwin {

/// Releases of a training at a site: the first process draws the noise, writes what it released
/// into the folder's journal, if there is a folder, and tells the others; what an earlier run
/// released is not drawn again. Throws Error when the journal holds other releases.
std::shared_ptr<dp::ReleaseLog> kept_releases(const work::Site& site);

}  // namespace tracetwin
