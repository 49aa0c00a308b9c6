#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/skips_json.h"
#include "cli/trace_summary.h"

namespace tracetwin::cli {
namespace {

using Json = nlohmann::ordered_json;

Json tally_json(const Tally& tally) {
  return {{"flows", tally.flows}, {"packets", tally.packets}, {"bytes", tally.bytes}};
}

Json with_tally(Json row, const Tally& tally) {
  row.update(tally_json(tally));
  return row;
}

Json link_types(const SourceInfo& source) {
  Json rows = Json::array();
  for (const auto link : source.link_types) {
    rows.push_back({{"number", static_cast<std::uint32_t>(link)}, {"name", link_name(link)}});
  }
  return rows;
}

Json source_json(const TraceSummary& summary) {
  const SourceInfo& source = summary.source;
  Json json = {{"name", source.name},
               {"kind", summary.kind == TraceKind::kPackets ? "packets" : "flows"},
               {"format", source.format},
               {"compression", source.compression}};
  if (!source.link_types.empty()) {
    json["link_types"] = link_types(source);
    json["snap_length"] = source.snap_length;
    json["nanoseconds"] = source.nanoseconds;
  }
  return json;
}

Json time_json(const TraceSummary& summary) {
  return {{"first", format_rfc3339(summary.first_ns)},
          {"last", format_rfc3339(summary.last_ns)},
          {"first_ns", summary.first_ns},
          {"last_ns", summary.last_ns},
          {"out_of_order", summary.out_of_order}};
}

Json sizes_json(const SizeHistogram& sizes) {
  return {{"min", sizes.quantile(0)},   {"p50", sizes.quantile(0.5)},  {"mean", sizes.mean()},
          {"p90", sizes.quantile(0.9)}, {"p99", sizes.quantile(0.99)}, {"max", sizes.largest()}};
}

Json protocols_json(const TraceSummary& summary) {
  Json rows = Json::array();
  for (std::size_t number = 0; number < summary.protocols.size(); ++number) {
    const Tally& tally = summary.protocols[number];
    if (tally.flows > 0) {
      const std::string name = protocol_name(static_cast<std::uint8_t>(number));
      rows.push_back(with_tally({{"number", number}, {"name", name}}, tally));
    }
  }
  return rows;
}

Json talkers_json(const HeavyHitters& talkers, std::size_t top) {
  Json rows = Json::array();
  for (const auto& row : talkers.top(top)) {
    rows.push_back(with_tally({{"address", to_string(row.host)}}, row.tally));
  }
  return {{"exact", talkers.exact()},
          {"error_bytes", talkers.error_bytes()},
          {"hosts", talkers.hosts()},
          {"top", std::move(rows)}};
}

Json columns_json(const TraceSummary& summary, std::size_t top) {
  Json rows = Json::array();
  for (const auto& column : summary.columns) {
    Json row = {{"name", column.name}, {"distinct", nullptr}, {"values", Json::array()}};
    if (!column.values.many()) {
      row["distinct"] = column.values.distinct();
    }
    for (const auto& [value, count] : column.values.most_frequent()) {
      if (row["values"].size() == top) {
        break;
      }
      row["values"].push_back({{"value", value}, {"flows", count}});
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

Json skips_json(const Skips& skips) {
  Json reasons = Json::array();
  for (const auto& row : skips.rows()) {
    reasons.push_back({{"reason", row.reason}, {"count", row.count}, {"first", row.first}});
  }
  return {{"total", skips.total()}, {"reasons", std::move(reasons)}};
}

std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json summary_json(const TraceSummary& summary, std::size_t top) {
  Json json = source_json(summary);
  json.update(tally_json(summary.total));
  json["time"] = time_json(summary);
  if (summary.kind == TraceKind::kPackets) {
    json["wire_bytes"] = summary.wire_bytes;
    json["captured_bytes"] = summary.captured_bytes;
    json["ip_sizes"] = sizes_json(summary.sizes);
    json["idle_timeout_ns"] = summary.timeouts.idle_ns;
    json["active_timeout_ns"] = summary.timeouts.active_ns;
  } else {
    json["mean_duration_ns"] = summary.flow_duration_ns;
    json["columns"] = columns_json(summary, top);
  }
  json["ip_versions"] = {{"4", tally_json(summary.ipv4)}, {"6", tally_json(summary.ipv6)}};
  json["protocols"] = protocols_json(summary);
  json["talkers"] = talkers_json(summary.talkers, top);
  json["skipped"] = skips_json(summary.skips);
  return json;
}

}  // namespace tracetwin::cli
