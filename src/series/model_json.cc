#include "series/model_json.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "engine/doppelganger/job.h"
#include "engine/doppelganger/sampler.h"
#include "series/mix_json.h"

namespace tracetwin::series {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 4> kCodes = {"bits", "vector", "choice", "real"};
constexpr std::array<std::string_view, 4> kParts = {"whole", "first", "second", "second each"};
constexpr std::array<std::string_view, 2> kTags = {"always", "where it begins"};
constexpr std::array<std::string_view, 2> kTimes = {"gaps", "raw"};
constexpr std::uint32_t kMostBits = 128;

template <class Enum, std::size_t N>
Enum named(const std::array<std::string_view, N>& names, const json& object, const char* key) {
  const std::string text = object.at(key).get<std::string>();
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) {
      return static_cast<Enum>(i);
    }
  }
  throw Error(fmt::format("its series' \"{}\" is \"{}\", which is unknown", key, text));
}

template <class Enum, std::size_t N>
std::string_view name_of(const std::array<std::string_view, N>& names, Enum value) {
  return names[static_cast<std::size_t>(value)];
}

json coding_json(const Coding& coding) {
  json object = {{"name", coding.name},
                 {"field", coding.field},
                 {"part", name_of(kParts, coding.part)},
                 {"code", name_of(kCodes, coding.code)},
                 {"width", coding.width}};
  if (coding.code == Code::kVector) {
    object["embedding"] = coding.embedding;
  }
  if (coding.code == Code::kReal) {
    object.update({{"low", coding.low},
                   {"high", coding.high},
                   {"log", coding.log},
                   {"signed", coding.is_signed}});
  }
  return object;
}

Coding coding_from(const json& object) {
  Coding coding;
  coding.name = object.at("name").get<std::string>();
  coding.field = object.at("field").get<std::size_t>();
  coding.part = named<Part>(kParts, object, "part");
  coding.code = named<Code>(kCodes, object, "code");
  coding.width = object.at("width").get<std::uint32_t>();
  coding.embedding = object.value("embedding", std::uint32_t{0});
  coding.low = object.value("low", 0.0);
  coding.high = object.value("high", 1.0);
  coding.log = object.value("log", false);
  coding.is_signed = object.value("signed", false);
  return coding;
}

/// Whether decoding with it can go wrong.
bool is_sound(const Coding& coding, const Lexicon& lexicon) {
  if (coding.field >= lexicon.fields.size()) {
    return false;
  }
  switch (coding.code) {
    case Code::kBits:
      return coding.width >= 1 && coding.width <= kMostBits;
    case Code::kVector:
      return coding.embedding < lexicon.embeddings.size() &&
             coding.width == lexicon.embeddings[coding.embedding].dimensions();
    case Code::kChoice:
      return coding.width == lexicon.vocabularies[coding.field].cells();
    case Code::kReal:
      break;
  }
  return coding.width == 1 && std::isfinite(coding.low) && std::isfinite(coding.high) &&
         coding.low < coding.high;
}

json codings_json(const std::vector<Coding>& codings) {
  json list = json::array();
  for (const Coding& coding : codings) {
    list.push_back(coding_json(coding));
  }
  return list;
}

std::vector<Coding> codings_from(const json& list) {
  std::vector<Coding> codings;
  for (const json& object : list) {
    codings.push_back(coding_from(object));
  }
  return codings;
}

std::string embedding_blob(const Embedding& embedding) {
  engine::Weights weights;
  std::vector<float> values(embedding.values().begin(), embedding.values().end());
  const std::uint64_t count = values.size();
  weights.add({"values", {count}, std::move(values)});
  weights.add({"vectors", {count, embedding.dimensions()}, embedding.vectors()});
  return engine::bytes_of(weights);
}

Embedding embedding_from(const std::string& blob, const std::string& name) {
  const engine::Weights weights = engine::parse_weights(blob, name);
  const engine::Tensor& vectors = weights["vectors"];
  if (vectors.shape.size() != 2) {
    throw Error(fmt::format("{} has no table of points", name));
  }
  const std::vector<float>& stored = weights["values"].values;
  std::vector<Key> values;
  for (const float value : stored) {
    if (!(value >= 0 && value <= 65535)) {
      throw Error(fmt::format("{} has a value that is no port", name));
    }
    values.push_back(static_cast<std::uint64_t>(value));
  }
  return {static_cast<std::uint32_t>(vectors.shape[1]), std::move(values), vectors.values};
}

const std::string& blob_of(const Blobs& blobs, const std::string& name) {
  const auto found = blobs.find(name);
  if (found == blobs.end()) {
    throw Error(fmt::format("network {} is missing", name));
  }
  return found->second;
}

Chunk chunk_from(const json& object) {
  const Chunk chunk{
      object.at("begin_ns").get<std::int64_t>(), object.at("end_ns").get<std::int64_t>(),
      object.at("flows").get<std::uint64_t>(), object.at("records").get<std::uint64_t>()};
  if (!Window{chunk.begin_ns, chunk.end_ns}.is_possible() || chunk.records == 0) {
    throw Error("a chunk is empty, or no span from 1970 to 2262");
  }
  return chunk;
}

