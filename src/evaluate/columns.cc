// Every reader fills the same growing columns; addresses and texts are numbered as they come and
// put in order by align(), which knows all traces.
#include "evaluate/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>
#include <variant>

#include "base/error.h"
#include "evaluate/column_builders.h"
#include "evaluate/constants.h"
#include "evaluate/event_rows.h"
#include "trace/decode/decode.h"
#include "trace/format/format.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::uint64_t kBetweenReports = 1 << 16;

void add_tuple(const FiveTuple& tuple, AddressNumbers& addresses, Columns& columns) {
  columns.src.push_back(addresses(tuple.src));
  columns.dst.push_back(addresses(tuple.dst));
  columns.srcport.push_back(tuple.srcport);
  columns.dstport.push_back(tuple.dstport);
  columns.proto.push_back(tuple.proto);
}

void read_flows(FlowReader& reader, const std::string& label, const Progress& progress,
                Columns& columns) {
  columns.kind = TraceKind::kFlows;
  columns.numbers = {{"td", {}}, {"pkt", {}}, {"byt", {}}};
  AddressNumbers addresses;
  std::vector<Texts> texts;
  FlowBatch batch;
  while (reader.next(batch)) {
    if (texts.empty()) {
      for (const auto& name : reader.extra_columns()) {
        texts.emplace_back(name, name == label);
      }
    }
    for (const FlowRecord& record : batch.records) {
      add_tuple(record.tuple, addresses, columns);
      columns.time_ns.push_back(record.start_ns);
      columns.numbers[0].values.push_back(static_cast<double>(record.duration_ns) / kNsPerSecond);
      columns.numbers[1].values.push_back(static_cast<double>(record.packets));
      columns.numbers[2].values.push_back(static_cast<double>(record.bytes));
    }
    for (std::size_t c = 0; c < texts.size() && c < batch.extras.size(); ++c) {
      for (std::size_t i = 0; i < batch.extras[c].size(); ++i) {
        texts[c].add(batch.extras[c][i]);
      }
    }
    if (progress) {
      progress({"reading", columns.rows(), 0, "records"});
    }
  }
  for (Texts& text : texts) {
    if (!text.given_up()) {
      columns.categories.push_back(text.take());
    }
  }
  columns.addresses = std::make_shared<std::vector<IpAddress>>(addresses.take());
  columns.source = reader.info();
  columns.skips = reader.skips();
}

/// Packets with their frames where there are any, and what was skipped.
class FramedPackets {
 public:
  explicit FramedPackets(AnyReader reader) {
    if (auto* frames = std::get_if<std::unique_ptr<FrameReader>>(&reader)) {
      frames_ = std::move(*frames);
    } else {
      packets_ = std::move(std::get<std::unique_ptr<PacketReader>>(reader));
    }
  }

  bool next(Packet& packet) {
    if (packets_) {
      return packets_->next(packet);
    }
    while (frames_->next(frame_)) {
      const DecodeResult result = decode_frame(frame_, packet);
      if (result.fault == DecodeFault::kNone) {
        return true;
      }
      faults_.add(describe(result, frame_.link), frames_->position());
    }
    return false;
  }
  const Frame* frame() const { return frames_ ? &frame_ : nullptr; }
  const SourceInfo& info() const { return packets_ ? packets_->info() : frames_->info(); }
  Skips skips() const {
    Skips all = packets_ ? packets_->skips() : frames_->skips();
    all.merge(faults_);
    return all;
  }

 private:
  std::unique_ptr<FrameReader> frames_;
  std::unique_ptr<PacketReader> packets_;
  Frame frame_;
  Skips faults_;
};

std::vector<std::string> decimal_texts(const std::vector<std::uint32_t>& codes) {
  const std::uint32_t most = codes.empty() ? 0 : *std::ranges::max_element(codes);
  std::vector<std::string> texts;
  for (std::uint32_t code = 0; code <= most; ++code) {
    texts.push_back(std::to_string(code));
  }
  return texts;
}

void read_packets(FramedPackets packets, const Progress& progress, Columns& columns) {
  columns.kind = TraceKind::kPackets;
  columns.numbers = {{"pkt_len", {}}, {"id", {}}, {"ttl", {}}};
  columns.categories = {{"tos", {}, {}}, {"flag", {}, {}}, {"off", {}, {}}, {"tcpflags", {}, {}}};
  AddressNumbers addresses;
  CaptureChecker checker;
  Packet packet;
  while (packets.next(packet)) {
    add_tuple(packet.tuple, addresses, columns);
    columns.time_ns.push_back(packet.time_ns);
    columns.numbers[0].values.push_back(packet.ip_length);
    columns.numbers[1].values.push_back(packet.ip_id);
    columns.numbers[2].values.push_back(packet.ttl);
    columns.categories[0].codes.push_back(packet.tos);
    columns.categories[1].codes.push_back(packet.ip_flags);
    columns.categories[2].codes.push_back(packet.fragment_offset);
    columns.categories[3].codes.push_back(packet.tcp_flags);
    checker.add(packet, packets.frame());
    if (progress && columns.rows() % kBetweenReports == 0) {
      progress({"reading", columns.rows(), 0, "packets"});
    }
  }
  for (CategoryColumn& category : columns.categories) {
    category.texts = decimal_texts(category.codes);
  }
  columns.checks = checker.finish();
  if (packets.frame() == nullptr && !columns.checks.has_tcp_state) {
    columns.checks.tcp = {};  // a table without these columns
  }
  columns.addresses = std::make_shared<std::vector<IpAddress>>(addresses.take());
  columns.source = packets.info();
  columns.skips = packets.skips();
}

