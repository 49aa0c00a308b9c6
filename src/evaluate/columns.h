#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "evaluate/capture_checks.h"
#include "trace/address.h"
#include "trace/format/format.h"
#include "trace/reader.h"
#include "trace/skips.h"

namespace tracetwin::evaluate {

/// A numeric column: `td` (seconds), `pkt`, `byt` of flow logs; `pkt_len`, `id`, `ttl` of packets.
struct NumberColumn {
  std::string name;
  std::vector<double> values = {};  ///< one a row
};

/// A column of categories. After align() the codes of all aligned traces mean the same, and they
/// are in order of the texts (numbers: of the numbers).
struct CategoryColumn {
  std::string name;
  std::vector<std::uint32_t> codes = {};  ///< one a row
  std::vector<std::string> texts = {};    ///< of each code
};

/// Which columns of a table of events are compared, and as what. Its keys take the place of source
/// addresses, as pseudonyms made of their texts, and what else flows have is the same everywhere.
struct EventColumns {
  std::vector<std::string> key;
  std::vector<std::string> numbers;
  std::vector<std::string> categories;
  /// Numbers at one moment after the other, of which some, evenly, are compared.
  struct Series {
    std::vector<std::string> columns = {};
    std::string first = {}, last = {};  ///< instead of them: all from one to the other
  };
  Series series = {};
};

/// A trace as plain columns, in order of time (rows of one time in the file's order). A row is a
/// flow record or a packet.
struct Columns {
  std::string name;  ///< "real", or what the user calls it
  SourceInfo source;
  TraceKind kind = TraceKind::kFlows;
  bool events = false;             ///< a table of events
  std::vector<std::uint32_t> src;  ///< into `addresses`
  std::vector<std::uint32_t> dst;
  std::vector<std::uint16_t> srcport;
  std::vector<std::uint16_t> dstport;
  std::vector<std::uint8_t> proto;
  std::vector<std::int64_t> time_ns;  ///< since the epoch, ascending
  std::vector<NumberColumn> numbers;
  std::vector<CategoryColumn> categories;
  /// Ascending; each occurs in some aligned trace.
  std::shared_ptr<const std::vector<IpAddress>> addresses;
  CaptureChecks checks;  ///< packets: what was looked at while reading
  Skips skips;

  std::size_t rows() const { return time_ns.size(); }
  /// nullptr when there is no such column.
  const NumberColumn* number(std::string_view column) const;
  const CategoryColumn* category(std::string_view column) const;
};

/// Reads all of a trace that `open` opens. Only text columns of at most 1,000 different values are
/// kept (and `label`, whatever it has, when it is not empty). Throws Error when the file cannot be
/// read, has no record that can be read, or lacks a column called `label`. With `events`, `open`
/// reads a table of events; its records that lack a number are left out and counted.
Columns read_columns(const std::filesystem::path& path, std::string name, const std::string& label,
                     const Progress& progress, const TraceOpener& open = plain_opener(),
                     const EventColumns* events = nullptr);

/// Gives all `traces` one table of addresses and one table of texts a category.
void align(std::span<Columns* const> traces);

/// The rows named, in that order. The checks of captures stay behind.
Columns subset(const Columns& all, std::span<const std::uint32_t> rows);

}  // namespace tracetwin::evaluate
