#include "evaluate/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <utility>

#include "evaluate/constants.h"
#include "evaluate/distances.h"
#include "evaluate/scores.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kPorts = 65536;
constexpr std::size_t kProtocols = 256;

/// Lengths that mean about the same in both families: a provider, a site, a network.
struct PrefixLength {
  int v4;
  int v6;
};
constexpr std::array kPrefixes = {PrefixLength{8, 32}, PrefixLength{16, 48}, PrefixLength{24, 64}};

/// Two histograms over the same cells.
struct Counts {
  std::string name;
  std::vector<double> real;
  std::vector<double> synthetic;
};

/// A number's distances, and its name and unit.
struct Numbers {
  std::string name;
  std::string unit;
  NumberDistances distances;
};

/// All that the three groups are made of.
struct Compared {
  bool events = false;
  std::vector<Counts> addresses;   ///< srcip, dstip; of a table of events its keys
  std::vector<Counts> categories;  ///< ports, protocol, then the others
  std::vector<Numbers> numbers;    ///< time first
  std::optional<Numbers> flow_size;
  double absolute_time_emd = 0;
  std::optional<double> size_biased_emd;
  std::vector<std::string> lacking;  ///< columns that the synthetic trace does not have
};

template <class Codes>
Counts counts_of(std::string name, const Codes& real, const Codes& synthetic, std::size_t cells) {
  return {std::move(name), count_codes(real, cells), count_codes(synthetic, cells)};
}

std::vector<double> flow_sizes(const Tuples& tuples) {
  std::vector<double> sizes;
  sizes.reserve(tuples.size());
  for (std::size_t tuple = 0; tuple < tuples.size(); ++tuple) {
    sizes.push_back(static_cast<double>(tuples.of(tuple).size()));
  }
  return sizes;
}

std::vector<double> size_of_each_row(const Tuples& tuples) {
  std::vector<double> sizes;
  sizes.reserve(tuples.of_row.size());
  for (const std::uint32_t tuple : tuples.of_row) {
    sizes.push_back(static_cast<double>(tuples.of(tuple).size()));
  }
  return sizes;
}

/// Seconds since the beginning of `origin`, which may be another trace: keeps the digits that
/// seconds since the epoch would lose.
std::vector<double> seconds_since(const Columns& columns, std::int64_t origin_ns) {
  std::vector<double> seconds;
  seconds.reserve(columns.rows());
  for (const std::int64_t time : columns.time_ns) {
    seconds.push_back(static_cast<double>(time - origin_ns) / kNsPerSecond);
  }
  return seconds;
}

std::string unit_of(const std::string& column) {
  static const std::map<std::string, std::string> kUnits = {
      {"td", "s"}, {"pkt", "packets"}, {"byt", "bytes"}, {"pkt_len", "bytes"}, {"ttl", "hops"}};
  const auto at = kUnits.find(column);
  return at == kUnits.end() ? "" : at->second;
}

void compare_tuples(const Columns& real, const Columns& synthetic, Compared& compared) {
  const std::size_t addresses = real.addresses->size();
  compared.addresses = {counts_of("srcip", real.src, synthetic.src, addresses),
                        counts_of("dstip", real.dst, synthetic.dst, addresses)};
  compared.categories = {counts_of("srcport", real.srcport, synthetic.srcport, kPorts),
                         counts_of("dstport", real.dstport, synthetic.dstport, kPorts),
                         counts_of("proto", real.proto, synthetic.proto, kProtocols)};
}

void compare_categories(const Pair& pair, Compared& compared) {
  const Columns& real = pair.real.columns;
  const Columns& synthetic = pair.synthetic.columns;
  const std::size_t addresses = real.addresses->size();
  if (real.events) {
    compared.addresses = {counts_of("key", real.src, synthetic.src, addresses)};
  } else {
    compare_tuples(real, synthetic, compared);
  }
  for (const CategoryColumn& category : real.categories) {
    if (const CategoryColumn* other = synthetic.category(category.name)) {
      compared.categories.push_back(
          counts_of(category.name, category.codes, other->codes, category.texts.size()));
    } else {
      compared.lacking.push_back(category.name);
    }
  }
}

Compared compare(const Pair& pair) {
  const Columns& real = pair.real.columns;
  const Columns& synthetic = pair.synthetic.columns;
  Compared compared;
  compared.events = real.events;
  compare_categories(pair, compared);
  const bool packets = real.kind == TraceKind::kPackets;
  compared.numbers.push_back({packets ? "time" : "ts", "s",
                              compare_sorted(relative_seconds(real), relative_seconds(synthetic))});
  for (const NumberColumn& number : real.numbers) {
    compared.numbers.push_back(
        {number.name, unit_of(number.name),
         compare_sorted(pair.real.ascending(number.name), pair.synthetic.ascending(number.name))});
  }
  const std::int64_t origin = real.time_ns.front();
  compared.absolute_time_emd =
      compare_sorted(seconds_since(real, origin), seconds_since(synthetic, origin)).emd;
  if (packets) {
    compared.flow_size = {
        "flow_size", "packets",
        compare_numbers(flow_sizes(pair.real.tuples), flow_sizes(pair.synthetic.tuples))};
    compared.size_biased_emd =
        compare_numbers(size_of_each_row(pair.real.tuples), size_of_each_row(pair.synthetic.tuples))
            .emd;
  }
  return compared;
}

