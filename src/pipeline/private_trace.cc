#include "pipeline/private_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "base/error.h"
#include "encode/events.h"
#include "encode/flow_rows.h"
#include "engine/engine.h"
#include "pipeline/capture_pieces.h"
#include "pipeline/joined_columns.h"
#include "pipeline/pieces.h"
#include "trace/format/format.h"
#include "trace/source_info.h"
#include "trace/time_range.h"

namespace tracetwin {
namespace {

constexpr std::uint64_t kReportEvery = 1 << 14;

[[noreturn]] void refuse_empty(const SourceInfo& info, const Skips& skips, const Schema& schema) {
  const std::string why =
      skips.rows().empty()
          ? "it holds none"
          : fmt::format("{} were left out, the first: {} (number {})", skips.total(),
                        skips.rows().front().reason, skips.rows().front().first);
  throw Error(fmt::format("{} has no {} that can be learned: {}", info.name,
                          schema.events ? "event" : "packet or flow record", why),
              schema.events ? "Compare the columns that the schema file declares with the file's."
              : schema.window
                  ? "Give a window that the trace reaches into (tracetwin inspect tells its times)."
                  : "See tracetwin inspect for what the file holds.");
}

/// The columns that a model may have. Where no header names them, those that occur are a fact about
/// the records, so only what any such log has, or the user declares, is taken.
std::vector<std::string> public_columns(const FlowReader& reader,
                                        const Declarations& declarations) {
  if (reader.info().columns_in_header) {
    return reader.extra_columns();
  }
  std::vector<std::string> names = {"service", "conn_state", std::string(kOriginatorsPackets),
                                    std::string(kOriginatorsBytes)};
  for (const auto& column : declarations.columns) {
    if (std::find(names.begin(), names.end(), column.name) == names.end()) {
      names.push_back(column.name);
    }
  }
  return names;
}

bool learns_all_steps(const TrainJob& job) {
  return engine::engine_named(job.engine).kind != engine::Kind::kTables;
}

/// Networks learn from all packets, or with a guarantee from the first few.
std::size_t steps_kept(const TrainJob& job) {
  return learns_all_steps(job) ? std::numeric_limits<std::size_t>::max()
                               : job.steps_per_conversation;
}

void keep_first_steps(const TrainJob& job, std::vector<StepInContext>& steps) {
  if (learns_all_steps(job) && job.budget) {
    std::erase_if(steps, [&](const StepInContext& step) {
      return step.step.packet >= job.steps_per_conversation;
    });
  }
}

ConversationColumns conversations_for(const TrainJob& job, const Schema& schema) {
  FlowTimeouts timeouts = job.timeouts;
  timeouts.independent = true;
  return {timeouts, steps_kept(job), job.seed, schema.window};
}

/// Why a packet is not learned; empty: it is.
std::string_view unlearnable(const Packet& packet) {
  return !is_possible_time(packet.time_ns) ? "packet of a time outside 1970 to 2262"
         : packet.is_later_fragment() ? "later fragment of a packet, of which models know nothing"
                                      : "";
}

void take(ConversationColumns& conversations, const TrainJob& job, PrivateTrace& trace) {
  conversations.finish();
  trace.summary.skips.merge(conversations.skips());
  trace.columns = conversations.take_columns();
  trace.steps = conversations.take_steps();
  keep_first_steps(job, trace.steps);
  trace.places = conversations.take_places();
}

/// What is read of one file goes behind what was read of those before.
class Reading {
 public:
  Reading(const TrainJob& job, const Progress& progress) : job_(job), progress_(progress) {}

  /// Takes the fields from the first file, of which a batch has been read.
  void begin(const FlowReader& reader) {
    const auto columns = public_columns(reader, job_.declarations);
    trace_.schema = job_.declarations.events ? event_schema(columns, job_.declarations)
                                             : flow_schema(columns, job_.declarations);
    flows_.emplace(trace_.schema, reader.extra_columns());
    trace_.info = reader.info();
  }

  void add(FlowReader& reader) {
    FlowBatch batch;
    bool more = reader.next(batch);
    if (!flows_) {
      begin(reader);
    }
    flows_->set_columns(reader.extra_columns());
    for (; more; more = reader.next(batch)) {
      flows_->add(batch);
      if (progress_) {
        progress_({"reading", flows_->rows(), 0, "records"});
      }
    }
    finish_file(reader.info(), reader.skips());
  }

