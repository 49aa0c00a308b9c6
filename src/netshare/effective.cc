#include <nlohmann/json.hpp>

#include "netshare/model_keys.h"
#include "netshare/read_run.h"
#include "netshare/value.h"

namespace tracetwin::netshare {
namespace {

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json shown(const Input& input) {
  Json json = {{"source", word_for(kSources, input.source)},
               {"dataset_type", word_for(kFormats, input.format)}};
  const std::pair<const char*, std::string> texts[] = {{"file", input.file.string()},
                                                       {"folder", input.folder.string()},
                                                       {"file_extension", input.extension},
                                                       {"bucket_name", input.bucket}};
  for (const auto& [name, text] : texts) {
    if (!text.empty()) {
      json[name] = text;
    }
  }
  for (const JsonColumn& column : input.columns) {
    json["columns"].push_back({{"name", column.name}, {"key", column.key}});
  }
  return json;
}

void show_encoding(Json& json, const FieldSpec& field) {
  const std::string encoding(word_for(kEncodings, field.encoding));
  json["encoding"] = field.group.empty() ? encoding : encoding + "_" + field.group;
  if (field.encoding == Encoding::kBit) {
    json["n_bits"] = field.n_bits;
    json["truncate"] = field.truncate;
  }
  if (field.encoding == Encoding::kContinuous) {
    json["normalization"] = word_for(kNormalizations, field.normalization);
    json["log1p_norm"] = field.log1p;
    json["min_x"] = or_null(field.min);
    json["max_x"] = or_null(field.max);
  }
}

Json shown(const FieldSpec& field) {
  Json json = {{"columns", field.columns},
               {"name", field.name},
               {"names", field.names},
               {"type", word_for(kFieldTypes, field.type)}};
  show_encoding(json, field);
  if (!field.choices.empty()) {
    json["choices"] = field.choices;
  }
  if (!field.regex.empty()) {
    json["regex"] = field.regex;
  }
  if (!field.categorical_mapping) {
    json["categorical_mapping"] = false;
  }
  if (field.optional) {
    json["if_there"] = true;
  }
  return json;
}

Json shown(const std::vector<FieldSpec>& fields) {
  Json json = Json::array();
  for (const FieldSpec& field : fields) {
    json.push_back(shown(field));
  }
  return json;
}

Json shown(const std::optional<Timestamp>& timestamp) {
  if (!timestamp) {
    return {};
  }
  return {{"column", timestamp->column},
          {"generation", timestamp->generation},
          {"encoding", word_for(kTimeEncodings, timestamp->encoding)},
          {"normalization", word_for(kNormalizations, timestamp->normalization)},
          {"name", timestamp->name}};
}

Json shown(const PublicTimes& times) {
  return {{"begin", or_null(times.begin)},
          {"end", or_null(times.end)},
          {"shortest_gap", or_null(times.shortest_gap)},
          {"longest_gap", or_null(times.longest_gap)}};
}

Json global_config(const RunPlan& plan) {
  const Json folder = plan.work_folder ? Json(plan.work_folder->string()) : Json();
  return {{"work_folder", folder},     {"overwrite", plan.overwrite},
          {"seed", plan.seed},         {"parallel", plan.parallel},
          {"n_chunks", plan.n_chunks}, {"write_pcap", plan.write_pcap}};
}

Json learn(const RunPlan& plan) {
  const std::string pretrained = plan.word2vec.pretrained.string();
  return {{"session_key", shown(plan.metadata)},
          {"timeseries", shown(plan.timeseries)},
          {"timestamp", shown(plan.timestamp)},
          {"public_times", shown(plan.public_times)},
          {"df2chunks", word_for(kChunkings, plan.chunk_by)},
          {"split_name", word_for(kFlowTags, plan.flow_tags)},
          {"max_flow_len", or_null(plan.max_flow_len)},
          {"truncate", word_for(kTruncations, plan.truncate_per_chunk)},
          {"dropna", plan.dropna},
          {"attributes_from_data", plan.attributes_from_data},
          {"num_train_samples", or_null(plan.num_train_samples)},
          {"word2vec",
           {{"vec_size", plan.word2vec.vec_size},
            {"pretrain_model_path", pretrained.empty() ? Json() : Json(pretrained)}}}};
}

Json grid(const RunPlan& plan) {
  Json points = Json::array();
  for (const GridPoint& point : plan.points) {
    Json json = {{"name", point.name}, {"group", point.group}};
    for (const GridKey& key : grid_keys()) {
      json[std::string(key.name)] = key.show(point);
    }
    points.push_back(std::move(json));
  }
  return points;
}

Json notes(const RunPlan& plan) {
  Json list = Json::array();
  for (const Note& note : plan.notes) {
    list.push_back(
        {{"kind", word_for(kNoteKinds, note.kind)}, {"key", note.key}, {"text", note.text}});
  }
  return list;
}

}  // namespace

Json effective(const RunPlan& plan) {
  return {{"layout", word_for(kLayouts, plan.layout)},
          {"files", plan.files},
          {"input", shown(plan.input)},
          {"global_config", global_config(plan)},
          {"learn", learn(plan)},
          {"grid", grid(plan)},
          {"notes", notes(plan)}};
}

}  // namespace tracetwin::netshare
