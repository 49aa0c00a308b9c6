#pragma once

#include "netshare/run_plan.h"
#include "pipeline/train.h"

namespace tracetwin {

/// The training that one grid point of a NetShare configuration asks for. Says in `remarks` what of
/// it this program does otherwise. Throws Error for what it does not do at all.
TrainJob plan_job(const netshare::RunPlan& plan, const netshare::GridPoint& point,
                  std::vector<std::string>& remarks);

}  // namespace tracetwin
