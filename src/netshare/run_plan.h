#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/doppelganger/options.h"

/// NetShare's configuration files, of all its generations, as one plan that we can execute.
/// docs/netshare_configs.md lists the keys and what becomes of each.
namespace tracetwin::netshare {

/// Generation of NetShare that a file was written for.
enum class Layout : std::uint8_t {
  kCameraReady,  ///< JSON dump of the Python dictionary of the paper's scripts
  kTensorFlow,   ///< fields implied by the type of data
  kSeed,         ///< input_adapters, learn, generate
  kMaster,       ///< PyTorch, field lists in pre_post_processor
};

enum class Source : std::uint8_t { kLocalFiles, kS3 };

/// What the input holds. A flow log or a capture may still come in either form of file: the file's
/// own first bytes decide how it is read, this decides which fields it has.
enum class Format : std::uint8_t { kPcap, kNetflow, kZeek, kCsv, kJsonLines };

/// A column made of the value that a dotted path of keys leads to, in each line of JSON.
struct JsonColumn {
  std::string name;
  std::string key;
};

struct Input {
  Source source = Source::kLocalFiles;
  Format format = Format::kCsv;
  std::filesystem::path file;       ///< empty: all files of `folder`, or of the bucket
  std::filesystem::path folder;     ///< with its sub-folders
  std::string extension;            ///< filter of the folder's files, such as ".csv"; empty = none
  std::string bucket;               ///< of kS3
  std::vector<JsonColumn> columns;  ///< of kJsonLines
};

enum class FieldType : std::uint8_t { kInteger, kFloat, kString, kIp };
enum class Encoding : std::uint8_t { kBit, kWord2vec, kCategorical, kContinuous };
enum class Normalization : std::uint8_t { kZeroOne, kMinusOneOne };

/// One member of `metadata` (`session_key`) or `timeseries`.
struct FieldSpec {
  std::vector<std::string> columns;  ///< one; several only of a continuous field, on one scale
  std::string name;                  ///< default: the first column
  std::vector<std::string> names;    ///< of the output's columns, one for each of `columns`
  FieldType type = FieldType::kFloat;
  Encoding encoding = Encoding::kContinuous;
  std::uint32_t n_bits = 0;  ///< of kBit, 1 to 64
  std::string group;         ///< of kWord2vec: fields of one group share a vocabulary
  Normalization normalization = Normalization::kZeroOne;
  bool log1p = false;                ///< log(1 + x) before scaling
  std::optional<double> min, max;    ///< public range; otherwise that of the data
  std::vector<std::string> choices;  ///< public list of categories; empty: those of the data
  std::string regex;                 ///< its first group is the value; empty: the whole cell
  bool truncate = false;             ///< keep the high n_bits of wider integers; else an error
  bool categorical_mapping = true;   ///< false: a report compares ranks, not values
  bool optional = false;             ///< left out where the input has no such column
};

enum class TimeEncoding : std::uint8_t { kInterarrival, kRaw };

struct Timestamp {
  std::string column;
  bool generation = false;  ///< the output has times
  TimeEncoding encoding = TimeEncoding::kInterarrival;
  Normalization normalization = Normalization::kZeroOne;
  std::string name;  ///< of the output's column
};

/// Ranges that the camera-ready's privacy script declares, so that no one has to be learned.
struct PublicTimes {
  std::optional<double> begin, end;                 ///< of the trace, in the column's unit
  std::optional<double> shortest_gap, longest_gap;  ///< between records of a flow, likewise
};

enum class ChunkBy : std::uint8_t { kFixedTime, kFixedSize };
enum class FlowTags : std::uint8_t { kNone, kV1, kV2 };

struct Word2vec {
  std::uint32_t vec_size = 10;
  std::filesystem::path pretrained;  ///< vectors as text; empty: learned from the trace
};

/// How the models of the chunks follow from each other ("model_manager").
struct Manager {
  std::optional<std::filesystem::path> pretrain_dir;
  bool skip_chunk0_train = false;
  bool pretrain_non_dp = false;             ///< chunk 0 first, the others from its networks on
  std::optional<double> reduce_time = 4.0;  ///< those others take iterations / reduce_time
  bool pretrain_dp = false;                 ///< private training of a public model
  std::uint64_t run = 0;                    ///< label of a repetition; varies our seed, too
};

/// Training and generation with one choice of the expanded keys.
struct GridPoint {
  std::string name;   ///< "sample_len-5": the expanded keys, joined by commas; unique with `group`
  std::string group;  ///< "dp_noise_multiplier-None,dp-False,pretrain-True"
  doppelganger::Options options;
  std::optional<std::uint64_t> epochs;  ///< passes over the data, instead of options.iterations
  bool self_norm = false;               ///< rescale the series of each sample
  bool adaptive_rolling = false;
  std::uint64_t extra_checkpoint_freq = 20'000;  ///< iterations between kept checkpoints
  std::uint64_t epoch_checkpoint_freq = 1'000;   ///< iterations between those of a restart
  /// Both or neither; neither means that there is no privacy.
  std::optional<double> dp_noise_multiplier, dp_l2_norm_clip;
  std::optional<std::uint64_t> num_real_samples;           ///< samples a chunk to generate
  std::optional<std::uint64_t> generate_num_train_sample;  ///< likewise, of tables
  std::optional<std::uint32_t> threads;                    ///< "num_cores"
  Manager manager;

  bool is_private() const { return dp_noise_multiplier.has_value(); }
};

enum class NoteKind : std::uint8_t {
  kIgnored,     ///< known, without effect, for a reason
  kTranslated,  ///< means something else with us
  kUnknown,
  kRemark,  ///< something that the user might not expect
};

/// What the user should be told about one key, in one line: "KEY: TEXT".
struct Note {
  NoteKind kind = NoteKind::kRemark;
  std::string key;  ///< "model.config.vis_freq"
  std::string text;
};

/// All that a configuration file asks for, with every default filled in.
struct RunPlan {
  Layout layout = Layout::kSeed;
  std::vector<std::string> files;  ///< that were merged: the user's first, presets by their names
  Input input;
  std::vector<FieldSpec> metadata;    ///< the flow's key
  std::vector<FieldSpec> timeseries;  ///< of each record
  std::optional<Timestamp> timestamp;
  PublicTimes public_times;
  std::uint32_t n_chunks = 10;
  ChunkBy chunk_by = ChunkBy::kFixedTime;
  FlowTags flow_tags = FlowTags::kV2;              ///< without effect on a single chunk
  std::optional<std::uint64_t> max_flow_len;       ///< empty: the longest of the data
  bool truncate_per_chunk = false;                 ///< drop records outside their chunk's time
  bool dropna = true;                              ///< leave rows with missing values out
  bool attributes_from_data = false;               ///< every row is a sample
  std::optional<std::uint64_t> num_train_samples;  ///< random choice of that many rows
  Word2vec word2vec;
  std::vector<GridPoint> points;  ///< at least one
  bool write_pcap = false;        ///< besides CSV, which is always written
  bool overwrite = false;
  std::optional<std::filesystem::path> work_folder;  ///< the program's argument wins
  std::uint64_t seed = 0;
  bool parallel = true;  ///< train chunks side by side
  std::vector<Note> notes;
};

}  // namespace tracetwin::netshare