  void add(PacketReader& reader) {
    if (!packets_) {
      trace_.schema = capture_schema(job_.declarations);
      packets_.emplace(conversations_for(job_, trace_.schema));
    }
    for (Packet packet; reader.next(packet);) {
      const std::uint64_t number = ++trace_.summary.packets;
      if (const std::string_view reason = unlearnable(packet); !reason.empty()) {
        trace_.summary.skips.add(reason, number);
      } else {
        packets_->add(packet, number);
      }
      if (number % kReportEvery == 0 && progress_) {
        progress_({"reading", trace_.summary.packets, 0, "packets"});
      }
    }
    finish_file(reader.info(), reader.skips());
  }

  PrivateTrace finish() {
    if (flows_) {
      trace_.summary.skips.merge(flows_->skips());
      trace_.columns = flows_->take_columns();
    } else {
      take(*packets_, job_, trace_);
    }
    trace_.summary.records = trace_.rows();
    return std::move(trace_);
  }

 private:
  void finish_file(const SourceInfo& info, const Skips& skips) {
    if (trace_.info.format.empty()) {
      trace_.info = info;
    }
    unite(trace_.info, info);
    trace_.summary.skips.merge(skips);
  }

  const TrainJob& job_;
  const Progress& progress_;
  PrivateTrace trace_;
  std::optional<FlowColumns> flows_;
  std::optional<ConversationColumns> packets_;
};

/// Reads a file; all of a trace's files hold the same kind of thing.
void read_file(AnyReader reader, TraceKind kind, const std::filesystem::path& path,
               Reading& reading) {
  const bool flows = std::holds_alternative<std::unique_ptr<FlowReader>>(reader);
  if (flows != (kind == TraceKind::kFlows)) {
    throw Error(fmt::format("{} holds {}, the file before it {}", path.string(),
                            flows ? "flow records" : "packets", flows ? "packets" : "flow records"),
                "Give files of one kind.");
  }
  if (flows) {
    reading.add(*std::get<std::unique_ptr<FlowReader>>(reader));
  } else {
    reading.add(*packets_of(std::move(reader)));
  }
}

/// Each process reads some of the packets, and has some of the conversations.
PrivateTrace read_pieces(const TrainJob& job, const Progress& progress) {
  const work::Ranks& ranks = job.site.ranks;
  PrivateTrace trace;
  trace.schema = capture_schema(job.declarations);
  ConversationColumns conversations = conversations_for(job, trace.schema);
  const SharedCapture shared = read_together(
      capture_pieces(job.files, ranks), ranks, unlearnable,
      [&](const Packet& packet, std::uint64_t number) { conversations.add(packet, number); },
      progress);
  take(conversations, job, trace);
  trace = merged(std::move(trace), ranks);
  trace.info = shared.info;
  trace.summary.packets = shared.packets;
  Skips skips = shared.skips;
  skips.merge(trace.summary.skips);
  trace.summary.skips = std::move(skips);
  return trace;
}

/// Each process reads some of the flow records.
PrivateTrace read_pieces(const TrainJob& job, FlowReader& first, const Progress& progress) {
  const std::vector<Piece> pieces = own_pieces(job.files, job.site.ranks);
  Reading reading(job, progress);
  FlowBatch batch;
  first.next(batch);
  reading.begin(first);
  for (const Piece& piece : pieces) {
    reading.add(*open_piece(piece));
  }
  return joined(reading.finish(), job.site.ranks);
}

PrivateTrace read_whole(const TrainJob& job, AnyReader reader, TraceKind kind,
                        const Progress& progress) {
  Reading reading(job, progress);
  read_file(std::move(reader), kind, job.input, reading);
  for (const auto& path : job.further) {
    read_file(job.open(path), kind, path, reading);
  }
  return reading.finish();
}

}  // namespace

PrivateTrace read_private(const TrainJob& job, const Progress& progress) {
  AnyReader reader = job.open(job.input);
  const TraceKind kind = std::holds_alternative<std::unique_ptr<FlowReader>>(reader)
                             ? TraceKind::kFlows
                             : TraceKind::kPackets;
  if (job.accept) {
    job.accept(kind);
  }
  const bool in_pieces = !job.files.empty() && !job.site.ranks.alone();
  PrivateTrace trace =
      !in_pieces ? read_whole(job, std::move(reader), kind, progress)
      : kind == TraceKind::kFlows
          ? read_pieces(job, *std::get<std::unique_ptr<FlowReader>>(reader), progress)
          : read_pieces(job, progress);
  if (trace.rows() == 0 && !(job.may_be_empty && job.budget && trace.schema.window)) {
    refuse_empty(trace.info, trace.summary.skips, trace.schema);
  }
  return trace;
}

}  // namespace tracetwin
