#include "encode/flow_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "encode/address_kind.h"
#include "trace/time_range.h"

namespace tracetwin {
namespace {

constexpr std::uint64_t kMostBytesPerPacket = 1500;
constexpr std::int64_t kMicrosecond = 1000;
constexpr std::string_view kUnset = "-";

/// The columns of a row that standard_fields(kFlows) fixes, by position.
enum StandardField : std::size_t {
  kSrcIp,
  kDstIp,
  kSrcPort,
  kDstPort,
  kProto,
  kTs,
  kTd,
  kSize,
  kStandardFields,
};

std::array<Key, kStandardFields> standard_keys(const FlowRecord& record) {
  const auto us = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, (record.duration_ns + kMicrosecond / 2) / kMicrosecond));
  return {key_of(record.tuple.src),
          key_of(record.tuple.dst),
          record.tuple.srcport,
          record.tuple.dstport,
          record.tuple.proto,
          static_cast<std::uint64_t>(record.start_ns),
          us,
          pair_key(record.packets, record.bytes)};
}

void add_record(const FlowRecord& record, std::vector<PrivateColumn>& columns) {
  const auto keys = standard_keys(record);
  for (std::size_t f = 0; f < keys.size(); ++f) {
    columns[f].values.push_back(keys[f]);
  }
}

/// Flow logs keep microseconds.
std::int64_t whole_microseconds(Key time_ns) {
  const auto ns = static_cast<std::int64_t>(static_cast<std::uint64_t>(time_ns));
  return ns - ns % kMicrosecond;
}

std::uint64_t total_of(const Field& share, const FlowRecord& record) {
  return share.name == kOriginatorsPackets ? record.packets : record.bytes;
}

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// What one of the further columns of a table of events says, or nothing.
std::optional<Key> event_key(FieldKind kind, std::string_view text) {
  constexpr double kMostPort = 65535;
  if (kind == FieldKind::kAddress) {
    const auto address = parse_address(text);
    return address ? std::optional(key_of(*address)) : std::nullopt;
  }
  const auto number = number_in(text);
  if (!number || kind == FieldKind::kNumber) {
    return number ? std::optional(number_key(*number)) : std::nullopt;
  }
  const bool port = *number >= 0 && *number <= kMostPort && std::trunc(*number) == *number;
  return port ? std::optional(static_cast<Key>(*number)) : std::nullopt;
}

std::string number_text(const Field& field, Key key) {
  const double value = number_of(key);
  if (field.whole || field.decimals) {
    return fmt::format("{:.{}f}", value, field.whole ? 0 : *field.decimals);
  }
  return fmt::format("{:.6g}", value);
}

}  // namespace

FlowColumns::FlowColumns(const Schema& schema, const std::vector<std::string>& extra_columns)
    : schema_(schema),
      columns_(schema.fields.size()),
      ids_(schema.fields.size()),
      foreign_(schema.fields.size()) {
  set_columns(extra_columns);
}

void FlowColumns::set_columns(const std::vector<std::string>& extra_columns) {
  extra_of_field_.clear();
  for (std::size_t f = kStandardFields; f < schema_.fields.size(); ++f) {
    const auto found =
        std::find(extra_columns.begin(), extra_columns.end(), schema_.fields[f].name);
    extra_of_field_.push_back(static_cast<std::size_t>(found - extra_columns.begin()));
  }
}

void FlowColumns::add(const FlowBatch& batch) {
  const auto line_of = [&](std::size_t i) {
    return batch.lines.empty() ? read_ + i + 1 : batch.lines[i];
  };
  for (const std::size_t i : choose(batch)) {
    add_record(batch.records[i], columns_);
    for (std::size_t f = kStandardFields; f < schema_.fields.size(); ++f) {
      const std::string_view text = text_of(f, batch, i);
      if (schema_.fields[f].kind == FieldKind::kCategory) {
        add_category(f, text, line_of(i));
      } else if (schema_.fields[f].kind == FieldKind::kShare) {
        add_share(f, text, batch.records[i]);
      } else if (schema_.events) {
        columns_[f].values.push_back(event_key(schema_.fields[f].kind, text).value());
      } else {
        add_number(f, text, line_of(i));
      }
    }
    ++rows_;
  }
  read_ += batch.records.size();
}

std::string_view FlowColumns::text_of(std::size_t field, const FlowBatch& batch,
                                      std::size_t i) const {
  const std::size_t extra = extra_of_field_[field - kStandardFields];
  return extra < batch.extras.size() ? batch.extras[extra][i] : kUnset;
}

const Field* FlowColumns::missing(const FlowBatch& batch, std::size_t i) const {
  for (std::size_t f = kStandardFields; schema_.events && f < schema_.fields.size(); ++f) {
    const Field& field = schema_.fields[f];
    if (field.kind != FieldKind::kCategory && !event_key(field.kind, text_of(f, batch, i))) {
      return &field;
    }
  }
  return nullptr;
}

