#include "pipeline/synthesize.h"

#include "base/atomic_file.h"
#include "pipeline/model_file.h"

namespace tracetwin {

SynthesizeResult synthesize(const SynthesizeJob& job, const Progress& progress) {
  SynthesizeResult result;
  check_output(job.output.path, job.output.force);
  const TwinModel model = train(job.train, progress, &result.trained);
  if (job.model) {
    save_model(model, *job.model, job.output.force);
  }
  result.written = write_twin(model, job.generate, job.output, progress);
  result.schema = model.schema;
  result.ledger = model.ledger;
  return result;
}

void save_model(const TwinModel& model, const std::filesystem::path& path, bool force) {
  const auto sink = open_output(path, force);
  write_model(model, *sink);
  sink->commit();
}

}  // namespace tracetwin
