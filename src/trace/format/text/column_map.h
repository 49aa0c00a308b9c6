#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tracetwin {

/// Where a file has the columns of a flow table: flow-csv's own (srcip … byt) and further ones.
struct ColumnMap {
  struct Entry {
    std::string name;                  ///< ours: srcip, …, or that of a further column
    std::string source;                ///< the file's: a column, or keys of JSON objects with dots
    std::optional<std::string> value;  ///< for all records, in place of a source
    std::optional<int> scale;          ///< of ts and td: numbers are units of 10^scale ns
    bool further = false;              ///< a further column, though its name may be a flow's
  };
  std::vector<Entry> entries;

  bool empty() const { return entries.empty(); }
  /// The entry of a column, or null.
  const Entry* find(std::string_view name) const;
};

/// The power of ten of nanoseconds in a unit: s, ms, us or ns.
std::optional<int> scale_of_unit(std::string_view unit);

/// One entry as users type it: NAME=SOURCE, for ts and td NAME=SOURCE:UNIT with s, ms, us or ns,
/// or NAME:=VALUE. Throws Error on anything else.
ColumnMap::Entry parse_column(std::string_view text);

/// Throws Error when two entries are of one name.
void check_columns(const ColumnMap& map);

}  // namespace tracetwin
