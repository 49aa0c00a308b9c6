#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "encode/conversations.h"
#include "encode/step_context.h"
#include "encode/vocabulary.h"
#include "schema/table.h"

namespace tracetwin {

/// The three within-conversation tables, each "context attributes, then the attribute to be drawn
/// given them". All attributes but the payload's codes have public cells.
///   directions: moment (6) x position in the conversation (4) x previous direction
///             -> whether the other side speaks; conversations of both directions only
///   payloads: cause x class of the direction's mean payload (4 x 12) x position in its direction
///             (4) -> payload code; without the packets that never were to have payload
///   gaps:     class of the conversation's mean gap x whether the direction turned
///             -> octave of the gap as a multiple of that mean
struct StepTables {
  Table directions;
  Table payloads;
  Table gaps;
};
StepTables step_tables(std::span<const StepInContext> steps, const Vocabulary& payload_codes);

/// The column of payloads, for learning `payload_codes`.
PrivateColumn payload_column(std::span<const StepInContext> steps);
Field payload_field();

/// Contexts of the tables above as codes, for drawing. `packet` and `position` count from 0.
using Context = std::vector<std::uint16_t>;
Context turn_context(Moment moment, std::uint64_t packet, bool previous_forward);
Context payload_context(Cause cause, std::uint32_t mean_payload, std::uint64_t position);
Context gap_context(std::uint64_t mean_gap_us, bool turned);

/// A gap inside a cell of the gap table, as a multiple of the mean gap.
double draw_gap(std::uint16_t cell, Random& random);

/// What is assumed where nothing was measured, row-major over (coarsest context, drawn attribute):
/// who has something to acknowledge mostly answers, and who has not does not send empty packets;
/// payloads are near their mean; gaps are mostly shorter than theirs. Public.
std::vector<double> turn_prior();
std::vector<double> payload_prior(const Vocabulary& payload_codes);
std::vector<double> gap_prior();

}  // namespace tracetwin
