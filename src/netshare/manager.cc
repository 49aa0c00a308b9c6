#include "netshare/manager.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tracetwin::netshare {
namespace {

namespace fs = std::filesystem;

/// True: chunks after the first start from the first one's networks.
constexpr std::array kManagers = {
    Word<bool>{"NetShareManager", true},
    Word<bool>{"DGModelManager", false},
};
/// True: trained by epochs.
constexpr std::array kModels = {
    Word<bool>{"DoppelGANgerTFModel", false},
    Word<bool>{"DoppelGANgerTorchModel", true},
};

void demand_privacy(const GridPoint& point, bool expected) {
  if (point.dp_noise_multiplier.has_value() != point.dp_l2_norm_clip.has_value()) {
    throw Error(fmt::format("model.config.{} is given without {}",
                            point.is_private() ? "dp_noise_multiplier" : "dp_l2_norm_clip",
                            point.is_private() ? "dp_l2_norm_clip" : "dp_noise_multiplier"),
                "Give both for private training, or neither.");
  }
  if (expected && !point.is_private()) {
    throw Error("global_config.dp is true, but nothing makes the training private",
                "Give model.config.dp_noise_multiplier and dp_l2_norm_clip, or set dp to false.");
  }
}

struct Conflict {
  bool (*applies)(const GridPoint& point);
  const char* what;
  const char* remedy;
};

constexpr Conflict kConflicts[] = {
    {[](const GridPoint& p) { return p.manager.pretrain_non_dp && p.manager.pretrain_dp; },
     "model_manager.config has both pretrain_non_dp and pretrain_dp", "Set one of them to false."},
    {[](const GridPoint& p) { return p.manager.pretrain_non_dp && p.is_private(); },
     "model_manager.config.pretrain_non_dp would train chunk 0 without the privacy that "
     "model.config.dp_noise_multiplier asks for",
     "Set pretrain_non_dp to false."},
    {[](const GridPoint& p) { return p.manager.pretrain_non_dp && !p.manager.reduce_time; },
     "model_manager.config.pretrain_non_dp is true, but pretrain_non_dp_reduce_time is missing",
     "4.0 is NetShare's usual value."},
    {[](const GridPoint& p) { return p.manager.pretrain_dp && !p.manager.pretrain_dir; },
     "model_manager.config.pretrain_dp is true, but pretrain_dir is missing",
     "Give the folder of a model that was trained on a public trace."},
    {[](const GridPoint& p) { return p.manager.pretrain_dp && !p.is_private(); },
     "model_manager.config.pretrain_dp is true, but nothing makes the training private",
     "Give model.config.dp_noise_multiplier and dp_l2_norm_clip."},
};

void demand_consistent(const GridPoint& point) {
  for (const Conflict& conflict : kConflicts) {
    if (conflict.applies(point)) {
      throw Error(conflict.what, conflict.remedy);
    }
  }
}

/// Whether a file was written by TensorFlow ("checkpoint", *.index, *.meta) or PyTorch (*.pt).
bool is_foreign(const fs::path& file) {
  const std::string extension = file.extension().string();
  return file.filename() == "checkpoint" || extension == ".index" || extension == ".meta" ||
         extension == ".pt" || extension == ".pth";
}

/// Our own folders may have a file "checkpoint", too, but beside weights.
bool holds_foreign(const fs::path& path) {
  if (!fs::is_directory(path) || fs::exists(path / "all.weights")) {
    return is_foreign(path);
  }
  const fs::directory_iterator entries(path);
  return std::any_of(begin(entries), end(entries),
                     [](const fs::directory_entry& entry) { return is_foreign(entry.path()); });
}

void find_pretrained(GridPoint& point, const Config& config, Notes& notes) {
  if (!point.manager.pretrain_dir) {
    return;
  }
  const Json text = point.manager.pretrain_dir->string();
  const Value value(text, "model_manager.config.pretrain_dir");
  point.manager.pretrain_dir = resolve(value, config.folder, notes);
  if (holds_foreign(*point.manager.pretrain_dir)) {
    value.refuse("a model of ours: TensorFlow's and PyTorch's checkpoints cannot be read",
                 "Train the public model again with \"tracetwin run\".");
  }
  if (!fs::is_directory(*point.manager.pretrain_dir)) {
    value.refuse("a folder that is there", "Train the public model first.");
  }
}

/// Upstream refuses this one, but every file that changes pretrain_non_dp of a preset has it.
void note_reduce_time(const GridPoint& point, const Config& config, Notes& notes) {
  const std::string key = "model_manager.config.pretrain_non_dp_reduce_time";
  const auto own = find_in(config.own, key);
  if (own && !own->is_null() && !point.manager.pretrain_non_dp) {
    notes.ignored(key, "pretrain_non_dp is false");
  }
}

void note_length(GridPoint& point, const GridContext& context, Notes& notes) {
  if (point.epochs && !context.by_epochs) {
    point.epochs.reset();
    notes.ignored("model.config.epochs", "DoppelGANgerTFModel counts by iteration");
  } else if (!point.epochs && context.by_epochs) {
    notes.remark("model.config.epochs", "missing, so iteration decides how long is trained");
  }
}

}  // namespace

bool pretrains_by_default(const Config& config) {
  const auto section = config.find("model_manager");
  if (!section || section->is_null()) {
    return false;
  }
  const auto name = config.first_given({"model_manager.class"});
  return !name || name->meaning(kManagers);
}

bool is_torch_class(const Config& config) {
  const auto name = config.first_given({"model.class"});
  return name && name->meaning(kModels);
}

void finish_point(GridPoint& point, const GridContext& context, Notes& notes) {
  demand_privacy(point, context.dp_expected);
  demand_consistent(point);
  find_pretrained(point, context.config, notes);
  note_reduce_time(point, context.config, notes);
  note_length(point, context, notes);
  const Json noise = point.dp_noise_multiplier ? Json(*point.dp_noise_multiplier) : Json();
  const bool pretrained = point.manager.pretrain_non_dp || point.manager.pretrain_dp;
  point.group = fmt::format("dp_noise_multiplier-{},dp-{},pretrain-{}", python_text(noise),
                            python_text(point.is_private()), python_text(pretrained));
}

}  // namespace tracetwin::netshare
