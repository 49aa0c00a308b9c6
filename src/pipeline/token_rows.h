#pragma once

#include <functional>

#include "base/progress.h"
#include "pipeline/chosen_rows.h"

namespace tracetwin {

/// choose_rows() of a model that is a network of tokens: slot of time by slot, each sorted, so that
/// memory grows with a slot. Records of two addresses that cannot speak with each other are drawn
/// again. Under conditions whole twins are drawn and what does not satisfy them is left out, until
/// there are as many records as were asked for; all of them are in memory then. Of a capture's
/// conversations several times as many are drawn as are kept (size_shares.h), and the largest are
/// made to have so many packets that a twin has as many as the capture.
void choose_token_rows(const TwinModel& model, const GenerateJob& job, const Progress& progress,
                       const std::function<void(const ChosenRows&)>& visit);

/// `count` rows of a twin without conditions, in no order; of captures without their packets.
std::vector<Row> draw_token_rows(const TwinModel& model, std::size_t count, std::uint64_t seed,
                                 unsigned threads);

/// Of a capture's model: takes note of how the sizes and rates of its conversations differ from
/// those learned from. Not private.
void calibrate_sizes(TwinModel& model, std::span<const tokens::Magnitude> real, std::uint64_t seed,
                     unsigned threads);

}  // namespace tracetwin
