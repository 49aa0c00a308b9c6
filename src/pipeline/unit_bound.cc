#include "pipeline/unit_bound.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "encode/events.h"
#include "trace/packet.h"

namespace tracetwin {
namespace {

constexpr std::size_t kRowsOfFlow = 8;
constexpr std::size_t kRowsOfHost = 32;

/// Positions of the columns that both kinds of trace begin with.
enum TupleField : std::size_t { kSrc, kDst, kSrcPort, kDstPort, kProto };

/// What the rows of one unit have in common.
using Identity = std::vector<Key>;

/// Of a text itself, since its number in a column depends on other records.
Key text_key(std::string_view text) {
  std::uint64_t hash = text.size();
  for (const char c : text) {
    hash = mix(hash, static_cast<unsigned char>(c));
  }
  return hash;
}

/// The key of a table of events.
Identity event_identity(const PrivateTrace& trace, std::size_t row) {
  Identity identity;
  for (const std::size_t field : key_fields(trace.schema)) {
    const PrivateColumn& column = trace.columns[field];
    const Key value = column.values[row];
    identity.push_back(
        column.names.empty() ? value : text_key(column.names[static_cast<std::size_t>(value)]));
  }
  return identity;
}

Identity identity(const PrivateTrace& trace, dp::Unit unit, std::size_t row) {
  const auto value = [&](std::size_t field) { return trace.columns[field].values[row]; };
  if (trace.schema.events) {
    return event_identity(trace, row);
  }
  if (unit == dp::Unit::kHost) {
    return {value(kSrc)};
  }
  // The ports of ICMP are a message's type and code, which differ between a request and its reply.
  const bool ports = value(kProto) != kIcmp && value(kProto) != kIcmpV6;
  std::pair from{value(kSrc), ports ? value(kSrcPort) : 0};
  std::pair to{value(kDst), ports ? value(kDstPort) : 0};
  if (to < from) {
    std::swap(from, to);
  }
  return {from.first, from.second, to.first, to.second, value(kProto)};
}

std::uint64_t hash(const Identity& identity) {
  std::uint64_t sum = 0;
  for (const Key key : identity) {
    sum = mix(mix(sum, static_cast<std::uint64_t>(key >> 64)), static_cast<std::uint64_t>(key));
  }
  return sum;
}

/// Which rows stay.
std::vector<bool> chosen(const PrivateTrace& trace, const UnitBound& bound, std::uint64_t seed) {
  std::map<Identity, std::vector<std::size_t>> units;
  for (std::size_t row = 0; row < trace.rows(); ++row) {
    units[identity(trace, bound.unit, row)].push_back(row);
  }
  std::vector<bool> stays(trace.rows());
  for (auto& [unit, rows] : units) {
    if (!trace.places.empty()) {
      std::ranges::sort(rows, {}, [&](std::size_t row) { return trace.places[row].first; });
    }
    Random random(seed, hash(unit));
    random.shuffle(std::span(rows));
    rows.resize(std::min(rows.size(), bound.rows));
    for (const std::size_t row : rows) {
      stays[row] = true;
    }
  }
  return stays;
}

template <typename T, typename Keep>
void keep_only(std::vector<T>& values, const Keep& keep) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (keep(i)) {
      values[kept++] = values[i];
    }
  }
  values.resize(kept);
}

}  // namespace

UnitBound unit_bound(TraceKind kind, const std::optional<dp::Unit>& unit,
                     const std::optional<std::size_t>& rows) {
  const bool flows = kind == TraceKind::kFlows;
  const dp::Unit one_row = flows ? dp::Unit::kRecord : dp::Unit::kFlow;
  const dp::Unit chosen = unit.value_or(one_row);
  if (chosen == one_row) {
    if (rows) {
      throw Error(fmt::format("--unit-bound means nothing for the unit '{}', which is one {}",
                              dp::unit_name(chosen), flows ? "record" : "conversation"),
                  "Leave it out, or give --unit host.");
    }
    return {chosen, 1, true};
  }
  if (chosen == dp::Unit::kRecord) {
    throw Error("the input is a capture, whose single packets cannot be the unit of privacy",
                "Give --unit flow or --unit host.");
  }
  return {chosen, rows.value_or(chosen == dp::Unit::kFlow ? kRowsOfFlow : kRowsOfHost), false};
}

void check_unit(const Schema& schema, const UnitBound& bound) {
  if (!schema.events || bound.is_row) {
    return;
  }
  if (bound.unit == dp::Unit::kHost) {
    throw Error("a table of events has no hosts whose presence could be hidden",
                "Give --unit flow, which is all events of one key, or --unit record.");
  }
  if (schema.events->key.empty()) {
    throw Error("--unit flow is all events of one key, and the table has no key",
                R"(Name its columns in the schema file: "key": ["user"].)");
  }
}

std::vector<std::uint32_t> units_of(const PrivateTrace& trace, const UnitBound& bound) {
  std::vector<std::uint32_t> units(trace.rows());
  if (bound.is_row) {
    std::iota(units.begin(), units.end(), 0U);
    return units;
  }
  std::map<Identity, std::uint32_t> numbers;
  for (std::size_t row = 0; row < units.size(); ++row) {
    const auto next = static_cast<std::uint32_t>(numbers.size());
    units[row] = numbers.try_emplace(identity(trace, bound.unit, row), next).first->second;
  }
  return units;
}

void clip(PrivateTrace& trace, const UnitBound& bound, std::uint64_t seed) {
  if (bound.is_row) {
    return;
  }
  const std::vector<bool> stays = chosen(trace, bound, seed);
  const std::string reason = fmt::format("row beyond the {} that a {} may contribute", bound.rows,
                                         dp::unit_name(bound.unit));
  for (std::size_t row = 0; row < stays.size(); ++row) {
    if (!stays[row]) {
      trace.summary.skips.add(reason, row + 1);
    }
  }
  keep_only(trace.steps, [&](std::size_t i) { return stays[trace.steps[i].conversation]; });
  keep_only(trace.places, [&](std::size_t row) { return stays[row]; });
  for (PrivateColumn& column : trace.columns) {
    PackedColumn kept;
    std::size_t row = 0;
    for (const Key value : column.values) {
      if (stays[row++]) {
        kept.push_back(value);
      }
    }
    column.values = std::move(kept);
  }
}

}  // namespace tracetwin
