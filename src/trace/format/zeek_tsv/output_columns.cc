#include "trace/format/zeek_tsv/output_columns.h"

#include <algorithm>
#include <array>

namespace tracetwin::zeek {
namespace {

struct StandardColumn {
  std::string_view name;
  std::string_view type;
  Fill fill;
};

constexpr std::array<StandardColumn, 22> kStandard = {{
    {"ts", "time", Fill::kTs},
    {"uid", "string", Fill::kUid},
    {"id.orig_h", "addr", Fill::kOrigHost},
    {"id.orig_p", "port", Fill::kOrigPort},
    {"id.resp_h", "addr", Fill::kRespHost},
    {"id.resp_p", "port", Fill::kRespPort},
    {"proto", "enum", Fill::kProto},
    {"service", "string", Fill::kText},
    {"duration", "interval", Fill::kDuration},
    {"orig_bytes", "count", Fill::kText},
    {"resp_bytes", "count", Fill::kText},
    {"conn_state", "string", Fill::kText},
    {"local_orig", "bool", Fill::kText},
    {"local_resp", "bool", Fill::kText},
    {"missed_bytes", "count", Fill::kText},
    {"history", "string", Fill::kText},
    {"orig_pkts", "count", Fill::kOrigPkts},
    {"orig_ip_bytes", "count", Fill::kOrigIpBytes},
    {"resp_pkts", "count", Fill::kRespPkts},
    {"resp_ip_bytes", "count", Fill::kRespIpBytes},
    {"tunnel_parents", "set[string]", Fill::kText},
    {"ip_proto", "count", Fill::kIpProto},
}};

/// Whether an extra column of this name belongs into the standard column.
bool takes_extra(Fill fill) {
  constexpr std::array kTaking = {Fill::kText,        Fill::kUid,      Fill::kOrigPkts,
                                  Fill::kOrigIpBytes, Fill::kRespPkts, Fill::kRespIpBytes};
  return std::ranges::find(kTaking, fill) != kTaking.end();
}

std::size_t position(const std::vector<std::string>& extras, std::string_view name) {
  const auto hit = std::ranges::find(extras, name);
  return hit == extras.end() ? kNoExtra : static_cast<std::size_t>(hit - extras.begin());
}

std::size_t originators_share(Fill fill, const std::vector<std::string>& extras) {
  switch (fill) {
    case Fill::kOrigPkts:
    case Fill::kRespPkts:
      return position(extras, "orig_pkts");
    case Fill::kOrigIpBytes:
    case Fill::kRespIpBytes:
      return position(extras, "orig_ip_bytes");
    default:
      return kNoExtra;
  }
}

/// A name that can stand in "#fields" and is not there yet.
std::string free_name(std::string name, const std::vector<OutputColumn>& columns) {
  const auto is_control = [](char c) { return (c >= 0 && c <= ' ') || c == '\x7f'; };
  std::ranges::replace_if(name, is_control, '_');
  name = name.empty() ? "column" : name;
  while (std::ranges::find(columns, name, &OutputColumn::name) != columns.end()) {
    name += '_';
  }
  return name;
}

}  // namespace

std::vector<OutputColumn> output_columns(const std::vector<std::string>& extras) {
  std::vector<OutputColumn> columns;
  for (const auto& [name, type, fill] : kStandard) {
    const std::size_t extra = takes_extra(fill) ? position(extras, name) : kNoExtra;
    columns.push_back({std::string(name), type, fill, extra, originators_share(fill, extras)});
  }
  for (std::size_t i = 0; i < extras.size(); ++i) {
    if (std::ranges::find(columns, i, &OutputColumn::extra) == columns.end()) {
      columns.push_back({free_name(extras[i], columns), "string", Fill::kText, i, kNoExtra});
    }
  }
  return columns;
}

}  // namespace tracetwin::zeek
