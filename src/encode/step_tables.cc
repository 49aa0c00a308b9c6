#include "encode/step_tables.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "encode/log_grid.h"

namespace tracetwin {
namespace {

constexpr std::uint32_t kPositions = 4;
constexpr LogGrid kMeanPayload(0, 2047);
constexpr LogGrid kMeanGap(0, std::uint64_t{1} << 32);

/// Gaps in octaves of the mean gap: shares of 2^-15 and less, ..., multiples of 2^8 and more.
constexpr int kLeastOctave = -15;
constexpr int kMostOctave = 8;
constexpr std::uint32_t kOctaves = kMostOctave - kLeastOctave + 1;

std::uint16_t narrow(std::uint64_t code) {
  return static_cast<std::uint16_t>(code);
}

/// 0, 1, 2-3, 4 and later.
std::uint16_t position_class(std::uint64_t position) {
  return position < 2 ? narrow(position) : position < 4 ? 2 : 3;
}

std::uint16_t gap_cell(std::uint64_t gap_us, std::uint64_t mean_us) {
  const double share =
      static_cast<double>(gap_us) / static_cast<double>(std::max<std::uint64_t>(1, mean_us));
  const double octave = share > 0 ? std::floor(std::log2(share)) : kLeastOctave;
  return narrow(static_cast<std::uint64_t>(std::clamp<double>(octave, kLeastOctave, kMostOctave) -
                                           kLeastOctave));
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
  for (const auto& in_context : steps) {
    column.values.push_back(in_context.step.payload);
  }
  return column;
}

Context turn_context(Moment moment, std::uint64_t packet, bool previous_forward) {
  return {narrow(static_cast<std::uint64_t>(moment)), position_class(packet),
          narrow(previous_forward ? 1 : 0)};
}

Context payload_context(Cause cause, std::uint32_t mean_payload, std::uint64_t position) {
  const std::uint64_t mean = kMeanPayload.cell(mean_payload);
  return {narrow(static_cast<std::uint64_t>(cause) * kMeanPayload.cells() + mean),
          position_class(position)};
}

Context gap_context(std::uint64_t mean_gap_us, bool turned) {
  return {narrow(kMeanGap.cell(mean_gap_us)), narrow(turned ? 1 : 0)};
}

StepTables step_tables(std::span<const StepInContext> steps, const Vocabulary& payload_codes) {
  StepTables tables;
  tables.directions =
      empty_table({{"moment", kMoments}, {"position", kPositions}, {"previous", 2}, {"turns", 2}});
  tables.payloads = empty_table({{"cause and mean payload", kCauses * kMeanPayload.cells()},
                                 {"position", kPositions},
                                 {"payload", payload_codes.cells()}});
  tables.gaps =
      empty_table({{"mean gap", kMeanGap.cells()}, {"turned", 2}, {"gap / mean gap", kOctaves}});
  for (const auto& [step, proto, mean_payload, mean_gap_us, one_sided, conversation] : steps) {
    const bool turned = step.forward != step.previous_forward;
    if (!step.bare) {
      const Cause cause = cause_of(proto, step.owes || one_sided, turned);
      append(tables.payloads, payload_context(cause, mean_payload, step.position),
             payload_codes.encode(Key{step.payload}));
    }
    if (!step.opens && !one_sided) {
      append(tables.directions, turn_context(step.moment, step.packet, step.previous_forward),
             narrow(turned ? 1 : 0));
    }
    if (!step.opens) {
      append(tables.gaps, gap_context(mean_gap_us, turned), gap_cell(step.gap_us, mean_gap_us));
    }
  }
  return tables;
}

double draw_gap(std::uint16_t cell, Random& random) {
  return std::exp2(static_cast<double>(cell) + kLeastOctave + random.uniform());
}

std::vector<double> turn_prior() {
  constexpr std::array<double, kMoments> kTurns = {0.65, 0.8, 0.8, 0.5, 0.7, 0.7};
  std::vector<double> prior;
  for (const double turns : kTurns) {
    prior.insert(prior.end(), {1 - turns, turns});
  }
  return prior;
}

namespace {

/// How many of the packets of a cause are empty, for a mean payload: few where much is sent.
double empty_share(Cause cause, double mean) {
  const double answers = mean < 1 ? 0.998 : std::clamp(1 - mean / 1000, 0.1, 0.7);
  switch (cause) {
    case Cause::kOwn:
      return 0.002;
    case Cause::kAnswer:
      return answers;
    default:
      return answers / 2;
  }
}

}  // namespace

std::vector<double> payload_prior(const Vocabulary& payload_codes) {
  Random random(0);
  std::vector<double> typical;
  for (std::uint32_t code = 0; code < payload_codes.cells(); ++code) {
    typical.push_back(
        static_cast<double>(payload_codes.decode(static_cast<std::uint16_t>(code), random)));
  }
  std::vector<double> prior;
  for (std::uint32_t row = 0; row < kCauses * kMeanPayload.cells(); ++row) {
    const auto cause = static_cast<Cause>(row / kMeanPayload.cells());
    const auto mean = static_cast<double>(kMeanPayload.low(row % kMeanPayload.cells()));
    const bool tcp = cause != Cause::kNotTcp;
    const double empty = empty_share(cause, mean);
    // Of a mean over empty packets, too, the others hold more.
    const double data_mean = tcp ? 2 * mean : mean;
    double data = 0;
    for (const double payload : typical) {
      data += payload > 0 ? closeness(data_mean, payload) : 0;
    }
    for (const double payload : typical) {
      const double near = closeness(data_mean, payload);
      prior.push_back(!tcp ? near : payload > 0 ? (1 - empty) * near / data : empty);
    }
  }
  return prior;
}

std::vector<double> gap_prior() {
  std::vector<double> prior;
  for (std::uint32_t mean = 0; mean < kMeanGap.cells(); ++mean) {
    for (int octave = kLeastOctave; octave <= kMostOctave; ++octave) {
      const double beyond = octave + 1.5;
      prior.push_back(beyond > 0 ? std::exp2(-2 * beyond) : 1 / (1 + beyond * beyond / 9));
    }
  }
  return prior;
}

}  // namespace tracetwin
