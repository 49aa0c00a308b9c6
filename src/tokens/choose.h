#pragma once

#include <span>
#include <vector>

#include "encode/vocabulary.h"
#include "schema/field.h"
#include "tokens/scheme.h"

namespace tracetwin::tokens {

/// What decides a scheme. Private.
struct Columns {
  std::span<const Field> fields;
  std::span<const Vocabulary> vocabularies;  ///< parallel
  std::vector<std::vector<Key>> keys;        ///< parallel: of categories codes
  Window window;
};

struct SchemeOptions {
  std::size_t least = 5;  ///< records that a value must have to be on a list; 1 keeps rare values
  std::size_t most_listed = 400;
  std::size_t most_bins = 48;
  std::size_t most_parts = 16;
  std::size_t most_slots = 192;
};

/// How these records are best told in tokens: time's slot, categories and codes, the protocol,
/// addresses, ports (of flows and conversations the destination's first), counts, durations and
/// other numbers. Lists, bins and slots are facts about the data, so what comes of it is not
/// private.
Scheme choose_scheme(const Columns& columns, const SchemeOptions& options);

}  // namespace tracetwin::tokens
