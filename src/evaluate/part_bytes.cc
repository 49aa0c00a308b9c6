#include "evaluate/part_bytes.h"

#include "base/bytes.h"

namespace tracetwin::evaluate {
namespace {

std::string text_from(Unpacker& from) {
  return std::string(from.get_text());
}

void put(const Metric& metric, Packer& to) {
  for (const std::string* text :
       {&metric.id, &metric.name, &metric.explain, &metric.unit, &metric.why}) {
    to.put_text(*text);
  }
  to.put(metric.better);
  to.put(metric.low);
  to.put_optional(metric.high);
  to.put_optional(metric.marks);
  to.put_optional(metric.value);
  to.put_optional(metric.spread);
  to.put_optional(metric.floor);
  to.put_optional(metric.chance);
  to.put_optional(metric.n);
  to.put(metric.hard);
  to.put_optional(metric.memoriser);
  to.put(metric.verdict);
}

Metric metric_from(Unpacker& from) {
  Metric metric;
  for (std::string* text : {&metric.id, &metric.name, &metric.explain, &metric.unit, &metric.why}) {
    *text = text_from(from);
  }
  metric.better = from.get<Better>();
  metric.low = from.get<double>();
  metric.high = from.get_optional<double>();
  metric.marks = from.get_optional<Marks>();
  metric.value = from.get_optional<double>();
  metric.spread = from.get_optional<double>();
  metric.floor = from.get_optional<double>();
  metric.chance = from.get_optional<double>();
  metric.n = from.get_optional<std::uint64_t>();
  metric.hard = from.get<bool>();
  metric.memoriser = from.get_optional<double>();
  metric.verdict = from.get<Verdict>();
  return metric;
}

void put(const Group& group, Packer& to) {
  to.put_text(group.id);
  to.put_text(group.title);
  to.put_text(group.explain);
  to.put(std::uint64_t{group.metrics.size()});
  for (const Metric& metric : group.metrics) {
    put(metric, to);
  }
}

Group group_from(Unpacker& from) {
  Group group;
  group.id = text_from(from);
  group.title = text_from(from);
  group.explain = text_from(from);
  for (auto left = from.get<std::uint64_t>(); left > 0; --left) {
    group.metrics.push_back(metric_from(from));
  }
  return group;
}

void put(const PairDistances& pairs, Packer& to) {
  to.put(std::uint64_t{pairs.columns.size()});
  for (const std::string& column : pairs.columns) {
    to.put_text(column);
  }
  to.put(std::uint64_t{pairs.tvd.size()});
  for (const std::vector<double>& row : pairs.tvd) {
    to.put_list(row);
  }
}

PairDistances pairs_from(Unpacker& from) {
  PairDistances pairs;
  for (auto left = from.get<std::uint64_t>(); left > 0; --left) {
    pairs.columns.push_back(text_from(from));
  }
  for (auto left = from.get<std::uint64_t>(); left > 0; --left) {
    pairs.tvd.push_back(from.get_list<double>());
  }
  return pairs;
}

}  // namespace

std::string bytes_of(const Part& part) {
  Packer to;
  to.put(std::uint64_t{part.groups.size()});
  for (const Group& group : part.groups) {
    put(group, to);
  }
  to.put(part.pairs.has_value());
  if (part.pairs) {
    put(*part.pairs, to);
  }
  return to.take();
}

Part parse_part(std::string_view bytes) {
  Unpacker from(bytes);
  Part part;
  for (auto left = from.get<std::uint64_t>(); left > 0; --left) {
    part.groups.push_back(group_from(from));
  }
  if (from.get<bool>()) {
    part.pairs = pairs_from(from);
  }
  return part;
}

}  // namespace tracetwin::evaluate
