#include "schema/field.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/error.h"
#include "trace/time_range.h"

namespace tracetwin {
namespace {

Field standard(std::string name, FieldKind kind, std::string summary, std::uint32_t cells = 0) {
  Field field;
  field.name = std::move(name);
  field.kind = kind;
  field.summary = std::move(summary);
  field.cells = cells;
  return field;
}

const std::vector<Field>& flow_fields() {
  static const std::vector<Field> kFields = {
      standard("srcip", FieldKind::kAddress, "source address"),
      standard("dstip", FieldKind::kAddress, "destination address"),
      standard("srcport", FieldKind::kPort, "source port (ICMP: type)"),
      standard("dstport", FieldKind::kPort, "destination port (ICMP: code)"),
      standard("proto", FieldKind::kProtocol, "IP protocol"),
      standard("ts", FieldKind::kTime, "start of the flow"),
      standard("td", FieldKind::kDuration, "duration of the flow"),
      standard("size", FieldKind::kSize, "packets and bytes (pkt, byt), one joint field"),
  };
  return kFields;
}

const std::vector<Field>& capture_fields() {
  static const std::vector<Field> kFields = {
      standard("srcip", FieldKind::kAddress, "address of the side that speaks first"),
      standard("dstip", FieldKind::kAddress, "address of the other side"),
      standard("srcport", FieldKind::kPort, "its port (ICMP: type)"),
      standard("dstport", FieldKind::kPort, "the other port (ICMP: code)"),
      standard("proto", FieldKind::kProtocol, "IP protocol"),
      standard("ts", FieldKind::kTime, "time of the first packet"),
      standard("td", FieldKind::kDuration, "from first to last packet"),
      standard("shape", FieldKind::kShape, "packets forward and backward, one joint field"),
      standard("tcp", FieldKind::kCode, "how a TCP conversation opens and closes", 13),
      standard("fwd_payload", FieldKind::kLength, "mean payload of forward packets"),
      standard("bwd_payload", FieldKind::kLength, "mean payload of backward packets"),
      standard("fwd_ttl", FieldKind::kByte, "TTL or hop limit of forward packets"),
      standard("bwd_ttl", FieldKind::kByte, "TTL or hop limit of backward packets"),
      standard("tos", FieldKind::kByte, "TOS or traffic class of forward packets"),
      standard("fwd_window", FieldKind::kLength, "TCP window, forward"),
      standard("bwd_window", FieldKind::kLength, "TCP window, backward"),
      standard("header", FieldKind::kCode, "IPv4 identification and don't-fragment, both ways", 36),
      standard("tcp_options", FieldKind::kCode, "kind of TCP options, both ways", 37),
  };
  return kFields;
}

/// Column names, in lower case, that are categories wherever they occur.
constexpr std::array kCategoryNames = {"label",       "type",  "detailedlabel", "detailed_label",
                                       "service",     "state", "conn_state",    "attack",
                                       "attack_type", "class", "category",      "traffic_type",
                                       "application", "app"};

/// Column names that identify single records or repeat what standard fields hold.
constexpr std::array kIdentifierNames = {
    "uid",        "community_id", "history",       "tunnel_parents", "orig_bytes",   "resp_bytes",
    "orig_pkts",  "resp_pkts",    "orig_ip_bytes", "resp_ip_bytes",  "missed_bytes", "local_orig",
    "local_resp", "id",           "index",         "orig_l2_addr",   "resp_l2_addr"};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
  return result;
}

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), lower(name)) != names.end();
}

const Declarations::Column* declared(const Declarations& declarations, std::string_view name) {
  const auto found =
      std::find_if(declarations.columns.begin(), declarations.columns.end(),
                   [&](const Declarations::Column& column) { return column.name == name; });
  return found == declarations.columns.end() ? nullptr : &*found;
}

}  // namespace

bool Window::is_possible() const {
  return begin < end && is_possible_time(begin) && end <= kEndOfTimeNs;
}

std::string_view kind_name(FieldKind kind) {
  static constexpr std::array<std::string_view, 13> kNames = {
      "address", "port", "protocol", "time",     "duration", "size", "shape",
      "length",  "byte", "code",     "category", "number",   "share"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::span<const Field> standard_fields(TraceKind kind) {
  return kind == TraceKind::kFlows ? flow_fields() : capture_fields();
}

void end_with_other(std::vector<std::string>& values) {
  if (!values.empty()) {
    std::erase(values, kOtherCategory);
    values.emplace_back(kOtherCategory);
  }
}

void refuse_missing(const Declarations& declarations, std::span<const std::string> columns) {
  for (const auto& column : declarations.columns) {
    if (std::find(columns.begin(), columns.end(), column.name) == columns.end() && !column.ignore) {
      throw Error(
          "the schema file declares column \"" + column.name + "\", which the trace does not have",
          "Take it out of the schema file, or correct its name.");
    }
  }
}

Schema flow_schema(std::span<const std::string> extra_columns, const Declarations& declarations) {
  refuse_missing(declarations, extra_columns);
  Schema schema;
  schema.kind = TraceKind::kFlows;
  schema.fields = flow_fields();
  schema.window = declarations.window;
  for (const auto& name : extra_columns) {
    const auto* column = declared(declarations, name);
    if (column != nullptr && !column->ignore) {
      schema.fields.push_back(column->field);
      end_with_other(schema.fields.back().values);
    } else if (column == nullptr && is_one_of(kCategoryNames, name)) {
      schema.fields.push_back(standard(name, FieldKind::kCategory, "category, by its name"));
    } else if (column == nullptr && (name == kOriginatorsPackets || name == kOriginatorsBytes)) {
      schema.fields.push_back(standard(name, FieldKind::kShare, "the originator's part"));
    } else if (column == nullptr && !is_one_of(kIdentifierNames, name)) {
      schema.left_out.push_back(name);
    }
  }
  return schema;
}

Schema capture_schema(const Declarations& declarations) {
  refuse_missing(declarations, {});
  Schema schema;
  schema.kind = TraceKind::kPackets;
  schema.fields = capture_fields();
  schema.window = declarations.window;
  return schema;
}

}  // namespace tracetwin
