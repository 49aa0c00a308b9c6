#include "netshare/read_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "netshare/camera_ready.h"
#include "netshare/config.h"
#include "netshare/grid.h"
#include "netshare/keys.h"
#include "netshare/manager.h"
#include "netshare/presets.h"
#include "netshare/sections.h"

// The order of reading: merge the files; bring a dump of the scripts into sections; note the keys;
// everything outside the grid that does not depend on it; the grid; the schema, whose implied
// fields depend on privacy.
namespace tracetwin::netshare {
namespace {

bool has_section(const Json& json, std::string_view path) {
  const auto found = find_in(json, path);
  return found && !found->is_null();
}

Layout layout_of(const Config& config) {
  for (const char* section : {"input_adapters", "output_adapters", "learn", "generate"}) {
    if (has_section(config.own, section)) {
      return Layout::kSeed;
    }
  }
  const bool listed = has_section(config.own, "pre_post_processor.config.metadata");
  const bool is_master = listed || is_torch_class(config);
  return has_section(config.own, "pre_post_processor") && is_master ? Layout::kMaster
                                                                    : Layout::kTensorFlow;
}

/// The configurations whose grids are joined: more than one only of a dump of the scripts. What is
/// outside the grid is the same in all.
std::vector<Config> configurations(const Config& config, Notes& notes) {
  if (!is_camera_ready(config.merged)) {
    return {config};
  }
  constexpr int kVectorSize = 32;  // the scripts' default is another than that of later generations
  std::vector<Config> runs;
  for (Json& run : from_camera_ready(config.merged, notes)) {
    runs.push_back({run, run, config.files, config.folder});
    runs.back().own.erase("public_times");
    runs.back().merged["camera_ready"] = true;
    runs.back().merged["generate"]["word2vec_vecSize"] = kVectorSize;
  }
  return runs;
}

/// The model keys of the preset that is nearest to the data.
Json default_model(const RunPlan& plan) {
  const std::string_view capture_or_flows =
      plan.input.format == Format::kPcap ? "pcap.json" : "netflow.json";
  const auto text =
      preset_text(plan.attributes_from_data ? "dg_table_row_per_sample.json" : capture_or_flows);
  return Json::parse(*text).at("model").at("config");
}

/// Numbers those of equal names: objects of one test_config may have equal points.
void make_names_unique(std::vector<GridPoint>& points) {
  std::set<std::pair<std::string, std::string>> names;
  for (std::size_t p = 0; p < points.size(); ++p) {
    if (!names.insert({points[p].group, points[p].name}).second) {
      points[p].name += fmt::format(",point-{}", p + 1);
    }
  }
}

void read_points(RunPlan& plan, const std::vector<Config>& runs, Notes& notes) {
  const Json defaults = default_model(plan);
  for (const Config& run : runs) {
    const auto dp = run.first_given({"global_config.dp"});
    const GridContext context{run, defaults, is_torch_class(run), dp && dp->flag()};
    const auto points = grid_points(context, notes);
    plan.points.insert(plan.points.end(), points.begin(), points.end());
  }
  make_names_unique(plan.points);
}

/// Without vectors that are public, private training would rest on those of the trace.
void demand_public_words(const RunPlan& plan, const Config& config) {
  const bool is_private = std::any_of(plan.points.begin(), plan.points.end(),
                                      [](const GridPoint& point) { return point.is_private(); });
  const auto path = config.first_given({"pre_post_processor.config.word2vec.pretrain_model_path",
                                        "learn.word2vec.pretrain_model_path"});
  if (is_private && path && plan.word2vec.pretrained.empty()) {
    path->refuse("vectors as text (.txt, .csv, .vec): a gensim model cannot be read",
                 "Without it the private run would take vectors of the private trace.");
  }
}

RunPlan plan_of(const Config& config, Notes& notes) {
  RunPlan plan;
  plan.files = config.files;
  const bool is_dump = is_camera_ready(config.merged);
  std::vector<Config> runs = configurations(config, notes);
  plan.layout = is_dump ? Layout::kCameraReady : layout_of(config);
  if (is_dump) {
    for (const Config& run : runs) {
      note_keys(run.own, notes);
    }
  } else {
    note_keys(config.own, notes);
  }
  for (Config& run : runs) {
    settle_single_values(run.merged, notes);
  }
  plan.input = read_input(runs.front(), notes);
  read_globals(plan, runs.front(), notes);
  read_learning(plan, runs.front(), notes);
  read_points(plan, runs, notes);
  read_schema(plan, runs.front(), notes);
  demand_public_words(plan, runs.front());
  plan.notes = notes.take();
  return plan;
}

}  // namespace

RunPlan read_run(const std::filesystem::path& path) {
  Notes notes;
  const Config config = load_config(path, notes);
  try {
    return plan_of(config, notes);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", path.string(), error.what()), error.remedy(),
                error.exit_code());
  }
}

}  // namespace tracetwin::netshare
