#include "audit/unit_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>
#include <variant>

#include "base/error.h"
#include "base/random.h"
#include "trace/format/format.h"

namespace tracetwin::audit {
namespace {

void append_record(const FlowBatch& from, std::size_t row, FlowBatch& to) {
  to.records.push_back(from.records[row]);
  to.extras.resize(from.extras.size());
  for (std::size_t column = 0; column < from.extras.size(); ++column) {
    to.extras[column].append(from.extras[column][row]);
  }
}

UnitTrace load_flows(FlowReader& reader, const Progress& progress) {
  UnitTrace trace;
  for (FlowBatch batch; reader.next(batch);) {
    for (std::size_t row = 0; row < batch.records.size(); ++row) {
      append_record(batch, row, trace.flows);
    }
    if (progress) {
      progress({"reading", trace.flows.records.size(), 0, "records"});
    }
  }
  trace.extra_columns = reader.extra_columns();
  trace.units = trace.flows.records.size();
  return trace;
}

UnitTrace load_packets(PacketReader& reader, FlowTimeouts timeouts) {
  UnitTrace trace;
  trace.kind = TraceKind::kPackets;
  timeouts.bidirectional = true;
  FlowAssembler assembler(timeouts, [](const AssembledFlow&) {});
  for (Packet packet; reader.next(packet);) {
    trace.packets.push_back(packet);
    trace.unit_of_packet.push_back(static_cast<std::size_t>(assembler.add(packet).flow));
  }
  assembler.finish();
  trace.units = static_cast<std::size_t>(assembler.flows());
  return trace;
}

void select(const UnitTrace& trace, const Choice& choice, UnitTrace& into) {
  for (std::size_t row = 0; row < trace.flows.records.size(); ++row) {
    if (choice[row]) {
      append_record(trace.flows, row, into.flows);
    }
  }
  for (std::size_t i = 0; i < trace.packets.size(); ++i) {
    if (choice[trace.unit_of_packet[i]]) {
      into.packets.push_back(trace.packets[i]);
    }
  }
}

}  // namespace

UnitTrace load_units(const std::filesystem::path& path, const FlowTimeouts& timeouts,
                     const Progress& progress) {
  if (path == "-") {
    throw Error("an audit reads its trace more than once, and standard input can be read but once",
                "Give the name of a file.");
  }
  AnyReader reader = open_trace(path);
  UnitTrace trace;
  if (auto* flows = std::get_if<std::unique_ptr<FlowReader>>(&reader)) {
    trace = load_flows(**flows, progress);
  } else {
    trace = load_packets(*packets_of(std::move(reader)), timeouts);
  }
  if (trace.units == 0) {
    throw Error(fmt::format("{} has no packet or flow record to audit with", path.string()),
                "See tracetwin inspect for what the file holds.");
  }
  return trace;
}

Choice random_half(std::size_t units, std::uint64_t seed) {
  Random random(seed);
  Choice choice(units);
  std::generate(choice.begin(), choice.end(), [&] { return random.chance(0.5); });
  return choice;
}

Choice random_units(std::size_t units, std::size_t most, std::uint64_t seed) {
  std::vector<std::size_t> order(units);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random(seed).shuffle(std::span(order));
  Choice choice(units);
  for (std::size_t i = 0; i < std::min(units, most); ++i) {
    choice[order[i]] = true;
  }
  return choice;
}

MemoryFile written(const UnitTrace& trace, const Choice& choice, const UnitTrace* more) {
  UnitTrace all;
  select(trace, choice, all);
  if (more != nullptr) {
    select(*more, Choice(more->units, true), all);
  }
  TextSink sink;
  WriterOptions options;
  options.extra_columns = trace.extra_columns;
  const bool packets = trace.kind == TraceKind::kPackets;
  const AnyWriter any =
      format_named(packets ? "packet-csv" : "flow-csv").open_writer(sink, options);
  if (packets) {
    PacketWriter& writer = *std::get<std::unique_ptr<PacketWriter>>(any);
    std::for_each(all.packets.begin(), all.packets.end(),
                  [&](const Packet& packet) { writer.write(packet); });
    writer.finish();
  } else {
    FlowWriter& writer = *std::get<std::unique_ptr<FlowWriter>>(any);
    writer.write(all.flows);
    writer.finish();
  }
  return MemoryFile(sink.text());
}

}  // namespace tracetwin::audit