std::vector<std::size_t> FlowColumns::choose(const FlowBatch& batch) {
  std::vector<std::size_t> chosen;
  chosen.reserve(batch.records.size());
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    const std::uint64_t line = batch.lines.empty() ? read_ + i + 1 : batch.lines[i];
    const Field* lacks = missing(batch, i);
    if (schema_.window && !schema_.window->holds(batch.records[i].start_ns)) {
      skips_.add(kOutsideWindow, line);
    } else if (lacks != nullptr) {
      skips_.add(fmt::format("{} is missing, or not of its kind ({})", lacks->name,
                             kind_name(lacks->kind)),
                 line);
    } else {
      chosen.push_back(i);
    }
  }
  return chosen;
}

void FlowColumns::add_category(std::size_t field, std::string_view text, std::uint64_t line) {
  const std::vector<std::string>& declared = schema_.fields[field].values;
  PrivateColumn& column = columns_[field];
  const auto [entry, is_new] = ids_[field].try_emplace(std::string(text), column.names.size());
  if (is_new) {
    column.names.emplace_back(text);
    foreign_[field].push_back(!declared.empty() &&
                              std::find(declared.begin(), declared.end(), text) == declared.end());
  }
  if (foreign_[field][entry->second]) {
    skips_.add(fmt::format("{} is not a declared value (\"{}\" was taken)",
                           schema_.fields[field].name, kOtherCategory),
               line);
  }
  column.values.push_back(entry->second);
}

void FlowColumns::add_number(std::size_t field, std::string_view text, std::uint64_t line) {
  const Field& declared = schema_.fields[field];
  const auto value = number_in(text);
  if (!value) {
    skips_.add(fmt::format("{} is not a number (its lower bound was taken)", declared.name), line);
  }
  columns_[field].values.push_back(number_key(value.value_or(declared.low)));
}

/// What is not told, or is none, is all the originator's.
void FlowColumns::add_share(std::size_t field, std::string_view text, const FlowRecord& record) {
  const std::uint64_t total = total_of(schema_.fields[field], record);
  std::uint64_t part = total;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), part);
  const bool told = error == std::errc() && end == text.data() + text.size() && total > 0;
  columns_[field].values.push_back(number_key(
      told ? std::min(1.0, static_cast<double>(part) / static_cast<double>(total)) : 1.0));
}

std::vector<std::string> extra_names(const Schema& schema) {
  std::vector<std::string> names;
  for (std::size_t f = standard_fields(schema.kind).size(); f < schema.fields.size(); ++f) {
    names.push_back(schema.fields[f].name);
  }
  return names;
}

std::uint64_t least_packet_bytes(const FiveTuple& tuple) {
  const std::uint64_t ip = tuple.src.is_v4() ? 20 : 40;
  switch (tuple.proto) {
    case kTcp:
      return ip + 20;
    case kUdp:
    case kIcmp:
    case kIcmpV6:
      return ip + 8;
    case kSctp:
      return ip + 12;
    default:
      return ip;
  }
}

namespace {

/// Message types in use, of ICMP and of ICMPv6, and the largest code of each.
struct MessageType {
  std::uint8_t proto;
  std::uint16_t type;
  std::uint16_t most_code;
};
constexpr std::array<MessageType, 20> kMessageTypes = {{
    {kIcmp, 0, 0},     {kIcmp, 3, 15},    {kIcmp, 5, 3},     {kIcmp, 8, 0},     {kIcmp, 9, 0},
    {kIcmp, 10, 0},    {kIcmp, 11, 1},    {kIcmp, 12, 2},    {kIcmp, 13, 0},    {kIcmp, 14, 0},
    {kIcmpV6, 1, 7},   {kIcmpV6, 2, 0},   {kIcmpV6, 3, 1},   {kIcmpV6, 4, 2},   {kIcmpV6, 128, 0},
    {kIcmpV6, 129, 0}, {kIcmpV6, 133, 0}, {kIcmpV6, 134, 0}, {kIcmpV6, 135, 0}, {kIcmpV6, 136, 0},
}};

/// An ICMP type and code that are not in use become an echo request.
void make_known_message(FiveTuple& tuple) {
  const bool known =
      std::any_of(kMessageTypes.begin(), kMessageTypes.end(), [&](const MessageType& message) {
        return message.proto == tuple.proto && message.type == tuple.srcport &&
               tuple.dstport <= message.most_code;
      });
  if (!known) {
    tuple.srcport = tuple.proto == kIcmp ? 8 : 128;
    tuple.dstport = 0;
  }
}

}  // namespace

namespace {

/// A link-local address that was drawn from a block with others becomes one of those.
void leave_link(IpAddress& address) {
  constexpr std::uint32_t kNextBlock = 1U << 16;
  if (address.is_v4() && kind_of(address) == AddressKind::kLinkLocal) {
    address = IpAddress::v4(address.v4_bits() + kNextBlock);
  }
}

}  // namespace

