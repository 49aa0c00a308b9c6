#include "cli/conversion.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "cli/flow_rows.h"
#include "cli/peeked_frames.h"
#include "compile/compiler.h"
#include "trace/io/compress.h"
#include "trace/io/target.h"

namespace tracetwin::cli {
namespace {

constexpr std::uint64_t kBetweenReports = 1 << 16;
constexpr std::uint32_t kDefaultSnapLength = 262144;

/// Tells how far reading is, every so many records.
class Reporter {
 public:
  Reporter(std::uint64_t file_bytes, const Progress& progress)
      : file_bytes_(file_bytes), progress_(progress) {}

  template <class Reader>
  void after(const Reader& reader, std::uint64_t read) const {
    if (progress_ && read % kBetweenReports == 0) {
      progress_({"converting", reader.bytes_read(), file_bytes_, "bytes"});
    }
  }

 private:
  std::uint64_t file_bytes_;
  const Progress& progress_;
};

/// The output file and the writer of its format. Gone without a trace unless commit() was called.
class Output {
 public:
  Output(const Target& target, const WriterOptions& options)
      : sink_(compress_into(open_target(target.path, target.force), compression_of(target.path))),
        writer_(target.format.open_writer(*sink_, options)) {}

  /// The writer when it is of this kind, else null.
  template <class Writer>
  Writer* as() {
    auto* writer = std::get_if<std::unique_ptr<Writer>>(&writer_);
    return writer == nullptr ? nullptr : writer->get();
  }

  void commit() {
    std::visit([](auto& writer) { writer->finish(); }, writer_);
    sink_->commit();
  }

