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

/// A packet is given all that counts, so little of it is kept from the network; conversations are
/// few beside their packets, so more of them is.
constexpr double kMostOfPackets = 0.03;
constexpr double kLeastOfConversations = 0.15;

autoregressive::Options options_for(const SeriesJob& job, bool conversations) {
  autoregressive::Options options = job.tokens;
  if (conversations) {
    options.dropout = std::max(options.dropout, kLeastOfConversations);
  }
  return options;
}

/// The scheme of another window in this one.
tokens::Scheme moved(const TwinModel& from, const Window& window) {
  tokens::Scheme scheme = from.tokens.value().scheme;
  for (tokens::Coding& coding : scheme.codings) {
    if (coding.code == tokens::Code::kTime) {
      for (double& edge : coding.edges) {
        edge = moved_into(from, window, edge);
      }
      coding.edges.front() = static_cast<double>(window.begin);
      coding.edges.back() =
          std::max(static_cast<double>(window.end), coding.edges.front() + tokens::kLeastSpan);
    }
  }
  return scheme;
}

const tokens::PacketNetwork* packets_of(const TwinModel* model) {
  return model != nullptr && model->tokens && model->tokens->packets ? &*model->tokens->packets
                                                                     : nullptr;
}

tokens::PacketNetwork learn_packets(const PrivateTrace& trace, const TokenJob& asked,
                                    const Progress& progress) {
  const SeriesJob& job = asked.series;
  const tokens::PacketNetwork* before = packets_of(asked.previous);
  tokens::PacketNetwork network;
  network.scheme = before != nullptr ? before->scheme : choose_packet_scheme(trace, job.keep_rare);
  network.options = job.tokens;
  network.options.dropout = std::min(job.tokens.dropout, kMostOfPackets);
  network.end_ns = end_of_packets(trace);
  network.packets = trace.steps.size();
  network.weights =
      learn_tokens(packet_records(trace, network.scheme),
                   {job.folder / kPacketFolder, layout_of(network.scheme), network.options,
                    job.max_seconds / 2, before != nullptr ? &before->weights : nullptr},
                   job, mix(asked.seed, kPacketStream), progress);
  return network;
}

}  // namespace

tokens::TokenModel train_tokens(const PrivateTrace& trace, const TwinModel& model,
                                const TokenJob& asked, const Progress& progress) {
  const SeriesJob& job = asked.series;
  const bool packets = trace.schema.kind == TraceKind::kPackets;
  tokens::TokenModel result;
  const tokens::Columns columns = token_columns(trace, model);
  result.scheme = asked.previous != nullptr ? moved(*asked.previous, model.window)
                                            : tokens::choose_scheme(columns, scheme_options(job));
  result.options = options_for(job, packets);
  result.records = trace.rows();
  make_work_folder(job.folder);
  remember_seed(job.folder, asked.seed);
  result.weights = learn_tokens(
      records_of(columns, result.scheme),
      {job.folder, layout_of(result.scheme), result.options, job.max_seconds / (packets ? 2 : 1),
       asked.previous != nullptr ? &asked.previous->tokens->weights : nullptr},
      job, asked.seed, progress);
  if (packets) {
    result.packets = learn_packets(trace, asked, progress);
  }
  return result;
}

}  // namespace tracetwin
