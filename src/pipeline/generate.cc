// Captures: conversations are taken in order of their start, a block at a time; a block's packets
// are compiled in parallel, one random stream a conversation, and merged with those still waiting;
// packets before a block's first start can go out before it, since nothing earlier can follow.
#include "pipeline/generate.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
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

constexpr std::size_t kSlice = 32;  // conversations of a part that one thread takes at once

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

/// The packets of the conversations of rows [begin, end).
PackedPackets packets_of(const TwinModel& model, const GenerateJob& job, const ChosenRows& rows,
                         std::size_t begin, std::size_t end, const PackPacket& pack) {
  std::vector<std::vector<Packet>> slices((end - begin + kSlice - 1) / kSlice);
  parallel_blocks(slices.size(), job.threads, [&](std::size_t slice) {
    const std::size_t first = begin + slice * kSlice;
    slices[slice] = compile_rows(model, job, rows, first, std::min(end, first + kSlice));
  });
  std::vector<Packet> packets;
  packets.reserve(std::accumulate(
      slices.begin(), slices.end(), std::size_t{0},
      [](std::size_t sum, const std::vector<Packet>& slice) { return sum + slice.size(); }));
  for (const auto& slice : slices) {
    packets.insert(packets.end(), slice.begin(), slice.end());
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

/// A part of a flow log on its way to the first process: records, or their text.
struct FlowPart {
  FlowBatch batch;
  std::string text;
  std::size_t records = 0;
};

FlowPart part_of(FlowBatch batch, const FlowSink& sink) {
  const std::size_t records = batch.records.size();
  return sink.text ? FlowPart{{}, sink.text(batch), records}
                   : FlowPart{std::move(batch), {}, records};
}

void put(const FlowPart& part, const FlowSink& sink) {
  if (sink.text) {
    sink.write_text(part.text, part.records);
  } else {
    sink.write(part.batch);
  }
}

/// A part between processes: what is long as it lies, and the rest.
struct Sent {
  std::string rest;
  std::string bytes;
};

Sent sent(FlowPart&& part) {
  Packer rest;
  rest.put(std::uint64_t{part.records});
  rest.put_list(part.batch.records);
  rest.put(std::uint64_t{part.batch.extras.size()});
  for (const TextColumn& column : part.batch.extras) {
    for (std::size_t row = 0; row < part.batch.records.size(); ++row) {
      rest.put_text(column[row]);
    }
  }
  return {rest.take(), std::move(part.text)};
}

void receive(Sent&& sent, FlowPart& part) {
  Unpacker rest(sent.rest);
  part.records = rest.get<std::uint64_t>();
  part.batch.records = rest.get_list<FlowRecord>();
  part.batch.extras.resize(rest.get<std::uint64_t>());
  for (TextColumn& column : part.batch.extras) {
    for (std::size_t row = 0; row < part.batch.records.size(); ++row) {
      column.append(rest.get_text());
    }
  }
  part.text = std::move(sent.bytes);
}

Sent sent(PackedPackets&& part) {
  Packer rest;
  rest.put_list(part.items);
  return {rest.take(), std::move(part.bytes)};
}

void receive(Sent&& sent, PackedPackets& part) {
  part.items = Unpacker(sent.rest).get_list<PackedPackets::Item>();
  part.bytes = std::move(sent.bytes);
}

/// Brings the parts that other processes made to the first one.
template <class Part>
void gather_parts(const work::Ranks& ranks, TraceKind kind, std::vector<Part>& parts) {
  std::vector<std::string> own;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!ranks.first() && maker_of(i, kind, ranks.size()) == ranks.rank()) {
      Sent part = sent(std::move(parts[i]));
      own.push_back(std::move(part.rest));
      own.push_back(std::move(part.bytes));
    }
  }
  auto made = ranks.gather(std::move(own));
  std::vector<std::size_t> next(made.size());
  for (std::size_t i = 0; ranks.first() && i < parts.size(); ++i) {
    if (const std::size_t maker = maker_of(i, kind, ranks.size()); maker > 0) {
      std::string& rest = made[maker].at(next[maker]++);
      receive({std::move(rest), std::move(made[maker].at(next[maker]++))}, parts[i]);
    }
  }
}

}  // namespace

void generate_flows(const TwinModel& model, const GenerateJob& job, const Progress& progress,
                    const FlowSink& sink) {
  if (model.schema.kind != TraceKind::kFlows) {
    throw Error("the model is one of a capture, which has packets, not flow records",
                "Generate a capture, and turn it into a flow log with tracetwin convert.");
  }
  const work::Ranks& ranks = job.site.ranks;
  std::uint64_t done = 0;
  choose_rows(model, job, progress, [&](const ChosenRows& chosen) {
    const std::span<const Row> rows(chosen.rows);
    std::vector<FlowPart> parts((rows.size() + kRowsOfPart - 1) / kRowsOfPart);
    parallel_blocks(parts.size(), job.threads, [&](std::size_t i) {
      if (maker_of(i, TraceKind::kFlows, ranks.size()) == ranks.rank()) {
        const std::size_t begin = i * kRowsOfPart;
        const auto some = rows.subspan(begin, std::min(kRowsOfPart, rows.size() - begin));
        parts[i] = part_of(records_of(model, job, some, done + begin), sink);
      }
    });
    gather_parts(ranks, TraceKind::kFlows, parts);
    for (std::size_t i = 0; ranks.first() && i < parts.size(); ++i) {
      put(parts[i], sink);
    }
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
  const std::size_t round = parts_of_round(ranks.size());
  std::uint64_t done = 0;
  PacketQueue waiting;
  choose_rows(model, job, progress, [&](const ChosenRows& chosen) {
    const std::size_t size = chosen.rows.size();
    for (std::size_t begin = 0; begin < size; begin += round * kRowsOfPart) {
      const std::size_t end = std::min(size, begin + round * kRowsOfPart);
      std::vector<PackedPackets> parts((end - begin + kRowsOfPart - 1) / kRowsOfPart);
      for (std::size_t i = 0; i < parts.size(); ++i) {
        if (maker_of(i, TraceKind::kPackets, ranks.size()) == ranks.rank()) {
          const std::size_t row = begin + i * kRowsOfPart;
          parts[i] =
              packets_of(model, job, chosen, row, std::min(end, row + kRowsOfPart), sink.pack);
        }
      }
      gather_parts(ranks, TraceKind::kPackets, parts);
      for (std::size_t i = 0; ranks.first() && i < parts.size(); ++i) {
        const Key from = chosen.rows[begin + i * kRowsOfPart][time];
        waiting.send_until(static_cast<std::int64_t>(static_cast<std::uint64_t>(from)), sink.put);
        waiting.add(std::move(parts[i]));
      }
      if (progress) {
        progress({"writing", done + end, 0, "conversations"});
      }
    }
    done += size;
  });
  waiting.send_until(std::numeric_limits<std::int64_t>::max(), sink.put);
  return done;
}

}  // namespace tracetwin
