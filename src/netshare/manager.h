#pragma once

#include "netshare/grid.h"

namespace tracetwin::netshare {

/// True for a NetShareManager; a file without a manager trains its chunks independently.
bool pretrains_by_default(const Config& config);

/// Throws Error unless the settings for privacy and for pre-training go together; finds the folder
/// of the pre-trained model, names the group of the point.
void finish_point(GridPoint& point, const GridContext& context, Notes& notes);

/// True if the class of the model is the PyTorch one. Throws Error for a class that is unknown.
bool is_torch_class(const Config& config);

}  // namespace tracetwin::netshare
