#include "pipeline/train_tokens.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_map>

#include "engine/autoregressive/records.h"
#include "engine/doppelganger/worker.h"
#include "pipeline/token_packets.h"
#include "pipeline/work_folder.h"
#include "tokens/choose.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;
using autoregressive::Job;
using autoregressive::Records;
using nlohmann::json;

constexpr std::size_t kTupleFields = 5;
constexpr unsigned kHalf = 64;

tokens::Columns columns_of(const PrivateTrace& trace, const TwinModel& model) {
  tokens::Columns columns{model.schema.fields, model.vocabularies, {}, model.window};
  for (std::size_t f = 0; f < trace.columns.size(); ++f) {
    const bool named = model.schema.fields[f].kind == FieldKind::kCategory;
    columns.keys.push_back(named ? model.vocabularies[f].encode(trace.columns[f]).all<Key>()
                                 : trace.columns[f].values.all<Key>());
  }
  return columns;
}

/// Records of one flow are held out together, or the same line would train and judge. Whole hosts
/// would be too much: how likely an unseen source is gets worse from the first pass on, while what
/// the sources do is still being learned (cloudserver: after 60 steps of 1,000).
std::uint64_t tuple_hash(std::span<const Key> keys) {
  std::uint64_t hash = 0;
  for (const Key key : keys.first(kTupleFields)) {
    hash =
        mix(mix(hash, static_cast<std::uint64_t>(key >> kHalf)), static_cast<std::uint64_t>(key));
  }
  return hash;
}

Records records_of(const tokens::Columns& columns, const tokens::Scheme& scheme) {
  const tokens::Tokenizer tokenizer(scheme, columns.fields);
  const std::size_t rows = columns.keys.front().size();
  Records records{tokenizer.width(), std::vector<std::uint16_t>(rows * tokenizer.width()), {}};
  std::unordered_map<std::uint64_t, std::uint32_t> groups;
  std::vector<Key> keys(columns.fields.size());
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t f = 0; f < keys.size(); ++f) {
      keys[f] = columns.keys[f][i];
    }
    tokenizer.encode(keys, std::span(records.tokens).subspan(i * records.width, records.width));
    const auto next = static_cast<std::uint32_t>(groups.size());
    records.groups.push_back(groups.try_emplace(tuple_hash(keys), next).first->second);
  }
  return records;
}

constexpr const char* kSamples = "tokens.bin";
constexpr const char* kPacketFolder = "packets";
constexpr std::array<std::string_view, 2> kLeft = {"checkpoint", "best.weights"};

/// What two jobs that are the same training have in common.
json identity(json job) {
  if (!job.is_object()) {
    return job;
  }
  for (const char* key : {"resume", "max_seconds", "folder", "device"}) {
    job.erase(key);
  }
  return job;
}

void tell(const json& line, const Progress& progress) {
  if (!progress || !line.contains("iteration")) {
    return;
  }
  const json judged = line.value("best", json());
  const std::string stage =
      judged.is_number()
          ? fmt::format("training ({:.3f} nats a record held out)", judged.get<double>())
          : std::string("training");
  progress({stage, line.value("iteration", std::uint64_t{0}),
            line.value("iterations", std::uint64_t{0}), "steps"});
}

/// One network's training in its folder.
struct Training {
  std::filesystem::path folder;
  autoregressive::Layout layout;
  autoregressive::Options options;
  double max_seconds = 0;
};

engine::Weights learn(const Records& records, const Training& training, const SeriesJob& job,
                      std::uint64_t seed, const Progress& progress) {
  Job worker;
  worker.folder = training.folder;
  worker.layout = training.layout;
  worker.options = training.options;
  worker.seed = seed;
  worker.max_seconds = training.max_seconds;
  worker.device = job.device;
  make_work_folder(worker.folder);
  write_records(records, new_samples(worker.folder, kSamples));
  worker.resume = settle_training({worker.folder, kSamples, kLeft}, job.resume,
                                  identity(to_json(worker)), identity);
  doppelganger::run_worker(worker.folder, to_json(worker),
                           [&](const json& line) { tell(line, progress); });
  return engine::read_weights(worker.folder / "best.weights");
}

/// A packet is given all that counts, so little of it is kept from the network.
constexpr double kPacketDropout = 0.03;

tokens::PacketNetwork learn_packets(const PrivateTrace& trace, const SeriesJob& job,
                                    std::uint64_t seed, const Progress& progress) {
  tokens::PacketNetwork network;
  network.scheme = choose_packet_scheme(trace);
  network.options = job.tokens;
  network.options.dropout = std::min(job.tokens.dropout, kPacketDropout);
  network.end_ns = end_of_packets(trace);
  network.packets = trace.steps.size();
  network.weights = learn(
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
  const tokens::Columns columns = columns_of(trace, model);
  result.scheme = tokens::choose_scheme(columns, {});
  result.options = job.tokens;
  result.records = trace.rows();
  make_work_folder(job.folder);
  remember_seed(job.folder, seed);
  result.weights =
      learn(records_of(columns, result.scheme),
            {job.folder, layout_of(result.scheme), job.tokens, job.max_seconds / (packets ? 2 : 1)},
            job, seed, progress);
  if (packets) {
    result.packets = learn_packets(trace, job, seed, progress);
  }
  return result;
}

}  // namespace tracetwin
