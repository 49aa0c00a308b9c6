#include "evaluate/validity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "evaluate/capture_checks.h"
#include "evaluate/constants.h"
#include "evaluate/scores.h"

namespace tracetwin::evaluate {
namespace {

constexpr double kLongest = 65535;
constexpr double kMtu = 1500;
constexpr double kRingMinimum = 42;

/// One row, as the rules see it.
struct Row {
  const Columns& columns;
  std::size_t at;
  double packets = 0;   ///< flows
  double bytes = 0;     ///< flows; of packets: the packet's length
  double duration = 0;  ///< flows, s

  std::uint8_t proto() const { return columns.proto[at]; }
  std::uint16_t srcport() const { return columns.srcport[at]; }
  std::uint16_t dstport() const { return columns.dstport[at]; }
  const IpAddress& src() const { return (*columns.addresses)[columns.src[at]]; }
  const IpAddress& dst() const { return (*columns.addresses)[columns.dst[at]]; }
  bool tcp() const { return proto() == kTcp; }
  bool udp() const { return proto() == kUdp; }
  /// IP header and the smallest transport header.
  double smallest() const { return tcp() ? 40 : 28; }
  std::uint32_t category(std::size_t which) const { return columns.categories[which].codes[at]; }
};

enum class Applies { kBoth, kFlows, kPackets };

/// A rule: empty where it does not apply, else whether the row keeps it.
struct Rule {
  const char* id;
  Applies to;
  const char* name;
  const char* explain;
  std::optional<bool> (*keeps)(const Row&);
  bool hard = false;  ///< holds by definition: breaking it less than real data does is no fault
};

std::uint32_t first_byte(const IpAddress& address) {
  return address.v4_bits() >> 24;
}

bool is_multicast(const IpAddress& address) {
  return address.is_v4() ? first_byte(address) >= 224 && first_byte(address) <= 239
                         : address.high >> 56 == 0xff;
}

bool is_unspecified(const IpAddress& address) {
  return address.is_v4() ? first_byte(address) == 0 : address == IpAddress{};
}

bool is_one_of(std::span<const std::uint16_t> ports, std::uint16_t port) {
  return std::ranges::binary_search(ports, port);
}

constexpr std::array<std::uint16_t, 23> kTcpPorts = {20,  21,   22,   23,   25,   80,   110, 143,
                                                     179, 389,  445,  465,  587,  636,  873, 993,
                                                     995, 1433, 1723, 3306, 5432, 6667, 8080};
constexpr std::array<std::uint16_t, 13> kUdpPorts = {67,  68,  69,  123,  137,  138, 161,
                                                     162, 500, 520, 1900, 4500, 5353};

std::optional<bool> valid_addresses(const Row& row) {
  const bool broadcast = row.src().is_v4() && first_byte(row.src()) == 255;
  return !is_multicast(row.src()) && !broadcast && !is_unspecified(row.dst());
}

std::optional<bool> routable_source(const Row& row) {
  const IpAddress& src = row.src();
  if (!src.is_v4()) {
    return !is_unspecified(src) && src != IpAddress{0, 1} && !is_multicast(src);
  }
  return first_byte(src) != 0 && first_byte(src) != 127 && first_byte(src) < 240;
}

std::optional<bool> different_ends(const Row& row) {
  return row.src() != row.dst();
}

std::optional<bool> port_and_protocol(const Row& row) {
  const auto known = [](std::uint16_t port) -> std::optional<std::uint8_t> {
    return is_one_of(kTcpPorts, port)   ? std::optional<std::uint8_t>(kTcp)
           : is_one_of(kUdpPorts, port) ? std::optional<std::uint8_t>(kUdp)
                                        : std::nullopt;
  };
  const auto to = known(row.dstport());
  const auto from = known(row.srcport());
  if (!(row.tcp() || row.udp()) || !(to || from)) {
    return std::nullopt;
  }
  return row.proto() == (to ? *to : *from);
}

std::optional<bool> web_is_tcp(const Row& row) {
  const auto web = [](std::uint16_t port) { return port == 80 || port == 443; };
  return web(row.srcport()) || web(row.dstport()) ? std::optional(row.tcp()) : std::nullopt;
}

std::optional<bool> dns_is_udp(const Row& row) {
  return row.srcport() == 53 || row.dstport() == 53 ? std::optional(row.udp()) : std::nullopt;
}

std::optional<bool> no_ports(const Row& row) {
  const std::uint8_t proto = row.proto();
  if (has_ports(proto) || proto == kIcmp || proto == kIcmpV6) {
    return std::nullopt;
  }
  return row.srcport() == 0 && row.dstport() == 0;
}

std::optional<bool> some_ports(const Row& row) {
  return row.tcp() || row.udp() ? std::optional(row.srcport() > 0 && row.dstport() > 0)
                                : std::nullopt;
}

std::optional<bool> bytes_fit_packets(const Row& row) {
  if (!row.tcp() && !row.udp()) {
    return std::nullopt;
  }
  return row.bytes >= row.smallest() * row.packets && row.bytes <= kLongest * row.packets;
}

std::optional<bool> bytes_fit_ethernet(const Row& row) {
  if (!row.tcp() && !row.udp() && row.proto() != kIcmp) {
    return std::nullopt;
  }
  return row.bytes >= kRingMinimum * row.packets && row.bytes <= kLongest * row.packets;
}

std::optional<bool> counts_something(const Row& row) {
  return row.packets >= 1 && row.bytes >= 1 && row.duration >= 0;
}

std::optional<bool> one_packet_is_instant(const Row& row) {
  return row.packets == 1 ? std::optional(row.duration == 0) : std::nullopt;
}

std::optional<bool> is_instant(const Row& row) {
  return row.duration == 0;
}

std::optional<bool> mean_size_fits(const Row& row) {
  return row.bytes <= kMtu * std::max(row.packets, 1.0);
}

std::optional<bool> long_enough(const Row& row) {
  return row.tcp() || row.udp() ? std::optional(row.bytes >= row.smallest()) : std::nullopt;
}

std::optional<bool> length_possible(const Row& row) {
  return row.bytes >= 20 && row.bytes <= kLongest;
}

std::optional<bool> length_fits(const Row& row) {
  return row.bytes <= kMtu;
}

std::optional<bool> lives(const Row& row) {
  return row.columns.numbers[2].values[row.at] >= 1;
}

// Categories of packets, in order: tos, flag, off, tcpflags.
std::optional<bool> reserved_clear(const Row& row) {
  return row.category(1) < 4;
}

std::optional<bool> fragments_may(const Row& row) {
  return row.category(2) > 0 ? std::optional((row.category(1) & 2) == 0) : std::nullopt;
}

constexpr std::array kRules = {
    Rule{"t1", Applies::kBoth, "T1 addresses are possible",
         "No multicast or broadcast source, no unspecified destination.", valid_addresses},
    Rule{"t1b", Applies::kBoth, "T1b sources can be routed",
         "No source in 0/8, 127/8 or 240/4, nor unspecified, loopback or multicast in IPv6.",
         routable_source},
    Rule{"t2", Applies::kFlows, "T2 bytes fit packets",
         "A TCP packet has 40 to 65,535 bytes, a UDP packet 28 to 65,535.", bytes_fit_packets,
         true},
    Rule{"t2r", Applies::kFlows, "T2r bytes fit packets on Ethernet (Ring)",
         "42 to 65,535 bytes a packet; many real flow logs count less.", bytes_fit_ethernet},
    Rule{"t3", Applies::kBoth, "T3 ports and protocols agree",
         "A port that implies TCP or UDP is used with it; the destination's port decides first.",
         port_and_protocol},
    Rule{"t3r_web", Applies::kBoth, "T3r ports 80 and 443 are TCP (Ring)",
         "Breaks with QUIC, which uses port 443 of UDP.", web_is_tcp},
    Rule{"t3r_dns", Applies::kBoth, "T3r port 53 is UDP (Ring)", "DNS may use TCP, too.",
         dns_is_udp},
    Rule{"t4", Applies::kPackets, "T4 packets hold their headers",
         "A TCP packet has at least 40 bytes, a UDP packet 28.", long_enough, true},
    Rule{"t4b", Applies::kPackets, "T4b packet lengths are possible", "20 to 65,535 bytes.",
         length_possible, true},
    Rule{"t5", Applies::kBoth, "T5 no ports without port numbers",
         "Both ports are 0 for protocols that have none.", no_ports},
    Rule{"t5b", Applies::kBoth, "T5b TCP and UDP have ports", "Neither port is 0.", some_ports,
         true},
    Rule{"t6", Applies::kFlows, "T6 flows count something",
         "At least one packet, one byte, and no negative duration.", counts_something, true},
    Rule{"t7", Applies::kFlows, "T7 one packet takes no time",
         "A flow of one packet has duration 0.", one_packet_is_instant, true},
    Rule{"t7b", Applies::kFlows, "T7b flows without duration",
         "The share of flows of duration 0; no rule, but a habit of the exporter.", is_instant},
    Rule{"t8", Applies::kPackets, "T8 TTL is at least 1", "No packet arrives with TTL 0.", lives,
         true},
    Rule{"t8b", Applies::kPackets, "T8b the reserved flag is clear",
         "The first of the three IP flags is 0.", reserved_clear, true},
    Rule{"t8c", Applies::kPackets, "T8c only what may be fragmented is",
         "No fragment forbids fragmentation.", fragments_may, true},
    Rule{"t9", Applies::kFlows, "T9 packets fit 1,500 bytes",
         "The mean packet of a flow is no longer than Ethernet carries.", mean_size_fits},
    Rule{"t9", Applies::kPackets, "T9 packets fit 1,500 bytes",
         "No packet is longer than Ethernet carries; offloading makes longer ones.", length_fits},
    Rule{"t10", Applies::kBoth, "T10 ends differ",
         "Source and destination are not the same address.", different_ends},
};

std::array<Share, kRules.size()> tally(const Columns& columns) {
  std::array<Share, kRules.size()> shares;
  const bool flows = columns.kind == TraceKind::kFlows;
  const auto& numbers = columns.numbers;
  for (std::size_t at = 0; at < columns.rows(); ++at) {
    const Row row = flows ? Row{columns, at, numbers[1].values[at], numbers[2].values[at],
                                numbers[0].values[at]}
                          : Row{columns, at, 1, numbers[0].values[at], 0};
    for (std::size_t i = 0; i < kRules.size(); ++i) {
      if (kRules[i].to == (flows ? Applies::kPackets : Applies::kFlows)) {
        continue;
      }
      const auto kept = kRules[i].keeps(row);
      shares[i].all += kept ? 1 : 0;
      shares[i].good += kept && *kept ? 1 : 0;
    }
  }
  return shares;
}

double percent(const Share& share) {
  return share.all == 0
             ? std::numeric_limits<double>::quiet_NaN()
             : kPercent * static_cast<double>(share.good) / static_cast<double>(share.all);
}

/// What is a share of what.
struct Counted {
  const char* what;  ///< "records", …
  Better better;     ///< kHigher: nothing is wrong with more than the real trace has
  bool hard;
};
constexpr Counted kHardRecords = {"records", Better::kHigher, true};

/// Two standard errors of the difference, so that few records decide nothing.
Marks marks_of(const Share& real, const Share& synthetic) {
  double variance = 0;
  for (const Share& share : {real, synthetic}) {
    const auto all = static_cast<double>(std::max<std::uint64_t>(1, share.all));
    const double p = static_cast<double>(share.good) / all;
    variance += p * (1 - p) / all;
  }
  const double errors = 2 * kPercent * std::sqrt(variance);
  return {2 + errors, 10 + errors};
}

/// A share that the real trace has, too.
void add_share(GroupBuilder& group, Metric metric, const Share& real, const Share& synthetic,
               const Counted& counted, const std::string& why) {
  metric.unit = "%";
  metric.better = counted.better;
  metric.hard = counted.hard;
  metric.high = kPercent;
  metric.n = synthetic.all;
  metric.explain +=
      fmt::format(" The real trace has {} {} to ask.", with_thousands(real.all), counted.what);
  if (real.all > 0 && counted.better != Better::kNone) {
    metric.marks = marks_of(real, synthetic);
  }
  Metric& added = group.add(std::move(metric), percent(synthetic), why);
  if (real.all > 0) {
    added.floor = percent(real);
  }
}

Group rules(const Pair& pair) {
  GroupBuilder group("rules", "Rules of protocols and fields",
                     "Percent of the records to which a rule applies that keep it. Real traces "
                     "break rules, too: what counts is the difference, or for what is wrong by "
                     "definition, how much less.");
  const auto real = tally(pair.real.columns);
  const auto synthetic = tally(pair.synthetic.columns);
  const bool flows = pair.real.columns.kind == TraceKind::kFlows;
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    const Rule& rule = kRules[i];
    if (rule.to == (flows ? Applies::kPackets : Applies::kFlows)) {
      continue;
    }
    const bool judged = std::string(rule.id) != "t7b";
    const Better better = !judged ? Better::kNone : rule.hard ? Better::kHigher : Better::kFloor;
    add_share(group, {.id = rule.id, .name = rule.name, .explain = rule.explain}, real[i],
              synthetic[i], {"records", better, rule.hard}, "no record to which the rule applies");
  }
  return group.take();
}

Share readable(const Columns& columns) {
  const std::uint64_t rows = columns.rows();
  return {rows, rows + columns.skips.total()};
}

Group files(const Pair& pair) {
  GroupBuilder group("file", "The file", "Whether the file can be read as what it claims to be.");
  add_share(group,
            {.id = "readable",
             .name = "Records that can be read",
             .explain = "Lines that are no record, frames that hold no IP packet and the like are "
                        "left out of everything else."},
            readable(pair.real.columns), readable(pair.synthetic.columns), kHardRecords, "");
  return group.take();
}

/// The fault that came first in most conversations that have one, as a sentence; or nothing.
std::string most_frequent_fault(const CaptureChecks& checks) {
  const auto most = std::ranges::max_element(checks.tcp_faults, {},
                                             [](const auto& entry) { return entry.second; });
  return most == checks.tcp_faults.end()
             ? ""
             : fmt::format(" Most frequent fault of the twin: {} ({}).", most->first, most->second);
}

/// A capture most of whose conversations have both directions would have the answers.
bool is_two_sided(const CaptureChecks& checks) {
  return 2 * checks.answered > checks.tcp.all;
}

/// Unless the real capture has one direction only, who sends data to nobody is at fault, too.
CaptureChecks judged_by(const CaptureChecks& real, CaptureChecks checks) {
  if (is_two_sided(real) && checks.unanswered > 0 && checks.tcp.all > 0) {
    checks.tcp.good -= checks.unanswered;
    checks.tcp_faults["data that nobody answers"] += checks.unanswered;
  }
  return checks;
}

Group captures(const CaptureChecks& real, const CaptureChecks& synthetic) {
  GroupBuilder group("capture", "Packets in context",
                     "TCP as a state machine, and checksums, over the packets of the capture.");
  add_share(group,
            {.id = "tcp",
             .name = "TCP conversations without an illegal packet",
             .explain = "Handshake before data, sequence numbers that join up, no data behind FIN "
                        "or RST, acknowledgements of what was sent." +
                        most_frequent_fault(synthetic)},
            real.tcp, synthetic.tcp, {"conversations", Better::kHigher, true},
            "no TCP conversation, or no sequence numbers");
  add_share(group,
            {.id = "ip_checksum",
             .name = "IPv4 header checksums that are right",
             .explain = "The checksum of RFC 791 over the header as captured."},
            real.ip_checksum, synthetic.ip_checksum, {"packets", Better::kHigher, true},
            "no IPv4 header captured (packet tables have none)");
  add_share(group,
            {.id = "transport_checksum",
             .name = "TCP, UDP and ICMP checksums that are right",
             .explain = "Over the messages that were captured whole; captures made on the sending "
                        "host often hold unfinished checksums."},
            real.transport_checksum, synthetic.transport_checksum,
            {"packets", Better::kHigher, true}, "no message was captured whole");
  return group.take();
}

}  // namespace

std::vector<Group> validity_groups(const Pair& pair) {
  std::vector<Group> groups = {rules(pair), files(pair)};
  if (pair.real.columns.kind == TraceKind::kPackets) {
    const CaptureChecks& real = pair.real.columns.checks;
    groups.push_back(
        captures(judged_by(real, real), judged_by(real, pair.synthetic.columns.checks)));
  }
  return groups;
}

}  // namespace tracetwin::evaluate
