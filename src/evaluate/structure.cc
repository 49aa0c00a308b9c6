#include "evaluate/structure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/random.h"
#include "evaluate/constants.h"
#include "evaluate/distances.h"
#include "evaluate/scores.h"

namespace tracetwin::evaluate {
namespace {

/// How many different `to` each `from` (all below `codes`) has, of those that have any.
template <class From, class To>
std::vector<double> fan(const std::vector<From>& from, const std::vector<To>& to,
                        std::size_t codes) {
  KeySet seen;
  std::vector<double> counts(codes);
  for (std::size_t row = 0; row < from.size(); ++row) {
    counts[from[row]] += seen.insert(mix(from[row], to[row])) ? 1 : 0;
  }
  std::erase(counts, 0.0);
  return counts;
}

double percent_of_larger(const std::vector<double>& sizes) {
  const auto larger = std::ranges::count_if(sizes, [](double size) { return size > 1; });
  return kPercent * static_cast<double>(larger) / static_cast<double>(sizes.size());
}

/// Percent of rows whose reverse five-tuple occurs, too.
double percent_answered(const Sample& sample) {
  const KeySet keys(sample.tuples.keys);
  std::vector<bool> answered;
  for (std::size_t tuple = 0; tuple < sample.tuples.size(); ++tuple) {
    const std::uint32_t row = sample.tuples.of(tuple).front();
    answered.push_back(keys.contains(reverse_key(sample.columns, row)));
  }
  std::size_t rows = 0;
  for (const std::uint32_t tuple : sample.tuples.of_row) {
    rows += answered[tuple] ? 1 : 0;
  }
  return kPercent * static_cast<double>(rows) / static_cast<double>(sample.rows());
}

void add_distribution(GroupBuilder& group, const std::string& id, const std::string& name,
                      const std::string& unit, const NumberDistances& distances) {
  const std::string why = "no flow has two records";
  group.add({.id = "ks." + id,
             .name = fmt::format("KS of {}", name),
             .explain = "Largest difference between the two cumulative distributions.",
             .high = 1,
             .marks = kDistanceMarks},
            distances.ks, why);
  group.add({.id = "emd." + id,
             .name = fmt::format("EMD of {}", name),
             .explain = "Earth mover's distance of the raw values.",
             .unit = unit},
            distances.emd, why);
  group.add({.id = "emd_log." + id,
             .name = fmt::format("EMD of {}, logarithmic", name),
             .explain = "Earth mover's distance of log(1 + value), over the real range of that.",
             .marks = Marks{0.02, 0.06}},
            distances.emd_log, "the real values are all the same");
}

/// The difference of two percentages.
void add_gap(GroupBuilder& group, const std::string& id, const std::string& name,
             const std::string& explain, double real, double synthetic) {
  group.add({.id = id,
             .name = name,
             .explain = explain,
             .unit = "%",
             .high = kPercent,
             .marks = Marks{5, 15}},
            std::abs(real - synthetic));
}

void add_hosts(GroupBuilder& group, const Columns& real, const Columns& synthetic) {
  const std::size_t hosts = real.addresses->size();
  add_distribution(
      group, "fan_out", "destinations of a source", "hosts",
      compare_numbers(fan(real.src, real.dst, hosts), fan(synthetic.src, synthetic.dst, hosts)));
  add_distribution(
      group, "fan_in", "sources of a destination", "hosts",
      compare_numbers(fan(real.dst, real.src, hosts), fan(synthetic.dst, synthetic.src, hosts)));
  add_distribution(group, "ports", "destination ports of a source", "ports",
                   compare_numbers(fan(real.src, real.dstport, hosts),
                                   fan(synthetic.src, synthetic.dstport, hosts)));
}

}  // namespace

FlowTotals flow_totals(const Sample& sample) {
  const Columns& columns = sample.columns;
  const bool packets = columns.kind == TraceKind::kPackets;
  const NumberColumn* weights = columns.number(packets ? "pkt_len" : "byt");
  FlowTotals totals;
  for (std::size_t tuple = 0; tuple < sample.tuples.size(); ++tuple) {
    const auto rows = sample.tuples.of(tuple);
    double bytes = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      bytes += weights != nullptr ? weights->values[rows[i]] : 0;
      if (i > 0) {
        const std::int64_t gap = columns.time_ns[rows[i]] - columns.time_ns[rows[i - 1]];
        totals.gap.push_back(static_cast<double>(gap) / kNsPerSecond);
      }
    }
    totals.size.push_back(static_cast<double>(rows.size()));
    totals.bytes.push_back(bytes);
    const std::int64_t length = columns.time_ns[rows.back()] - columns.time_ns[rows.front()];
    totals.duration.push_back(static_cast<double>(length) / kNsPerSecond);
  }
  if (!packets && !columns.events) {
    totals.duration = sample.ascending("td");
  }
  return totals;
}

Group structure_group(const Pair& pair) {
  GroupBuilder group("structure", "Flows and hosts",
                     "How records form flows (rows of one five-tuple), and who talks to how many.");
  const FlowTotals real = flow_totals(pair.real);
  const FlowTotals synthetic = flow_totals(pair.synthetic);
  add_distribution(group, "size", "flow sizes", "records",
                   compare_numbers(real.size, synthetic.size));
  const bool events = pair.real.columns.events;
  if (!events) {
    add_distribution(group, "bytes", "bytes of a five-tuple", "bytes",
                     compare_numbers(real.bytes, synthetic.bytes));
  }
  const bool ready = pair.real.columns.kind == TraceKind::kFlows && !events;
  add_distribution(group, "duration", "flow durations", "s",
                   ready ? compare_sorted(real.duration, synthetic.duration)
                         : compare_numbers(real.duration, synthetic.duration));
  add_distribution(group, "gap", "gaps within a flow", "s",
                   compare_numbers(real.gap, synthetic.gap));
  if (!events) {
    add_hosts(group, pair.real.columns, pair.synthetic.columns);
  }
  add_gap(group, "repeated", "Gap of the share of flows with several records",
          "How much more, or fewer, five-tuples come back.", percent_of_larger(real.size),
          percent_of_larger(synthetic.size));
  add_gap(group, "answered", "Gap of the share of records with an answer",
          "How much more, or fewer, records have a five-tuple that occurs in reverse, too.",
          percent_answered(pair.real), percent_answered(pair.synthetic));
  return group.take();
}

}  // namespace tracetwin::evaluate
