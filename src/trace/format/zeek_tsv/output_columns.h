#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tracetwin::zeek {

/// What a column is filled with: a value of the record, or the text of an extra column.
enum class Fill {
  kTs,
  kUid,
  kOrigHost,
  kOrigPort,
  kRespHost,
  kRespPort,
  kProto,
  kDuration,
  kIpProto,
  kOrigPkts,
  kOrigIpBytes,
  kRespPkts,
  kRespIpBytes,
  kText,
};

constexpr std::size_t kNoExtra = static_cast<std::size_t>(-1);

/// A column of the log that is written.
struct OutputColumn {
  std::string name;
  std::string_view type;
  Fill fill = Fill::kText;
  std::size_t extra = kNoExtra;  ///< the extra column of the same name
  std::size_t share = kNoExtra;  ///< counters: the extra column with the originator's share
};

/// The standard columns of a conn.log in Zeek's order, then the extra columns that are not among
/// them, under names that can stand in "#fields".
std::vector<OutputColumn> output_columns(const std::vector<std::string>& extras);

}  // namespace tracetwin::zeek
