#include "pipeline/write_twin.h"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "compile/compiler.h"
#include "encode/flow_rows.h"
#include "pipeline/event_writer.h"
#include "trace/format/format.h"
#include "trace/io/compress.h"
#include "trace/io/target.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;

/// Of a twin of a table of events, which is one.
const Format& event_format(const TwinOutput& output) {
  const Format& csv = format_named("flow-csv");
  const bool is_csv = output.format.empty()
                          ? !output.path.has_extension() ||
                                &format_for_output(output.path, TraceKind::kFlows) == &csv
                          : output.format == csv.name;
  if (!is_csv) {
    throw Error("twins of tables of events are CSV files",
                "Give a name that ends in .csv, or --format flow-csv.");
  }
  return csv;
}

const Format& format_of(const TwinOutput& output, TraceKind kind) {
  const Format& format =
      output.format.empty() ? format_for_output(output.path, kind) : format_named(output.format);
  if (format.kind != kind) {
    const bool packets = kind == TraceKind::kPackets;
    throw Error(fmt::format("the model generates {}, format {} holds {}",
                            packets ? "packets" : "flow records", format.name,
                            packets ? "flow records" : "packets"),
                packets ? "Write a capture, then turn it into a flow log with tracetwin convert."
                        : "Write a flow format, such as flow-csv or zeek.");
  }
  if (format.open_writer == nullptr) {
    throw Error(fmt::format("format {} can be read but not written", format.name),
                "See tracetwin list formats.");
  }
  return format;
}

/// The link type of a twin: the capture's own where whole IP packets of either version can be
/// written in it, else Ethernet.
LinkType writable_link(LinkType link) {
  switch (link) {
    case LinkType::kRaw:
    case LinkType::kIpv4:
    case LinkType::kIpv6:
      return LinkType::kRaw;
    case LinkType::kNull:
    case LinkType::kLoop:
      return LinkType::kNull;
    case LinkType::kLinuxSll:
    case LinkType::kLinuxSll2:
      return link;
    default:
      return LinkType::kEthernet;
  }
}

WriterOptions writer_options(const TwinModel& model) {
  WriterOptions options;
  if (model.packets) {
    options.link = writable_link(model.packets->link);
    options.snap_length = model.packets->snap_length;
    options.nanoseconds = model.packets->nanoseconds;
  } else {
    options.extra_columns = extra_names(model.schema);
  }
  return options;
}