void make_possible(FiveTuple& tuple, Random& random) {
  if (!is_possible_pair(tuple.src, tuple.dst, tuple.proto)) {
    leave_link(tuple.src);
    leave_link(tuple.dst);
  }
  if (tuple.src.is_v4() && tuple.proto == kIcmpV6) {
    tuple.proto = kIcmp;
  } else if (!tuple.src.is_v4() && tuple.proto == kIcmp) {
    tuple.proto = kIcmpV6;
  }
  const auto ephemeral = [&] { return static_cast<std::uint16_t>(random.between(32768, 60999)); };
  if (has_ports(tuple.proto)) {
    tuple.srcport = tuple.srcport == 0 ? ephemeral() : tuple.srcport;
    tuple.dstport = tuple.dstport == 0 ? ephemeral() : tuple.dstport;
  } else if (tuple.proto == kIcmp || tuple.proto == kIcmpV6) {
    make_known_message(tuple);
  } else {
    tuple.srcport = 0;
    tuple.dstport = 0;
  }
  while (tuple.src == tuple.dst) {
    tuple.dst.low ^= 1 + random.below(254);
  }
}

namespace {

/// The further texts of one record.
class Extras {
 public:
  explicit Extras(const FlowRecord& record)
      : record_(record), originators_packets_(record.packets) {}

  std::string text(const Field& field, Key key, const Vocabulary& vocabulary) {
    switch (field.kind) {
      case FieldKind::kCategory:
        return vocabulary.names()[static_cast<std::size_t>(key)];
      case FieldKind::kShare:
        return fmt::format("{}", share(field, key));
      case FieldKind::kAddress:
        return to_string(address_of(key));
      case FieldKind::kPort:
        return fmt::format("{}", static_cast<std::uint64_t>(key));
      default:
        return number_text(field, key);
    }
  }

 private:
  /// Bytes, which come behind the packets, are such that each side's packets can have them.
  std::uint64_t share(const Field& field, Key key) {
    const auto total = static_cast<double>(total_of(field, record_));
    const auto part = static_cast<std::uint64_t>(std::llround(number_of(key) * total));
    if (field.name == kOriginatorsPackets) {
      originators_packets_ = part;
      return part;
    }
    const std::uint64_t others = record_.packets - originators_packets_;
    if (others == 0 || originators_packets_ == 0) {
      return others == 0 ? record_.bytes : 0;
    }
    const std::uint64_t least = least_packet_bytes(record_.tuple);
    return std::clamp(part, least * originators_packets_, record_.bytes - least * others);
  }

  const FlowRecord& record_;
  std::uint64_t originators_packets_;
};

}  // namespace

void append_record(const Schema& schema, const std::vector<Key>& row,
                   const std::vector<Vocabulary>& vocabularies, Random& random, FlowBatch& batch) {
  FlowRecord record;
  record.tuple = {
      address_of(row[kSrcIp]), address_of(row[kDstIp]), static_cast<std::uint16_t>(row[kSrcPort]),
      static_cast<std::uint16_t>(row[kDstPort]), static_cast<std::uint8_t>(row[kProto])};
  make_possible(record.tuple, random);
  record.start_ns = whole_microseconds(row[kTs]);
  record.packets = std::max<std::uint64_t>(1, first_of(row[kSize]));
  record.bytes =
      std::clamp(second_of(row[kSize]), least_packet_bytes(record.tuple) * record.packets,
                 kMostBytesPerPacket * record.packets);
  const std::int64_t duration_ns = static_cast<std::int64_t>(row[kTd]) * kMicrosecond;
  record.duration_ns =
      record.packets == 1 ? 0 : std::min(duration_ns, kEndOfTimeNs - 1 - record.start_ns);
  batch.records.push_back(record);
  Extras extras(record);
  for (std::size_t f = kStandardFields; f < schema.fields.size(); ++f) {
    const Field& field = schema.fields[f];
    batch.extras[f - kStandardFields].append(extras.text(field, row[f], vocabularies[f]));
  }
}

std::vector<Key> row_of_record(const Schema& schema, const std::vector<Key>& row,
                               const FlowBatch& batch, std::size_t i) {
  const auto standard = standard_keys(batch.records[i]);
  std::vector<Key> keys(standard.begin(), standard.end());
  for (std::size_t f = kStandardFields; f < schema.fields.size(); ++f) {
    const std::string_view text = batch.extras[f - kStandardFields][i];
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    const FieldKind kind = schema.fields[f].kind;
    const bool as_it_is =
        kind == FieldKind::kCategory || kind == FieldKind::kAddress || kind == FieldKind::kPort;
    keys.push_back(as_it_is                    ? row[f]
                   : kind == FieldKind::kShare ? static_cast<Key>(value)
                                               : number_key(value + 0.0));
  }
  return keys;
}

}  // namespace tracetwin
