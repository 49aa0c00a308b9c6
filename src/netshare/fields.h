#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "netshare/notes.h"
#include "netshare/value.h"

namespace tracetwin::netshare {

/// The field specifications of a list. Throws Error for what makes no field.
std::vector<FieldSpec> read_fields(const Value& list, Notes& notes);

/// What a format has where the file gives no list of fields.
struct Implied {
  Normalization normalization = Normalization::kZeroOne;
  bool full_ip_header = true;  ///< of a capture
  bool word2vec_addresses = false;
  bool is_private = false;  ///< the range of packet lengths is declared, not learned
};
/// Nothing for formats without implied fields.
std::optional<std::vector<FieldSpec>> implied_metadata(Format format, const Implied& implied);
std::optional<std::vector<FieldSpec>> implied_timeseries(Format format, const Implied& implied);

}  // namespace tracetwin::netshare
