#include "intake/flow_conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "encode/codec.h"
#include "schema/field.h"
#include "trace/format/text/number.h"

namespace tracetwin {
namespace {

/// Fields of schema::standard_fields(), in its order.
enum StandardField : std::size_t {
  kSource,
  kDestination,
  kSourcePort,
  kDestinationPort,
  kProtocol,
  kStart,
  kDuration,
  kSize,
};
constexpr std::int64_t kMicrosecond = 1000;

const Schema& record_schema() {
  static const Schema kSchema = [] {
    const auto fields = standard_fields(TraceKind::kFlows);
    Schema schema;
    schema.fields.assign(fields.begin(), fields.end());
    return schema;
  }();
  return kSchema;
}

Key key_in(const FlowRecord& record, std::size_t field) {
  switch (field) {
    case kSource:
      return key_of(record.tuple.src);
    case kDestination:
      return key_of(record.tuple.dst);
    case kSourcePort:
      return record.tuple.srcport;
    case kDestinationPort:
      return record.tuple.dstport;
    case kProtocol:
      return record.tuple.proto;
    case kStart:
      return static_cast<std::uint64_t>(record.start_ns);
    case kDuration:
      return static_cast<std::uint64_t>(record.duration_ns / kMicrosecond);
    default:
      return pair_key(record.packets, record.bytes);
  }
}

std::optional<double> number_in(std::string_view text) {
  text = trim(text);
  double number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = fault == std::errc() && end == text.data() + text.size();
  return whole && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

bool is_value(std::string_view text, const Where::Value& value) {
  const auto number = number_in(text);
  if (value.is_range) {
    const auto first = number_in(value.first);
    const auto last = number_in(value.last);
    return number && first && last && *first <= *number && *number <= *last;
  }
  return text == value.first || (number && number == number_in(value.first));
}

bool holds(const Where& where, std::string_view text) {
  const auto is_among = [&] {
    return std::any_of(where.values.begin(), where.values.end(),
                       [&](const Where::Value& value) { return is_value(text, value); });
  };
  const auto number = number_in(text);
  const auto bound = number_in(where.values.front().first);
  switch (where.comparison) {
    case Comparison::kIn:
      return is_among();
    case Comparison::kNotIn:
      return !is_among();
    case Comparison::kBelow:
      return number && *number < *bound;
    case Comparison::kAtMost:
      return number && *number <= *bound;
    case Comparison::kAtLeast:
      return number && *number >= *bound;
    case Comparison::kAbove:
      return number && *number > *bound;
  }
  return false;
}

/// What is compared with more and less has to be a number.
void check_numbers(const Where& where) {
  const bool ordered =
      where.comparison != Comparison::kIn && where.comparison != Comparison::kNotIn;
  for (const Where::Value& value : where.values) {
    const bool first = (!ordered && !value.is_range) || number_in(value.first);
    if (!first || (value.is_range && !number_in(value.last))) {
      throw Error(fmt::format("\"{}\": '{}' is not a number, and only numbers have more and less",
                              shortened(where.text), shortened(first ? value.last : value.first)));
    }
  }
}

[[noreturn]] void refuse_field(const Where& where, const std::vector<std::string>& extra_columns,
                               const std::string& file) {
  std::vector<std::string> names = quantity_names(record_schema());
  names.insert(names.end(), extra_columns.begin(), extra_columns.end());
  const auto near = nearest(where.field, names);
  throw Error(fmt::format("{} has no field '{}'; it has {}", file, shortened(where.field),
                          fmt::join(names, ", ")),
              near ? fmt::format("Did you mean '{}'?", *near) : "Name one of those.");
}

}  // namespace

FlowConditions::FlowConditions(std::span<const Where> wheres,
                               const std::vector<std::string>& extra_columns,
                               const std::string& file) {
  for (const Where& where : wheres) {
    const auto column = std::find(extra_columns.begin(), extra_columns.end(), where.field);
    if (column != extra_columns.end()) {
      check_numbers(where);
      of_columns_.push_back({static_cast<std::size_t>(column - extra_columns.begin()), where});
    } else if (auto condition = understand_if_there(where, record_schema())) {
      of_record_.push_back(std::move(*condition));
    } else {
      refuse_field(where, extra_columns, file);
    }
  }
}

bool FlowConditions::hold(const FlowBatch& batch, std::size_t row) const {
  const FlowRecord& record = batch.records[row];
  return std::all_of(of_record_.begin(), of_record_.end(),
                     [&](const Condition& condition) {
                       return condition.holds(key_in(record, condition.field));
                     }) &&
         std::all_of(of_columns_.begin(), of_columns_.end(), [&](const OfColumn& condition) {
           return holds(condition.where, batch.extras[condition.column][row]);
         });
}

}  // namespace tracetwin