 private:
  std::unique_ptr<ByteSink> sink_;
  AnyWriter writer_;
};

template <class Reader>
void take_facts(const Reader& reader, Conversion& done) {
  done.source = reader.info();
  done.skipped = reader.skips();
}

void commit(Output& output, const Conversion& done) {
  if (done.read == 0 && done.skipped.total() > 0) {
    const auto& first = done.skipped.rows().front();
    throw Error(fmt::format("nothing in {} can be read: {} ({} times, first at {})",
                            done.source.name, first.reason, first.count, first.first));
  }
  output.commit();
}

/// A capture's options as far as its first frame tells. A pcapng file may bring finer interfaces
/// with longer frames later, so its copy is made with room for any.
WriterOptions options_like(const SourceInfo& source, const Target& target) {
  WriterOptions options;
  const bool may_change = source.format != "pcap" || source.files > 1;
  options.link = source.link_types.empty() ? LinkType::kEthernet : source.link_types.front();
  options.snap_length = may_change ? 0 : source.snap_length;
  options.nanoseconds = source.nanoseconds || (may_change && target.format.name != "pcap");
  return options;
}

/// Counts what a capture writer cannot keep.
void note_changes(const Frame& frame, const WriterOptions& options, Conversion& done) {
  if (!options.nanoseconds && frame.time_ns % 1000 != 0) {
    done.changed.add("time rounded down to a microsecond", done.read);
  }
  const auto limit = options.snap_length == 0 ? kDefaultSnapLength : options.snap_length;
  if (frame.bytes.size() > limit) {
    done.changed.add(fmt::format("cut to {} bytes", limit), done.read);
  }
}

void frames_to_frames(FrameReader& reader, FrameWriter& writer, const WriterOptions& options,
                      const Reporter& report, Conversion& done) {
  done.read_unit = done.written_unit = "frames";
  Frame frame;
  while (reader.next(frame)) {
    ++done.read;
    note_changes(frame, options, done);
    writer.write(frame);
    report.after(reader, done.read);
  }
  done.written = done.read;
  take_facts(reader, done);
}

void packets_to_frames(PacketReader& reader, FrameWriter& writer, const WriterOptions& options,
                       const Reporter& report, Conversion& done) {
  done.read_unit = "packets";
  done.written_unit = "frames";
  Packet packet;
  std::vector<std::byte> bytes;
  while (reader.next(packet)) {
    ++done.read;
    Frame frame;
    frame.original_length = serialize(packet, options.link, 0, bytes);
    frame.time_ns = packet.time_ns;
    frame.link = options.link;
    frame.bytes = bytes;
    note_changes(frame, options, done);
    writer.write(frame);
    report.after(reader, done.read);
  }
  done.written = done.read;
  take_facts(reader, done);
}

void packets_to_packets(PacketReader& reader, PacketWriter& writer, const Reporter& report,
                        Conversion& done) {
  done.read_unit = done.written_unit = "packets";
  Packet packet;
  while (reader.next(packet)) {
    ++done.read;
    writer.write(packet);
    report.after(reader, done.read);
  }
  done.written = done.read;
  take_facts(reader, done);
}

/// Packets or frames to whatever packet format the output has.
void convert_packets(std::unique_ptr<PacketReader> reader, const WriterOptions& options,
                     Output& output, const Reporter& report, Conversion& done) {
  if (auto* frames = output.as<FrameWriter>()) {
    packets_to_frames(*reader, *frames, options, report, done);
  } else {
    packets_to_packets(*reader, *output.as<PacketWriter>(), report, done);
  }
  commit(output, done);
}

void convert_frames(std::unique_ptr<FrameReader> reader, const Target& target,
                    const Reporter& report, Conversion& done) {
  auto peeked = std::make_unique<PeekedFrames>(std::move(reader));
  const WriterOptions options = options_like(peeked->info(), target);
  Output output(target, options);
  if (auto* frames = output.as<FrameWriter>()) {
    frames_to_frames(*peeked, *frames, options, report, done);
    commit(output, done);
  } else {
    convert_packets(packets_of(std::move(peeked)), options, output, report, done);
  }
}

void packets_to_flows(PacketReader& reader, const Target& target, FlowTimeouts timeouts,
                      const Reporter& report, Conversion& done) {
  FlowRows rows(target.format.name == "zeek" ? FlowRows::Shape::kConnections
                                             : FlowRows::Shape::kOneWay);
  WriterOptions options;
  options.extra_columns = rows.extra_columns();
  Output output(target, options);
  FlowWriter& writer = *output.as<FlowWriter>();
  timeouts.bidirectional = rows.bidirectional();
  FlowAssembler assembler(timeouts, [&](const AssembledFlow& flow) {
    rows.add(flow);
    if (rows.full()) {
      writer.write(rows.batch());
      rows.clear();
    }
  });
  done.read_unit = "packets";
  done.written_unit = "flows";
  Packet packet;
  while (reader.next(packet)) {
    ++done.read;
    assembler.add(packet);
    report.after(reader, done.read);
  }
  assembler.finish();
  writer.write(rows.batch());
  done.written = assembler.flows();
  take_facts(reader, done);
  commit(output, done);
}

void flows_to_flows(FlowReader& reader, const Target& target, const Reporter& report,
                    Conversion& done) {
  FlowBatch batch;
  bool more = reader.next(batch);  // before the writer opens: it may settle the columns
  WriterOptions options;
  options.extra_columns = reader.extra_columns();
  Output output(target, options);
  FlowWriter& writer = *output.as<FlowWriter>();
  done.read_unit = done.written_unit = "flows";
  for (std::uint64_t batches = 0; more; more = reader.next(batch), ++batches) {
    done.read += batch.records.size();
    writer.write(batch);
    report.after(reader, batches * kBetweenReports);
  }
  done.written = done.read;
  take_facts(reader, done);
  commit(output, done);
}

}  // namespace

Conversion convert_trace(AnyReader reader, const Target& target, const FlowTimeouts& timeouts,
                         std::uint64_t file_bytes, const Progress& progress) {
  Conversion done;
  const Reporter report(file_bytes, progress);
  const bool to_packets = target.format.kind == TraceKind::kPackets;
  if (auto* flows = std::get_if<std::unique_ptr<FlowReader>>(&reader)) {
    if (to_packets) {
      throw Error(fmt::format("{} is a flow log: it has no packets to write as {}",
                              (*flows)->info().name, target.format.name),
                  "Write a flow log (such as --format flow-csv), or synthesize packets from it.");
    }
    flows_to_flows(**flows, target, report, done);
  } else if (!to_packets) {
    packets_to_flows(*packets_of(std::move(reader)), target, timeouts, report, done);
  } else if (auto* frames = std::get_if<std::unique_ptr<FrameReader>>(&reader)) {
    convert_frames(std::move(*frames), target, report, done);
  } else {
    const WriterOptions options;
    Output output(target, options);
    convert_packets(packets_of(std::move(reader)), options, output, report, done);
  }
  return done;
}

}  // namespace tracetwin::cli