template <class T>
void pick(std::vector<T>& values, std::span<const std::uint32_t> order) {
  std::vector<T> picked;
  picked.reserve(order.size());
  for (const std::uint32_t at : order) {
    picked.push_back(values[at]);
  }
  values = std::move(picked);
}

void pick_rows(Columns& columns, std::span<const std::uint32_t> order) {
  pick(columns.src, order);
  pick(columns.dst, order);
  pick(columns.srcport, order);
  pick(columns.dstport, order);
  pick(columns.proto, order);
  pick(columns.time_ns, order);
  for (auto& number : columns.numbers) {
    pick(number.values, order);
  }
  for (auto& category : columns.categories) {
    pick(category.codes, order);
  }
}

void sort_by_time(Columns& columns) {
  if (std::ranges::is_sorted(columns.time_ns)) {
    return;
  }
  std::vector<std::uint32_t> order(columns.rows());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t at) { return columns.time_ns[at]; });
  pick_rows(columns, order);
}

void refuse_nothing(const Columns& columns, const std::string& label) {
  const std::string& file = columns.source.name;
  if (columns.rows() == 0) {
    const auto& skipped = columns.skips.rows();
    const bool packets = columns.kind == TraceKind::kPackets;
    throw Error(
        fmt::format("{} has no {} that can be read{}", file, packets ? "IP packet" : "flow record",
                    skipped.empty() ? ""
                                    : fmt::format(": {} ({} times, first at {})", skipped[0].reason,
                                                  skipped[0].count, skipped[0].first)));
  }
  if (!label.empty() && columns.category(label) == nullptr) {
    std::string others;
    for (const auto& category : columns.categories) {
      others += (others.empty() ? "" : ", ") + category.name;
    }
    throw Error(fmt::format("{} has no column \"{}\" to take labels from", file, label),
                others.empty() ? "It has no column of categories; leave --label-column out."
                               : fmt::format("Give one of: {}.", others));
  }
}

void renumber(std::vector<std::uint32_t>& codes, const std::vector<std::uint32_t>& to) {
  for (std::uint32_t& code : codes) {
    code = to[code];
  }
}

/// Where each of `own` stands in `all`, which is ascending and has them all.
template <class T>
std::vector<std::uint32_t> places(const std::vector<T>& own, const std::vector<T>& all) {
  std::vector<std::uint32_t> to;
  to.reserve(own.size());
  for (const T& value : own) {
    to.push_back(static_cast<std::uint32_t>(std::ranges::lower_bound(all, value) - all.begin()));
  }
  return to;
}

template <class T>
void sort_unique(std::vector<T>& values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

void align_addresses(std::span<Columns* const> traces) {
  std::vector<IpAddress> all;
  for (const Columns* trace : traces) {
    all.insert(all.end(), trace->addresses->begin(), trace->addresses->end());
  }
  sort_unique(all);
  const auto shared = std::make_shared<const std::vector<IpAddress>>(std::move(all));
  for (Columns* trace : traces) {
    const auto to = places(*trace->addresses, *shared);
    renumber(trace->src, to);
    renumber(trace->dst, to);
    trace->addresses = shared;
  }
}

/// Packets number their categories by value, which needs no order of texts but equal lengths.
void align_category(std::span<Columns* const> traces, const std::string& name) {
  std::vector<CategoryColumn*> columns;
  for (Columns* trace : traces) {
    for (CategoryColumn& category : trace->categories) {
      if (category.name == name) {
        columns.push_back(&category);
      }
    }
  }
  std::vector<std::string> all;
  for (const CategoryColumn* column : columns) {
    if (traces[0]->kind == TraceKind::kPackets) {
      all = column->texts.size() > all.size() ? column->texts : all;
    } else {
      all.insert(all.end(), column->texts.begin(), column->texts.end());
    }
  }
  if (traces[0]->kind == TraceKind::kFlows) {
    sort_unique(all);
  }
  for (CategoryColumn* column : columns) {
    if (traces[0]->kind == TraceKind::kFlows) {
      renumber(column->codes, places(column->texts, all));
    }
    column->texts = all;
  }
}

}  // namespace

const NumberColumn* Columns::number(std::string_view column) const {
  const auto at = std::ranges::find(numbers, column, &NumberColumn::name);
  return at == numbers.end() ? nullptr : &*at;
}

const CategoryColumn* Columns::category(std::string_view column) const {
  const auto at = std::ranges::find(categories, column, &CategoryColumn::name);
  return at == categories.end() ? nullptr : &*at;
}

Columns read_columns(const std::filesystem::path& path, std::string name, const std::string& label,
                     const Progress& progress, const TraceOpener& open,
                     const EventColumns* events) {
  Columns columns;
  columns.name = std::move(name);
  AnyReader reader = open(path);
  if (auto* flows = std::get_if<std::unique_ptr<FlowReader>>(&reader)) {
    if (events != nullptr) {
      read_events(**flows, *events, progress, columns);
    } else {
      read_flows(**flows, label, progress, columns);
    }
  } else {
    read_packets(FramedPackets(std::move(reader)), progress, columns);
  }
  refuse_nothing(columns, label);
  sort_by_time(columns);
  return columns;
}

void align(std::span<Columns* const> traces) {
  if (traces.empty()) {
    return;
  }
  align_addresses(traces);
  std::set<std::string> names;
  for (const Columns* trace : traces) {
    for (const CategoryColumn& category : trace->categories) {
      names.insert(category.name);
    }
  }
  for (const std::string& name : names) {
    align_category(traces, name);
  }
}

Columns subset(const Columns& all, std::span<const std::uint32_t> rows) {
  Columns part = all;
  pick_rows(part, rows);
  return part;
}

}  // namespace tracetwin::evaluate