/// A frame goes on as its original length and its bytes.
PackPacket pack_frame(const WriterOptions& options) {
  return [options](const Packet& packet, std::string& to) {
    thread_local std::vector<std::byte> bytes;
    const std::uint32_t length = serialize(packet, options.link, options.snap_length, bytes);
    to.append(reinterpret_cast<const char*>(&length), sizeof length);
    to.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
}

TwinCounts write_frames(const TwinModel& model, const GenerateJob& job,
                        const WriterOptions& options, FrameWriter& writer,
                        const Progress& progress) {
  TwinCounts counts;
  counts.kind = TraceKind::kPackets;
  const auto put = [&](std::int64_t time_ns, std::string_view frame) {
    std::uint32_t length = 0;
    std::memcpy(&length, frame.data(), sizeof length);
    frame.remove_prefix(sizeof length);
    writer.write({time_ns, options.link, length, std::as_bytes(std::span(frame))});
    ++counts.packets;
  };
  counts.conversations = generate_packets(model, job, progress, {pack_frame(options), put});
  writer.finish();
  return counts;
}

/// As the twin's capture would hold them: the lengths of its frames, times to its clock's digits.
TwinCounts write_packets(const TwinModel& model, const GenerateJob& job,
                         const WriterOptions& options, PacketWriter& writer,
                         const Progress& progress) {
  constexpr std::int64_t kMicrosecond = 1000;
  TwinCounts counts;
  counts.kind = TraceKind::kPackets;
  std::vector<std::byte> bytes;
  const auto take = [&](Packet packet) {
    packet.wire_length = serialize(packet, options.link, options.snap_length, bytes);
    packet.captured_length = static_cast<std::uint32_t>(bytes.size());
    packet.time_ns -= options.nanoseconds ? 0 : packet.time_ns % kMicrosecond;
    writer.write(packet);
    ++counts.packets;
  };
  counts.conversations = generate_packets(model, job, progress, whole_packets(take));
  writer.finish();
  return counts;
}

TwinCounts write_flows(const TwinModel& model, const GenerateJob& job, FlowWriter& writer,
                       const Progress& progress) {
  TwinCounts counts;
  FlowSink sink;
  sink.write = [&](const FlowBatch& batch) {
    writer.write(batch);
    counts.records += batch.records.size();
  };
  if (writer.has_texts()) {
    sink.text = [&](const FlowBatch& batch) { return writer.text_of(batch); };
    sink.write_text = [&](std::string_view text, std::size_t records) {
      writer.write_text(text);
      counts.records += records;
    };
  }
  generate_flows(model, job, progress, sink);
  writer.finish();
  return counts;
}

TwinCounts write_with(const TwinModel& model, const GenerateJob& job, const WriterOptions& options,
                      AnyWriter writer, const Progress& progress) {
  if (const auto* frames = std::get_if<std::unique_ptr<FrameWriter>>(&writer)) {
    return write_frames(model, job, options, **frames, progress);
  }
  if (const auto* packets = std::get_if<std::unique_ptr<PacketWriter>>(&writer)) {
    return write_packets(model, job, options, **packets, progress);
  }
  return write_flows(model, job, *std::get<std::unique_ptr<FlowWriter>>(writer), progress);
}

/// What was asked of the records, and the time that the twin covers if that was asked for.
void add_selection(const TwinModel& model, const Selection& selection,
                   nlohmann::ordered_json& summary) {
  if (!selection.where.empty()) {
    summary["where"] = nlohmann::ordered_json::array();
    for (const Where& where : selection.where) {
      summary["where"].push_back(where.text);
    }
  }
  if (selection.duration_ns || selection.start_ns) {
    const Window window = twin_window(model.window, selection);
    summary["window"] = {format_rfc3339(window.begin), format_rfc3339(window.end)};
  }
}

void write_summary(const TwinModel& model, const GenerateJob& job, const TwinOutput& output,
                   const Format& format, const TwinCounts& counts) {
  nlohmann::ordered_json summary = {{"what", "synthetic twin of a network trace"},
                                    {"made_by", model.made_by},
                                    {"output", output.path.filename().string()},
                                    {"format", model.schema.events ? "events" : format.name},
                                    {"engine", model.engine},
                                    {"training_seed", model.seed},
                                    {"generation_seed", job.seed}};
  if (counts.kind == TraceKind::kPackets) {
    summary["packets"] = counts.packets;
    summary["conversations"] = counts.conversations;
  } else {
    summary["records"] = counts.records;
  }
  add_selection(model, job.selection, summary);
  summary["privacy"] = model.ledger.to_json();
  if (model.copies) {
    summary["copies"] = to_json(*model.copies);
  }
  const auto sink = open_target(summary_path(output.path), true);
  using Json = nlohmann::ordered_json;
  sink->write(summary.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  sink->commit();
}

/// The summary first, so that a disk that is full by then leaves neither file.
void commit_both(ByteSink& twin, const fs::path& summary, const std::function<void()>& summarize) {
  summarize();
  try {
    twin.commit();
  } catch (const Error&) {
    remove_target(summary);
    throw;
  }
}

AnyWriter open_writer(const TwinModel& model, const Format& format, const WriterOptions& options,
                      ByteSink& sink) {
  return model.schema.events ? AnyWriter(make_event_writer(model.schema, sink))
                             : format.open_writer(sink, options);
}

/// The part of a process that is not the first, which alone writes.
TwinCounts help_with(const TwinModel& model, const GenerateJob& job, const Format& format,
                     const Progress& progress) {
  MemorySink nowhere;
  const WriterOptions options = writer_options(model);
  return write_with(model, job, options, open_writer(model, format, options, nowhere), progress);
}

}  // namespace

std::filesystem::path summary_path(const std::filesystem::path& output) {
  return output.string() + ".summary.json";
}

void check_twin_output(const TwinOutput& output, TraceKind kind, bool events) {
  events ? event_format(output) : format_of(output, kind);
  check_target(output.path, output.force);
  if (!writes_in_place(output.path)) {
    check_target(summary_path(output.path), output.force);
  }
}

namespace {

void check_times(const Schema& schema, const Selection& selection) {
  if (schema.events && schema.events->time.empty() &&
      (selection.start_ns || selection.duration_ns)) {
    throw Error("the table that was learned has no time", "Leave --start and --duration out.");
  }
}

}  // namespace

TwinCounts write_twin(const TwinModel& model, const GenerateJob& job, const TwinOutput& output,
                      const Progress& progress) {
  const bool events = model.schema.events.has_value();
  check_times(model.schema, job.selection);
  const Format& format = events ? event_format(output) : format_of(output, model.schema.kind);
  check_twin_output(output, model.schema.kind, events);
  if (!job.site.ranks.first()) {
    return help_with(model, job, format, progress);
  }
  const WriterOptions options = writer_options(model);
  const auto sink =
      compress_into(open_target(output.path, output.force), compression_of(output.path));
  TwinCounts counts =
      write_with(model, job, options, open_writer(model, format, options, *sink), progress);
  counts.events = events;
  if (writes_in_place(output.path)) {
    sink->commit();
  } else {
    commit_both(*sink, summary_path(output.path),
                [&] { write_summary(model, job, output, format, counts); });
  }
  return counts;
}

}  // namespace tracetwin
