#include <fmt/format.h>

#include <algorithm>

#include "netshare/sections.h"

namespace tracetwin::netshare {
namespace {

constexpr std::uint64_t kMostChunks = 100'000;
constexpr std::uint64_t kMost = INT64_MAX;

std::optional<Value> in_learning(const Config& config, const std::string& key) {
  return config.first({"pre_post_processor.config." + key, "learn." + key});
}

/// The value of a key of either section, unless it is null.
std::optional<Value> given_in_learning(const Config& config, const std::string& key) {
  const auto found = in_learning(config, key);
  return found && !found->is_null() ? found : std::nullopt;
}

/// "pre_post_processor.config" where there is one, else "learn".
std::string learning_section(const Config& config) {
  const auto section = config.find("pre_post_processor.config");
  return section && !section->is_null() ? "pre_post_processor.config" : "learn";
}

void read_chunks(RunPlan& plan, const Config& config) {
  const auto count = config.first_given({"global_config.n_chunks"});
  plan.n_chunks = plan.attributes_from_data ? 1 : plan.n_chunks;
  if (count) {
    plan.n_chunks = static_cast<std::uint32_t>(count->whole(1, kMostChunks));
  }
  if (const auto split =
          config.first({"pre_post_processor.config.df2chunks", "global_config.df2chunks",
                        "learn.df2chunks", "input_adapters.chunk_split_type"});
      split && !split->is_null()) {
    plan.chunk_by = split->meaning(kChunkings);
  }
  if (const auto tags = in_learning(config, "split_name")) {
    plan.flow_tags = tags->is_null() ? FlowTags::kNone : tags->meaning(kFlowTags);
  }
}

void read_truncation(RunPlan& plan, const Config& config) {
  plan.truncate_per_chunk = plan.layout == Layout::kTensorFlow || plan.layout == Layout::kMaster;
  if (const auto value = config.first(
          {"global_config.truncate", "pre_post_processor.config.truncate", "learn.truncate"})) {
    plan.truncate_per_chunk = !value->is_null() && value->meaning(kTruncations);
  }
}

void read_row_choice(RunPlan& plan, const Config& config, Notes& notes) {
  const auto cap = given_in_learning(config, "num_train_samples");
  if (cap && plan.attributes_from_data) {
    plan.num_train_samples = cap->whole(1, kMost);
  } else if (cap) {
    notes.ignored(cap->path(), "it has an effect only where every row is a sample");
  }
  if (const auto drop = given_in_learning(config, "dropna")) {
    plan.dropna = drop->flag();
  }
}

/// Vectors as text are ours; a model of gensim's is a Python pickle.
bool is_vector_text(const std::filesystem::path& path) {
  constexpr std::string_view kTexts[] = {".txt", ".csv", ".vec"};
  return std::find(std::begin(kTexts), std::end(kTexts), path.extension().string()) !=
         std::end(kTexts);
}

void read_pretrained_words(RunPlan& plan, const Value& path, const Config& config, Notes& notes) {
  if (is_vector_text(path.text())) {
    plan.word2vec.pretrained = resolve(path, config.folder, notes);
  } else {
    notes.ignored(path.path(),
                  "a gensim model cannot be read, vectors come from the trace; "
                  "a .txt, .csv or .vec file with a word and its numbers in each line can");
  }
}

void read_word2vec(RunPlan& plan, const Config& config, Notes& notes) {
  const std::string section = learning_section(config) + ".word2vec";
  if (const auto size = config.first_given(
          {section + ".vec_size", "global_config.word2vec_vecSize", "generate.word2vec_vecSize"})) {
    constexpr std::uint64_t kWidest = 10'000;
    plan.word2vec.vec_size = static_cast<std::uint32_t>(size->whole(1, kWidest));
  }
  if (const auto path = config.first_given({section + ".pretrain_model_path"})) {
    read_pretrained_words(plan, *path, config, notes);
  }
}

bool is_row_per_sample(const Config& config) {
  if (const auto given = given_in_learning(config, "attributes_from_data")) {
    return given->flag();
  }
  const auto name = config.first_given({"pre_post_processor.class"});
  return name && name->text() == "DGRowPerSamplePrePostProcessor";
}

bool writes_pcap(const Config& config, Format format) {
  const auto type = config.first_given({"output_adapters.format_denormalizer.dataset_type",
                                        "output_adapters.format_denormalizer.type"});
  if (type && type->meaning(kOutputs) && format != Format::kPcap) {
    type->refuse("csv, since the input is no capture");
  }
  return format == Format::kPcap;
}

}  // namespace

void read_globals(RunPlan& plan, const Config& config, Notes&) {
  if (const auto value = config.first_given({"global_config.overwrite"})) {
    plan.overwrite = value->flag();
  }
  if (const auto value = config.first_given({"global_config.work_folder"})) {
    plan.work_folder = value->text();
  }
  if (const auto value = config.first_given({"global_config.ray_enabled"})) {
    plan.parallel = value->flag();
  }
  if (const auto value = config.first_given({"global_config.seed"})) {
    plan.seed = value->whole(0, kMost);
  }
  plan.write_pcap = writes_pcap(config, plan.input.format);
}

void read_learning(RunPlan& plan, const Config& config, Notes& notes) {
  plan.attributes_from_data = is_row_per_sample(config);
  read_chunks(plan, config);
  read_truncation(plan, config);
  read_row_choice(plan, config, notes);
  if (const auto length = config.first_given({learning_section(config) + ".max_flow_len"})) {
    plan.max_flow_len = length->whole(1, kMost);
  }
  read_word2vec(plan, config, notes);
}

}  // namespace tracetwin::netshare