Scheme scheme_from(const json& object, const Blobs& blobs) {
  Scheme scheme;
  scheme.attributes = codings_from(object.at("attributes"));
  scheme.features = codings_from(object.at("features"));
  scheme.times = named<TimeCoding>(kTimes, object, "times");
  scheme.tags = named<Tags>(kTags, object, "tags");
  scheme.start = coding_from(object.at("start"));
  scheme.gap = coding_from(object.at("gap"));
  scheme.self_norm = object.at("self_norm").get<bool>();
  scheme.most_records = object.at("most_records").get<std::uint32_t>();
  for (const json& chunk : object.at("chunks")) {
    scheme.chunks.push_back(chunk_from(chunk));
  }
  for (std::size_t e = 0; e < object.at("embeddings").get<std::size_t>(); ++e) {
    const std::string name = fmt::format("embedding-{}", e);
    scheme.embeddings.push_back(embedding_from(blob_of(blobs, name), name));
  }
  return scheme;
}

void check(const Scheme& scheme, const Lexicon& lexicon) {
  std::vector<Coding> all = scheme.attributes;
  all.insert(all.end(), scheme.features.begin(), scheme.features.end());
  all.insert(all.end(), {scheme.start, scheme.gap});
  for (const Coding& coding : all) {
    if (!is_sound(coding, lexicon)) {
      throw Error(fmt::format("the coding of {} does not fit its field", coding.name));
    }
  }
  if (scheme.chunks.empty() || scheme.most_records == 0) {
    throw Error("its series have no chunk, or no record");
  }
}

json ranking_json(const std::vector<Ranked>& ranking) {
  json list = json::array();
  for (const Ranked& row : ranking) {
    list.push_back({{"name", row.name}, {"mean_rank", row.score}});
    for (const auto& [name, value] : row.by) {
      list.back()["by"][name] = value;
    }
  }
  return list;
}

std::vector<Ranked> ranking_from(const json& list) {
  std::vector<Ranked> ranking;
  for (const json& object : list) {
    Ranked row{object.at("name").get<std::string>(), object.at("mean_rank").get<double>(), {}};
    const json by = object.value("by", json::object());
    for (const auto& [name, value] : by.items()) {
      row.by.emplace_back(name, value.get<double>());
    }
    ranking.push_back(std::move(row));
  }
  return ranking;
}

}  // namespace

json to_json(const SeriesModel& model, Blobs& blobs) {
  const Scheme& scheme = model.scheme;
  json chunks = json::array();
  for (std::size_t c = 0; c < scheme.chunks.size(); ++c) {
    const Chunk& chunk = scheme.chunks[c];
    chunks.push_back({{"begin_ns", chunk.begin_ns},
                      {"end_ns", chunk.end_ns},
                      {"flows", chunk.flows},
                      {"records", chunk.records}});
    if (!model.chunk_rankings.empty()) {
      chunks.back()["ranking"] = ranking_json(model.chunk_rankings[c]);
    }
    if (!model.mixes.empty()) {
      chunks.back()["mix"] = to_json(model.mixes[c]);
    }
    blobs[fmt::format("chunk-{}", c)] = engine::bytes_of(model.chunks[c]);
  }
  for (std::size_t e = 0; e < scheme.embeddings.size(); ++e) {
    blobs[fmt::format("embedding-{}", e)] = embedding_blob(scheme.embeddings[e]);
  }
  return {{"attributes", codings_json(scheme.attributes)},
          {"features", codings_json(scheme.features)},
          {"times", name_of(kTimes, scheme.times)},
          {"tags", name_of(kTags, scheme.tags)},
          {"start", coding_json(scheme.start)},
          {"gap", coding_json(scheme.gap)},
          {"self_norm", scheme.self_norm},
          {"most_records", scheme.most_records},
          {"chunks", chunks},
          {"embeddings", scheme.embeddings.size()},
          {"options", doppelganger::to_json(model.options)},
          {"ranking", ranking_json(model.ranking)}};
}

SeriesModel series_model_from(const json& object, const Blobs& blobs, std::span<const Field> fields,
                              std::span<const Vocabulary> vocabularies) {
  SeriesModel model;
  model.scheme = scheme_from(object, blobs);
  model.options = doppelganger::parse_options(object.at("options"));
  model.ranking = ranking_from(object.at("ranking"));
  check(model.scheme, {fields, vocabularies, model.scheme.embeddings});
  for (const json& chunk : object.at("chunks")) {
    if (chunk.contains("ranking")) {
      model.chunk_rankings.push_back(ranking_from(chunk["ranking"]));
    }
    if (chunk.contains("mix")) {
      model.mixes.push_back(mix_from(chunk["mix"], fields));
    }
  }
  if (!model.mixes.empty() && model.mixes.size() != model.scheme.chunks.size()) {
    throw Error("one of its chunks has no mix");
  }
  for (std::size_t c = 0; c < model.scheme.chunks.size(); ++c) {
    const std::string name = fmt::format("chunk-{}", c);
    model.chunks.push_back(engine::parse_weights(blob_of(blobs, name), name));
    const doppelganger::Sampler sound(layout_of(model.scheme), model.options,
                                      model.scheme.most_records, model.chunks.back());
  }
  return model;
}

}  // namespace tracetwin::series
