#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "encode/conversations.h"
#include "encode/vocabulary.h"
#include "schema/table.h"

namespace tracetwin {

/// The three within-conversation tables, each "context attributes, then the attribute to be drawn
/// given them". All attributes but the payload's codes have public cells.
///   directions: protocol class (3) x position in the conversation (4) x previous direction ->
///   direction payloads:   class of the direction's mean payload x position in its direction (4) ->
///   payload code gaps:       class of the conversation's mean gap x whether the direction turned
///   -> gap cell
struct StepTables {
  Table directions;
  Table payloads;
  Table gaps;
};
StepTables step_tables(std::span<const StepInContext> steps, const Vocabulary& payload_codes,
                       unsigned threads);

/// The column of payloads, for learning `payload_codes`.
PrivateColumn payload_column(std::span<const StepInContext> steps);
Field payload_field();

/// Contexts of the tables above as codes, for drawing.
using Context = std::vector<std::uint16_t>;
Context direction_context(std::uint8_t proto, std::uint64_t packet, bool previous_forward);
Context payload_context(std::uint32_t mean_payload, std::uint64_t position);
Context gap_context(std::uint64_t mean_gap_us, bool turned);

/// A gap inside a cell of the gap table, in microseconds.
std::uint64_t draw_gap_us(std::uint16_t cell, Random& random);

/// What is assumed where nothing was measured, row-major over (coarsest context, drawn attribute):
/// payloads and gaps near their mean. Public.
std::vector<double> payload_prior(const Vocabulary& payload_codes);
std::vector<double> gap_prior();

}  // namespace tracetwin