/// The numbers that the papers score: not the header fields of packets.
bool is_scored(const std::string& number) {
  return number != "id" && number != "ttl";
}

Metric jsd_metric(const std::string& id, std::string name, std::string explain) {
  return {.id = "jsd." + id,
          .name = std::move(name),
          .explain = std::move(explain),
          .unit = "nats",
          .high = std::numbers::ln2,
          .marks = kNatMarks};
}

Metric emd_metric(const std::string& id, const std::string& unit) {
  return {.id = "emd." + id,
          .name = "EMD of " + spoken(id),
          .explain = fmt::format(
              "How far, on average, a value of {} has to be moved to turn one distribution into "
              "the other.",
              spoken(id)),
          .unit = unit};
}

Group netshare(const Compared& compared) {
  GroupBuilder group("netshare", "As NetShare defines it",
                     "Jensen-Shannon divergence of what is counted, earth mover's distance of what "
                     "is measured; values count, how fields belong together does not.");
  double sum = 0;
  for (const Counts& counts : compared.addresses) {
    const double divergence = rank_jsd(counts.real, counts.synthetic);
    sum += divergence;
    group.add(
        jsd_metric(counts.name, fmt::format("JSD of {} (rank-frequency)", spoken(counts.name)),
                   "Whether the busiest, second busiest, … address has the same share of the "
                   "records, whatever the addresses are."),
        divergence);
  }
  const std::size_t categories = compared.events ? compared.categories.size() : 3;
  for (std::size_t i = 0; i < categories; ++i) {
    const Counts& counts = compared.categories[i];
    const double divergence = jsd(counts.real, counts.synthetic);
    sum += divergence;
    group.add(jsd_metric(counts.name, fmt::format("JSD of {}", spoken(counts.name)),
                         "Whether each value has the same share of the records."),
              divergence);
  }
  group.add(jsd_metric("mean", "Mean JSD", "The mean of the divergences above."),
            sum / static_cast<double>(compared.addresses.size() + categories));
  std::vector<double> relative;
  const auto add_emd = [&](const Numbers& numbers) {
    group.add(emd_metric(numbers.name, numbers.unit), numbers.distances.emd);
    if (std::isfinite(numbers.distances.emd_range)) {
      relative.push_back(numbers.distances.emd_range);
    }
  };
  for (const Numbers& numbers : compared.numbers) {
    if (is_scored(numbers.name)) {
      add_emd(numbers);
    }
  }
  if (compared.flow_size) {
    add_emd(*compared.flow_size);
  }
  group.add({.id = "emd_range.mean",
             .name = "Mean EMD / real range",
             .explain = "The mean of the distances above, each over the range of the real values; "
                        "ruled by the largest value there is.",
             .marks = Marks{0.02, 0.08}},
            mean(relative));
  return group.take();
}

Group netdpsyn(const Compared& compared) {
  GroupBuilder group("netdpsyn", "As NetDPSyn defines it",
                     "Jensen-Shannon distance (the square root of the divergence) of the values "
                     "themselves, addresses too, and EMD with absolute time.");
  double sum = 0;
  std::vector<const Counts*> five = {&compared.addresses[0], &compared.addresses[1]};
  for (std::size_t i = 0; i < 3; ++i) {
    five.push_back(&compared.categories[i]);
  }
  const double most = std::sqrt(std::numbers::ln2);
  for (const Counts* counts : five) {
    const double distance = std::sqrt(jsd(counts->real, counts->synthetic));
    sum += distance;
    group.add({.id = "js_distance." + counts->name,
               .name = fmt::format("JS distance of {}", spoken(counts->name)),
               .explain = "Whether each value has the same share of the records; a twin that keeps "
                          "no real address is far away here, and should be.",
               .high = most},
              distance);
  }
  group.add({.id = "js_distance.mean",
             .name = "Mean JS distance",
             .explain = "The mean of the five distances above.",
             .high = most},
            sum / 5);
  for (const Numbers& numbers : compared.numbers) {
    const bool is_time = &numbers == &compared.numbers.front();
    if (is_scored(numbers.name)) {
      group.add(emd_metric(numbers.name, numbers.unit),
                is_time ? compared.absolute_time_emd : numbers.distances.emd);
    }
  }
  if (compared.size_biased_emd) {
    group.add(emd_metric("flow_size", "packets"), *compared.size_biased_emd);
  }
  return group.take();
}

/// A family, and the first bits of an address.
using Prefix = std::pair<bool, std::uint64_t>;

Prefix prefix_of(const IpAddress& address, const PrefixLength& length) {
  return address.is_v4() ? Prefix{true, address.v4_bits() >> (32 - length.v4)}
                         : Prefix{false, address.high >> (64 - length.v6)};
}

