#include "encode/step_tables.h"

#include <algorithm>
#include <cmath>

#include "encode/log_grid.h"

namespace tracetwin {
namespace {

constexpr std::uint32_t kProtocolClasses = 3;
constexpr std::uint32_t kPositions = 4;
constexpr LogGrid kMeanPayload(1, 2048);
constexpr LogGrid kMeanGap(0, std::uint64_t{1} << 32);
constexpr LogGrid kGap(1, std::uint64_t{1} << 32);

std::uint16_t narrow(std::uint64_t code) {
  return static_cast<std::uint16_t>(code);
}

std::uint16_t protocol_class(std::uint8_t proto) {
  return proto == kTcp ? 0 : proto == kUdp ? 1 : 2;
}

/// 0, 1, 2-3, 4 and later.
std::uint16_t position_class(std::uint64_t position) {
  return position < 2 ? narrow(position) : position < 4 ? 2 : 3;
}

Table empty_table(Domain domain) {
  Table table;
  table.columns.resize(domain.size());
  table.domain = std::move(domain);
  return table;
}

void append(Table& table, const Context& context, std::uint16_t drawn) {
  for (std::size_t a = 0; a < context.size(); ++a) {
    table.columns[a].push_back(context[a]);
  }
  table.columns.back().push_back(drawn);
}

/// Closeness of two sizes on the log scale.
double closeness(double a, double b) {
  const double octaves = std::abs(std::log2(1 + a) - std::log2(1 + b));
  return 1 / (1 + std::pow(octaves, 4)) * 0.999 + 0.001;
}

}  // namespace

Field payload_field() {
  Field field;
  field.name = "payload";
  field.kind = FieldKind::kLength;
  field.summary = "transport payload of a packet";
  return field;
}

PrivateColumn payload_column(std::span<const StepInContext> steps) {
  PrivateColumn column;
  column.values.reserve(steps.size());
  for (const auto& in_context : steps) {
    column.values.push_back(in_context.step.payload);
  }
  return column;
}

Context direction_context(std::uint8_t proto, std::uint64_t packet, bool previous_forward) {
  return {protocol_class(proto), position_class(packet), narrow(previous_forward ? 1 : 0)};
}

Context payload_context(std::uint32_t mean_payload, std::uint64_t position) {
  return {narrow(kMeanPayload.cell(mean_payload)), position_class(position)};
}

Context gap_context(std::uint64_t mean_gap_us, bool turned) {
  return {narrow(kMeanGap.cell(mean_gap_us)), narrow(turned ? 1 : 0)};
}

StepTables step_tables(std::span<const StepInContext> steps, const Vocabulary& payload_codes,
                       unsigned threads) {
  StepTables tables;
  tables.directions = empty_table({{"protocol", kProtocolClasses},
                                   {"position", kPositions},
                                   {"previous", 2},
                                   {"direction", 2}});
  tables.payloads = empty_table({{"mean payload", kMeanPayload.cells()},
                                 {"position", kPositions},
                                 {"payload", payload_codes.cells()}});
  tables.gaps = empty_table({{"mean gap", kMeanGap.cells()}, {"turned", 2}, {"gap", kGap.cells()}});
  const std::vector<std::uint16_t> payloads = payload_codes.encode(payload_column(steps), threads);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& [step, proto, mean_payload, mean_gap_us] = steps[i];
    append(tables.payloads, payload_context(mean_payload, step.position), payloads[i]);
    if (!step.opens) {
      const std::uint64_t packet = step.packet;
      append(tables.directions, direction_context(proto, packet, step.previous_forward),
             narrow(step.forward ? 1 : 0));
      append(tables.gaps, gap_context(mean_gap_us, step.forward != step.previous_forward),
             narrow(kGap.cell(step.gap_us)));
    }
  }
  return tables;
}

std::uint64_t draw_gap_us(std::uint16_t cell, Random& random) {
  return kGap.draw(cell, random);
}

std::vector<double> payload_prior(const Vocabulary& payload_codes) {
  Random random(0);
  std::vector<double> typical;
  for (std::uint32_t code = 0; code < payload_codes.cells(); ++code) {
    typical.push_back(
        static_cast<double>(payload_codes.decode(static_cast<std::uint16_t>(code), random)));
  }
  std::vector<double> prior;
  for (std::uint32_t mean = 0; mean < kMeanPayload.cells(); ++mean) {
    for (const double payload : typical) {
      prior.push_back(closeness(static_cast<double>(kMeanPayload.low(mean)), payload));
    }
  }
  return prior;
}

std::vector<double> gap_prior() {
  std::vector<double> prior;
  for (std::uint32_t mean = 0; mean < kMeanGap.cells(); ++mean) {
    for (std::uint32_t gap = 0; gap < kGap.cells(); ++gap) {
      prior.push_back(
          closeness(static_cast<double>(kMeanGap.low(mean)), static_cast<double>(kGap.low(gap))));
    }
  }
  return prior;
}

}  // namespace tracetwin
