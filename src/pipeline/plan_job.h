#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dp/budget.h"
#include "netshare/run_plan.h"
#include "pipeline/train.h"

namespace tracetwin {

/// The training that one grid point of a NetShare configuration asks for. Says in `remarks` what of
/// it this program does otherwise. Throws Error for what it does not do at all.
///
/// `budget` is what a private point may spend; the noise follows from it, not the other way round
/// as in NetShare, whose number of samples is private.
TrainJob plan_job(const netshare::RunPlan& plan, const netshare::GridPoint& point,
                  const std::optional<dp::Budget>& budget, std::vector<std::string>& remarks);

}  // namespace tracetwin
