// Captures: conversations are taken in order of their start, a block at a time; a block's packets
// are compiled in parallel, one random stream a conversation, and merged with those still waiting;
// packets before a block's first start can go out before it, since nothing earlier can follow.
#include "pipeline/generate.h"

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"
#include "compile/compiler.h"
#include "encode/flow_rows.h"
#include "pipeline/chosen_rows.h"
#include "pipeline/conversation.h"
#include "pipeline/rows.h"

namespace tracetwin {
namespace {

constexpr std::size_t kBatch = 8192;
constexpr std::size_t kConversations = 4096;  // of a block
constexpr std::size_t kPart = 64;             // of a block that one thread takes at once

bool earlier(const Packet& a, const Packet& b) {
  return a.time_ns < b.time_ns;
}

std::vector<Packet> compile_rows(const TwinModel& model, const GenerateJob& job,
                                 const ChosenRows& chosen, std::size_t begin, std::size_t end) {
  std::vector<Packet> packets;
  for (std::size_t row = begin; row < end; ++row) {
    if (chosen.plans.empty()) {
      compile_row(model, chosen.rows[row], chosen.window.end, job.seed, chosen.streams[row],
                  packets);
    } else {
      Random random(job.seed, mix(kCompileStream, chosen.streams[row]));
      compile(chosen.plans[row], random, packets);
    }
  }
  return packets;
}

/// Appends the packets of rows [begin, end) to `waiting` and keeps it sorted by time.
void add_block(const TwinModel& model, const GenerateJob& job, const ChosenRows& rows,
               std::size_t begin, std::size_t end, std::vector<Packet>& waiting) {
  std::vector<std::vector<Packet>> parts((end - begin + kPart - 1) / kPart);
  parallel_blocks(parts.size(), job.threads, [&](std::size_t part) {
    const std::size_t first = begin + part * kPart;
    parts[part] = compile_rows(model, job, rows, first, std::min(end, first + kPart));
  });
  const auto old_size = static_cast<std::ptrdiff_t>(waiting.size());
  for (const auto& part : parts) {
    waiting.insert(waiting.end(), part.begin(), part.end());
  }
  const auto middle = waiting.begin() + old_size;
  std::stable_sort(middle, waiting.end(), earlier);
  std::inplace_merge(waiting.begin(), middle, waiting.end(), earlier);
}

/// Records of rows [begin, end), which are numbers `first` … of the twin.
FlowBatch records_of(const TwinModel& model, const GenerateJob& job, std::span<const Row> rows,
                     std::uint64_t first) {
  FlowBatch batch;
  batch.extras.resize(extra_names(model.schema).size());
  Random random(job.seed, mix(kCompileStream, first));
  for (const Row& row : rows) {
    append_record(model.schema, row, model.vocabularies, random, batch);
  }
  return batch;
}

}  // namespace

void generate_flows(const TwinModel& model, const GenerateJob& job, const Progress& progress,
                    const std::function<void(const FlowBatch&)>& sink) {
  if (model.schema.kind != TraceKind::kFlows) {
    throw Error("the model is one of a capture, which has packets, not flow records",
                "Generate a capture, and turn it into a flow log with tracetwin convert.");
  }
  std::uint64_t done = 0;
  choose_rows(model, job, progress, [&](const ChosenRows& chosen) {
    const std::span<const Row> rows(chosen.rows);
    std::vector<FlowBatch> batches((rows.size() + kBatch - 1) / kBatch);
    parallel_blocks(batches.size(), job.threads, [&](std::size_t i) {
      const std::size_t begin = i * kBatch;
      const auto some = rows.subspan(begin, std::min(kBatch, rows.size() - begin));
      batches[i] = records_of(model, job, some, done + begin);
    });
    for (const FlowBatch& batch : batches) {
      sink(batch);
    }
    done += rows.size();
    if (progress) {
      progress({"writing", done, 0, "records"});
    }
  });
}

std::uint64_t generate_packets(const TwinModel& model, const GenerateJob& job,
                               const Progress& progress,
                               const std::function<void(const Packet&)>& sink) {
  if (!model.packets) {
    throw Error("the model is one of a flow log, which has flow records, not packets",
                "Write a flow format, such as .csv or --format zeek.");
  }
  const std::size_t time = time_field(model.schema);
  std::uint64_t done = 0;
  std::vector<Packet> waiting;
  const auto send_until = [&](std::int64_t horizon) {
    const auto ready = std::lower_bound(
        waiting.begin(), waiting.end(), horizon,
        [](const Packet& packet, std::int64_t limit) { return packet.time_ns < limit; });
    std::for_each(waiting.begin(), ready, sink);
    waiting.erase(waiting.begin(), ready);
  };
  choose_rows(model, job, progress, [&](const ChosenRows& chosen) {
    const std::size_t size = chosen.rows.size();
    for (std::size_t begin = 0; begin < size; begin += kConversations) {
      send_until(static_cast<std::int64_t>(static_cast<std::uint64_t>(chosen.rows[begin][time])));
      const std::size_t end = std::min(size, begin + kConversations);
      add_block(model, job, chosen, begin, end, waiting);
      if (progress) {
        progress({"writing", done + end, 0, "conversations"});
      }
    }
    done += size;
  });
  send_until(std::numeric_limits<std::int64_t>::max());
  return done;
}

}  // namespace tracetwin
