#include "pipeline/synthesize.h"

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "pipeline/model_file.h"
#include "trace/io/target.h"
#include "where/condition.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;

void refuse_one_file(const fs::path& model, const fs::path& other, const char* what) {
  if (fs::weakly_canonical(model) == fs::weakly_canonical(other)) {
    throw Error(fmt::format("{} is to be both the model and {}", model.string(), what),
                "Give two different files.");
  }
}

void refuse_own_input(const SynthesizeJob& job) {
  std::vector<fs::path> inputs = job.train.further;
  inputs.push_back(job.train.input);
  for (const fs::path& input : inputs) {
    if (!writes_in_place(job.output.path) && input != "-" &&
        fs::weakly_canonical(input) == fs::weakly_canonical(job.output.path)) {
      throw Error(fmt::format("{} is to be both the trace and its twin", input.string()),
                  "Give the twin a name of its own.");
    }
  }
}

void check_model_output(const SynthesizeJob& job) {
  if (!job.model) {
    return;
  }
  if (!writes_in_place(job.output.path)) {
    refuse_one_file(*job.model, job.output.path, "the twin");
    refuse_one_file(*job.model, summary_path(job.output.path), "the twin's summary");
  }
  if (*job.model == "-") {
    throw Error("a model cannot be written to standard output", "Name a file, such as flows.twin.");
  }
  check_target(*job.model, job.output.force);
}

}  // namespace

SynthesizeResult synthesize(const SynthesizeJob& job, const Progress& progress) {
  SynthesizeResult result;
  refuse_own_input(job);
  check_target(job.output.path, job.output.force);
  check_model_output(job);
  TrainJob train_job = job.train;
  train_job.accept = [&job](TraceKind kind) {
    check_twin_output(job.output, kind, job.train.declarations.events.has_value());
  };
  train_job.approve = [&job](const Schema& schema) {
    check_conditions(job.generate.selection.where, schema);
  };
  const TwinModel model = train(train_job, progress, &result.trained);
  job.train.site.ranks.barrier();  // all have seen that there is no output yet
  if (job.model && job.train.site.ranks.first()) {
    save_model(model, *job.model, job.output.force);
  }
  result.written = write_twin(model, job.generate, job.output, progress);
  result.schema = model.schema;
  result.ledger = model.ledger;
  result.unlearned = unlearned_fields(model);
  return result;
}

std::vector<std::string> unlearned_fields(const TwinModel& model) {
  std::vector<std::string> names;
  for (std::size_t f = 0; f < model.vocabularies.size(); ++f) {
    const Vocabulary& vocabulary = model.vocabularies[f];
    const Field& field = model.schema.fields[f];
    const bool one_value =
        field.kind == FieldKind::kCategory
            ? vocabulary.names() != std::vector<std::string>{std::string(kOtherCategory)}
            : vocabulary.codec().levels() > 1 && vocabulary.tokens().front().level == 0;
    if (vocabulary.cells() == 1 && !one_value && !field.fixed) {
      names.push_back(field.name);
    }
  }
  return names;
}

void save_model(const TwinModel& model, const std::filesystem::path& path, bool force) {
  const auto sink = open_target(path, force);
  write_model(model, *sink);
  sink->commit();
}

}  // namespace tracetwin