/// JSD of the addresses cut to their first bits.
double prefix_jsd(const Counts& counts, const std::vector<IpAddress>& addresses,
                  const PrefixLength& length) {
  std::vector<double> real;
  std::vector<double> synthetic;
  std::optional<Prefix> last;
  for (std::size_t i = 0; i < addresses.size(); ++i) {  // ascending, so equal prefixes are together
    const Prefix prefix = prefix_of(addresses[i], length);
    if (last != prefix) {
      real.push_back(0);
      synthetic.push_back(0);
      last = prefix;
    }
    real.back() += counts.real[i];
    synthetic.back() += counts.synthetic[i];
  }
  return jsd(real, synthetic);
}

void add_category(GroupBuilder& group, const Counts& counts, bool judged) {
  group.add({.id = "tvd." + counts.name,
             .name = fmt::format("TVD of {}", spoken(counts.name)),
             .explain = "Share of the records that would have to change this value.",
             .high = 1,
             .marks = judged ? std::optional(kDistanceMarks) : std::nullopt},
            total_variation(counts.real, counts.synthetic));
  group.add({.id = "jsd." + counts.name,
             .name = fmt::format("JSD of {} (values)", spoken(counts.name)),
             .explain = "Jensen-Shannon divergence of the values.",
             .unit = "nats",
             .high = std::numbers::ln2},
            jsd(counts.real, counts.synthetic));
  group.add({.id = "overlap." + counts.name,
             .name = fmt::format("Common values of {}", spoken(counts.name)),
             .explain = "Share of the values of either trace that both have.",
             .better = Better::kNone,
             .high = 1},
            support_overlap(counts.real, counts.synthetic));
}

void add_number(GroupBuilder& group, const Numbers& numbers) {
  const std::string name = spoken(numbers.name);
  const NumberDistances& distances = numbers.distances;
  group.add({.id = "ks." + numbers.name,
             .name = fmt::format("KS of {}", name),
             .explain = "Largest difference between the two cumulative distributions.",
             .high = 1,
             .marks = kDistanceMarks},
            distances.ks);
  group.add({.id = "emd_range." + numbers.name,
             .name = fmt::format("EMD of {} / real range", name),
             .explain = "Earth mover's distance over the range of the real values."},
            distances.emd_range, "the real values are all the same");
  group.add({.id = "emd_log." + numbers.name,
             .name = fmt::format("EMD of {}, logarithmic", name),
             .explain = "Earth mover's distance of log(1 + value), over the real range of that.",
             .marks = Marks{0.02, 0.06}},
            distances.emd_log, "the real values are all the same");
  group.add({.id = "outside." + numbers.name,
             .name = fmt::format("{} outside the real range", name),
             .explain = "Share of the synthetic values that are smaller or larger than any real "
                        "one.",
             .unit = "%",
             .better = Better::kNone,
             .high = kPercent},
            kPercent * distances.outside);
}

Group beyond(const Compared& compared, const std::vector<IpAddress>& addresses) {
  GroupBuilder group("fields", "Each field by itself",
                     "Distances of single fields that are comparable between fields and traces.");
  for (const Counts& counts : compared.addresses) {
    add_category(group, counts, false);
    for (const PrefixLength& length :
         compared.events ? std::span<const PrefixLength>() : std::span(kPrefixes)) {
      group.add({.id = fmt::format("prefix{}.{}", length.v4, counts.name),
                 .name = fmt::format("JSD of {} by /{}", spoken(counts.name), length.v4),
                 .explain = fmt::format("Jensen-Shannon divergence of the address prefixes; of "
                                        "IPv6, the first {} bits.",
                                        length.v6),
                 .unit = "nats",
                 .high = std::numbers::ln2},
                prefix_jsd(counts, addresses, length));
    }
  }
  for (const Counts& counts : compared.categories) {
    add_category(group, counts, true);
  }
  for (const std::string& column : compared.lacking) {
    Metric metric = {.id = "tvd." + column,
                     .name = fmt::format("TVD of {}", spoken(column)),
                     .explain =
                         "Share of the records that would have to change this value; a text "
                         "column of more than 1,000 values counts as none.",
                     .high = 1,
                     .marks = kDistanceMarks,
                     .hard = true};
    group.add(std::move(metric), 1).why = fmt::format("the twin has no column {}", column);
  }
  for (const Numbers& numbers : compared.numbers) {
    add_number(group, numbers);
  }
  return group.take();
}

}  // namespace

std::vector<double> relative_seconds(const Columns& columns) {
  return seconds_since(columns, columns.time_ns.front());
}

std::vector<Group> field_groups(const Pair& pair) {
  const Compared compared = compare(pair);
  std::vector<Group> groups = {netshare(compared)};
  if (!compared.events) {
    groups.push_back(netdpsyn(compared));
  }
  groups.push_back(beyond(compared, *pair.real.columns.addresses));
  return groups;
}

}  // namespace tracetwin::evaluate
