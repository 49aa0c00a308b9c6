#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "cli/skips_text.h"
#include "cli/text_table.h"
#include "cli/trace_summary.h"
#include "trace/elapsed.h"

namespace tracetwin::cli {
namespace {

constexpr std::size_t kValuesNamed = 5;

std::string joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string source_line(const TraceSummary& summary) {
  const SourceInfo& source = summary.source;
  std::vector<std::string> parts = {source.format};
  if (!source.compression.empty()) {
    parts.push_back(source.compression);
  }
  for (const auto link : source.link_types) {
    parts.push_back(link_name(link));
  }
  if (source.snap_length > 0) {
    parts.push_back(fmt::format("snap length {}", with_thousands(source.snap_length)));
  }
  if (!source.link_types.empty()) {
    parts.push_back(source.nanoseconds ? "nanoseconds" : "microseconds");
  }
  return joined(parts);
}

std::string ratio(std::uint64_t whole, std::uint64_t parts) {
  return parts == 0
             ? "0"
             : fmt::format("{:.3g}", static_cast<double>(whole) / static_cast<double>(parts));
}

std::string flows_line(const TraceSummary& summary) {
  if (summary.kind == TraceKind::kFlows) {
    return fmt::format("{} (mean: {} packets, {}, {})", with_thousands(summary.total.flows),
                       ratio(summary.total.packets, summary.total.flows),
                       human_bytes(summary.total.bytes / summary.total.flows),
                       format_duration(summary.flow_duration_ns));
  }
  return fmt::format("{}, both directions together (ended by {} of silence or {} of life)",
                     with_thousands(summary.total.flows), format_duration(summary.timeouts.idle_ns),
                     format_duration(summary.timeouts.active_ns));
}

std::string bytes_line(const TraceSummary& summary) {
  std::string line = fmt::format("{} of IP", human_bytes(summary.total.bytes));
  if (summary.kind == TraceKind::kPackets) {
    line += fmt::format(", {} on the wire, {} captured", human_bytes(summary.wire_bytes),
                        human_bytes(summary.captured_bytes));
  }
  return line;
}

std::string time_line(const TraceSummary& summary) {
  std::string line = fmt::format("{} to {} ({})", format_rfc3339(summary.first_ns),
                                 format_rfc3339(summary.last_ns),
                                 format_duration(elapsed(summary.first_ns, summary.last_ns)));
  if (summary.out_of_order > 0) {
    line += fmt::format(", {} out of order", with_thousands(summary.out_of_order));
  }
  return line;
}

std::string sizes_line(const SizeHistogram& sizes) {
  return fmt::format(
      "smallest {}, median {}, mean {:.0f}, 90 % up to {}, 99 % up to {}, largest {}",
      sizes.quantile(0), sizes.quantile(0.5), sizes.mean(), sizes.quantile(0.9),
      sizes.quantile(0.99), with_thousands(sizes.largest()));
}

std::string facts(const TraceSummary& summary) {
  TextTable table(2);
  table.add({"Format", source_line(summary)});
  table.add({"Packets", with_thousands(summary.total.packets)});
  table.add({"Flows", flows_line(summary)});
  table.add({"Bytes", bytes_line(summary)});
  table.add({"Time", time_line(summary)});
  if (summary.kind == TraceKind::kPackets) {
    table.add({"IP sizes", sizes_line(summary.sizes)});
  }
  return table.text(2);
}

/// Tables of tallies end in a share: of packets, or of flows where packets are not counted.
class TallyTable {
 public:
  TallyTable(const std::string& heading, const Tally& total)
      : by_packets_(total.packets > 0), whole_(by_packets_ ? total.packets : total.flows) {
    table_.add({heading, "flows", "packets", "bytes", by_packets_ ? "packets %" : "flows %"});
  }
  void add(const std::string& name, const Tally& tally) {
    const std::uint64_t part = by_packets_ ? tally.packets : tally.flows;
    const double share = 100 * static_cast<double>(part) / static_cast<double>(whole_);
    table_.add({name, with_thousands(tally.flows), with_thousands(tally.packets),
                with_thousands(tally.bytes), fmt::format("{:.2f}", share)});
  }
  std::string text() const { return "\n" + table_.text(2); }

 private:
  bool by_packets_;
  std::uint64_t whole_;
  TextTable table_;
};

std::string ip_versions(const TraceSummary& summary) {
  TallyTable table("IP version", summary.total);
  if (summary.ipv4.flows > 0) {
    table.add("IPv4", summary.ipv4);
  }
  if (summary.ipv6.flows > 0) {
    table.add("IPv6", summary.ipv6);
  }
  return table.text();
}

std::string protocols(const TraceSummary& summary) {
  TallyTable table("Protocol", summary.total);
  std::vector<std::uint8_t> numbers(256);
  std::iota(numbers.begin(), numbers.end(), std::uint8_t{0});
  std::stable_sort(numbers.begin(), numbers.end(), [&](std::uint8_t a, std::uint8_t b) {
    return summary.protocols[a].packets > summary.protocols[b].packets;
  });
  for (const auto number : numbers) {
    if (summary.protocols[number].flows > 0) {
      table.add(protocol_name(number), summary.protocols[number]);
    }
  }
  return table.text();
}

std::string talkers(const TraceSummary& summary, std::size_t top) {
  const auto rows = summary.talkers.top(top);
  if (rows.empty()) {
    return "";
  }
  TallyTable table(summary.talkers.exact()
                       ? fmt::format("Top of {} hosts", with_thousands(summary.talkers.hosts()))
                       : "Top hosts (estimated)",
                   summary.total);
  for (const auto& row : rows) {
    table.add(to_string(row.host), row.tally);
  }
  return table.text();
}

std::string value_list(const ValueCounts& values) {
  std::vector<std::string> parts;
  for (const auto& [value, count] : values.most_frequent()) {
    if (parts.size() == kValuesNamed) {
      parts.emplace_back("…");
      break;
    }
    parts.push_back(fmt::format("{} {}", value.empty() ? "(empty)" : printable(value, 40),
                                with_thousands(count)));
  }
  return joined(parts);
}

std::string columns(const TraceSummary& summary) {
  if (summary.columns.empty()) {
    return "";
  }
  TextTable table(3);
  table.add({"Further column", "values", "most frequent"});
  for (const auto& column : summary.columns) {
    const bool many = column.values.many();
    table.add({printable(column.name, 40),
               many ? fmt::format("> {}", ValueCounts::kMostValues)
                    : std::to_string(column.values.distinct()),
               many ? "" : value_list(column.values)});
  }
  return "\n" + table.text(2);
}

/// Skips count packets in captures, lines in tables.
std::string first_place(const TraceSummary& summary) {
  return summary.source.link_types.empty() ? "first line" : "first packet";
}

}  // namespace

std::string summary_text(const TraceSummary& summary, std::size_t top) {
  return printable(summary.source.name) + "\n" + facts(summary) + ip_versions(summary) +
         protocols(summary) + talkers(summary, top) + columns(summary) +
         skips_text("Skipped", summary.skips, first_place(summary));
}

}  // namespace tracetwin::cli
