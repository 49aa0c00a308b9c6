// Captures: conversations are taken in order of their start, a block at a time; a block's packets
// are compiled in parallel, one random stream a conversation, and merged with those still waiting;
// packets before a block's first start can go out before it, since nothing earlier can follow.
#include "pipeline/generate.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/parallel.h"
#include "compile/compiler.h"
#include "encode/flow_rows.h"
#include "pipeline/chosen_rows.h"
#include "pipeline/conversation.h"
#include "pipeline/rows.h"

namespace tracetwin {
namespace {

constexpr std::size_t kConversations = 4096;  // of a block
constexpr std::size_t kPart = 64;             // of a block that one thread takes at once
static_assert(kRowsOfPart % kConversations == 0);

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

/// The packets of rows [begin, end).
PackedPackets block_of(const TwinModel& model, const GenerateJob& job, const ChosenRows& rows,
                       std::size_t begin, std::size_t end, const PackPacket& pack) {
  std::vector<std::vector<Packet>> parts((end - begin + kPart - 1) / kPart);
  parallel_blocks(parts.size(), job.threads, [&](std::size_t part) {
    const std::size_t first = begin + part * kPart;
    parts[part] = compile_rows(model, job, rows, first, std::min(end, first + kPart));
  });
  std::vector<Packet> packets;
  for (const auto& part : parts) {
    packets.insert(packets.end(), part.begin(), part.end());
  }
  return packed(packets, pack, job.threads);
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

void pack(const FlowBatch& batch, Packer& to) {
  to.put_list(batch.records);
  for (const TextColumn& column : batch.extras) {
    for (std::size_t row = 0; row < batch.records.size(); ++row) {
      to.put_text(column[row]);
    }
  }
}

FlowBatch unpack_batch(Unpacker& from, std::size_t columns) {
  FlowBatch batch;
  batch.records = from.get_list<FlowRecord>();
  batch.extras.resize(columns);
  for (TextColumn& column : batch.extras) {
    for (std::size_t row = 0; row < batch.records.size(); ++row) {
      column.append(from.get_text());
    }
  }
  return batch;
}

/// A part of a flow log on its way to the first process: records, or their text.
struct FlowPart {
  FlowBatch batch;
  std::string text;
  std::size_t records = 0;
};

FlowPart part_of(FlowBatch batch, std::size_t columns, const FlowSink& sink) {
  FlowPart part{std::move(batch), {}, 0};
  part.records = part.batch.records.size();
  if (sink.text) {
    part.text = sink.text(part.batch);
    part.batch = {};
    part.batch.extras.resize(columns);
  }
  return part;
}

void put(const FlowPart& part, const FlowSink& sink) {
  if (sink.text) {
    sink.write_text(part.text, part.records);
  } else {
    sink.write(part.batch);
  }
}

/// Hands the parts of all processes, each of which has those that are its own, to `sink` at the
/// first.
void send_parts(const work::Ranks& ranks, const std::vector<FlowPart>& parts, std::size_t columns,
                const FlowSink& sink) {
  if (ranks.alone()) {
    std::ranges::for_each(parts, [&](const FlowPart& part) { put(part, sink); });
    return;
  }
  Packer own;
  for (std::size_t i = ranks.rank(); !ranks.first() && i < parts.size(); i += ranks.size()) {
    own.put(std::uint64_t{parts[i].records});
    own.put_text(parts[i].text);
    pack(parts[i].batch, own);
  }
  const std::vector<std::string> made = ranks.gather(own.take());
  std::vector<Unpacker> from(made.begin(), made.end());
  for (std::size_t i = 0; ranks.first() && i < parts.size(); ++i) {
    if (ranks.mine(i)) {
      put(parts[i], sink);
      continue;
    }
    FlowPart part;
    Unpacker& other = from[i % ranks.size()];
    part.records = other.get<std::uint64_t>();
    part.text = other.get_text();
    part.batch = unpack_batch(other, columns);
    put(part, sink);
  }
}

/// The packets of parts `first` … of some rows, a part a process, at the first process; each part
/// in blocks.
using Blocks = std::vector<PackedPackets>;
std::vector<Blocks> gather_blocks(const work::Ranks& ranks, Blocks own) {
  std::vector<Blocks> all;
  if (ranks.alone()) {
    all.push_back(std::move(own));
    return all;
  }
  Packer packer;
  for (const auto& block : own) {
    packer.put_list(block.items);
    packer.put_text(block.bytes);
  }
  for (const std::string& made : ranks.gather(packer.take())) {
    all.emplace_back();
    for (Unpacker from(made); !from.at_end();) {
      PackedPackets& block = all.back().emplace_back();
      block.items = from.get_list<PackedPackets::Item>();
      block.bytes = from.get_text();
    }
  }
  return all;
}

}  // namespace

void generate_flows(const TwinModel& model, const GenerateJob& job, const Progress& progress,
                    const FlowSink& sink) {
  if (model.schema.kind != TraceKind::kFlows) {
    throw Error("the model is one of a capture, which has packets, not flow records",
                "Generate a capture, and turn it into a flow log with tracetwin convert.");
  }
  const std::size_t columns = extra_names(model.schema).size();
  std::uint64_t done = 0;
  choose_rows(model, job, progress, [&](const ChosenRows& chosen) {
    const std::span<const Row> rows(chosen.rows);
    std::vector<FlowPart> parts((rows.size() + kRowsOfPart - 1) / kRowsOfPart);
    parallel_blocks(parts.size(), job.threads, [&](std::size_t i) {
      const std::size_t begin = i * kRowsOfPart;
      const auto some = rows.subspan(begin, std::min(kRowsOfPart, rows.size() - begin));
      if (job.site.ranks.mine(i)) {
        parts[i] = part_of(records_of(model, job, some, done + begin), columns, sink);
      }
    });
    send_parts(job.site.ranks, parts, columns, sink);
    done += rows.size();
    if (progress) {
      progress({"writing", done, 0, "records"});
    }
  });
}

PacketSink whole_packets(std::function<void(const Packet&)> take) {
  static_assert(std::is_trivially_copyable_v<Packet>);
  return {[](const Packet& packet, std::string& bytes) {
            bytes.append(reinterpret_cast<const char*>(&packet), sizeof packet);
          },
          [take = std::move(take)](std::int64_t, std::string_view bytes) {
            Packet packet;
            std::memcpy(&packet, bytes.data(), sizeof packet);
            take(packet);
          }};
}

std::uint64_t generate_packets(const TwinModel& model, const GenerateJob& job,
                               const Progress& progress, const PacketSink& sink) {
  if (!model.packets) {
    throw Error("the model is one of a flow log, which has flow records, not packets",
                "Write a flow format, such as .csv or --format zeek.");
  }
  const work::Ranks& ranks = job.site.ranks;
  const std::size_t time = time_field(model.schema);
  std::uint64_t done = 0;
  PacketQueue waiting;
  choose_rows(model, job, progress, [&](const ChosenRows& chosen) {
    const std::size_t size = chosen.rows.size();
    for (std::size_t begin = 0; begin < size; begin += kRowsOfPart * ranks.size()) {
      Blocks own;
      const std::size_t own_begin = std::min(size, begin + ranks.rank() * kRowsOfPart);
      const std::size_t own_end = std::min(size, own_begin + kRowsOfPart);
      for (std::size_t row = own_begin; row < own_end; row += kConversations) {
        own.push_back(
            block_of(model, job, chosen, row, std::min(own_end, row + kConversations), sink.pack));
      }
      std::size_t row = begin;
      for (Blocks& blocks : gather_blocks(ranks, std::move(own))) {
        for (PackedPackets& block : blocks) {
          waiting.send_until(
              static_cast<std::int64_t>(static_cast<std::uint64_t>(chosen.rows[row][time])),
              sink.put);
          waiting.add(std::move(block));
          row += kConversations;
        }
      }
      if (progress) {
        progress({"writing", done + std::min(size, begin + kRowsOfPart * ranks.size()), 0,
                  "conversations"});
      }
    }
    done += size;
  });
  waiting.send_until(std::numeric_limits<std::int64_t>::max(), sink.put);
  return done;
}

}  // namespace tracetwin
