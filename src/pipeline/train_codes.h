#pragma once

#include <cstdint>
#include <vector>

#include "base/progress.h"
#include "dp/ledger.h"
#include "engine/autoregressive/codes.h"
#include "engine/marginal/table_model.h"
#include "pipeline/train.h"
#include "pipeline/unit_bound.h"
#include "schema/table.h"

namespace tracetwin {

/// Method autoregressive under a budget: a network of the records' codes, whose draws are moved
/// towards noisy marginals (engine/marginal/generate.cc). Codes are those of vocabularies that are
/// paid for already. The network first learns records that the marginals alone make, which costs
/// nothing more, then the trace, in noisy sums of clipped slopes (neural/private_tokens.h).
///   1. `pay_for_network` before anything is measured, since its price must not depend on it;
///   2. `train_codes` when `table` is paid for and made.

/// Of the whole budget.
inline constexpr double kNetworkShare = 0.15;

/// Throws Error on what cannot be had with a guarantee: units of very many rows, another device
/// than the CPU, resuming.
void check_private_codes(const TrainJob& job, const UnitBound& bound);

/// The noise multiplier of the steps that the job asks for.
double pay_for_network(const SeriesJob& job, dp::Ledger& ledger);

/// `units`: of each record the unit it is of. The job's folder gets "pretraining" and "private".
autoregressive::CodeNetwork train_codes(const Codes& records, std::vector<std::uint32_t> units,
                                        const engine::TableModel& table, const TrainJob& job,
                                        const std::vector<ImpossiblePair>& impossible,
                                        double noise_multiplier, const Progress& progress);

}  // namespace tracetwin
