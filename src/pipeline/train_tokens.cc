#include "pipeline/train_tokens.h"

#include <algorithm>
#include <span>

#include "engine/autoregressive/records.h"
#include "pipeline/learn_tokens.h"
#include "pipeline/token_columns.h"
#include "pipeline/token_packets.h"
#include "pipeline/work_folder.h"
#include "tokens/choose.h"

namespace tracetwin {
namespace {

using autoregressive::Records;

constexpr std::size_t kMostKept = 8192;  // values of a list of --rare keep, most frequent first

Records records_of(const tokens::Columns& columns, const tokens::Scheme& scheme) {
  const tokens::Tokenizer tokenizer(scheme, columns.fields);
  const std::size_t rows = columns.keys.front().size();
  Records records{tokenizer.width(), std::vector<std::uint16_t>(rows * tokenizer.width()),
                  token_groups(columns)};
  std::vector<Key> keys(columns.fields.size());
  for (std::size_t i = 0; i < rows; ++i) {
    take_keys(columns, i, keys);
    tokenizer.encode(keys, std::span(records.tokens).subspan(i * records.width, records.width));
  }
  return records;
}

/// Lists of values that one record has are as long as a network can have.
tokens::SchemeOptions scheme_options(const SeriesJob& job) {
  tokens::SchemeOptions options;
  if (job.keep_rare) {
    options.least = 1;
    options.most_listed = kMostKept;
  }
  return options;
}

constexpr const char* kPacketFolder = "packets";

/// A packet is given all that counts, so little of it is kept from the network.
constexpr double kPacketDropout = 0.03;

tokens::PacketNetwork learn_packets(const PrivateTrace& trace, const SeriesJob& job,
                                    std::uint64_t seed, const Progress& progress) {
  tokens::PacketNetwork network;
  network.scheme = choose_packet_scheme(trace, job.keep_rare);
  network.options = job.tokens;
  network.options.dropout = std::min(job.tokens.dropout, kPacketDropout);
  network.end_ns = end_of_packets(trace);
  network.packets = trace.steps.size();
  network.weights = learn_tokens(
      packet_records(trace, network.scheme),
      {job.folder / kPacketFolder, layout_of(network.scheme), network.options, job.max_seconds / 2},
      job, mix(seed, kPacketStream), progress);
  return network;
}

}  // namespace

tokens::TokenModel train_tokens(const PrivateTrace& trace, const TwinModel& model,
                                const SeriesJob& job, std::uint64_t seed,
                                const Progress& progress) {
  const bool packets = trace.schema.kind == TraceKind::kPackets;
  tokens::TokenModel result;
  const tokens::Columns columns = token_columns(trace, model);
  result.scheme = tokens::choose_scheme(columns, scheme_options(job));
  result.options = job.tokens;
  result.records = trace.rows();
  make_work_folder(job.folder);
  remember_seed(job.folder, seed);
  result.weights = learn_tokens(
      records_of(columns, result.scheme),
      {job.folder, layout_of(result.scheme), job.tokens, job.max_seconds / (packets ? 2 : 1)}, job,
      seed, progress);
  if (packets) {
    result.packets = learn_packets(trace, job, seed, progress);
  }
  return result;
}

}  // namespace tracetwin
