// A model file is refused with an Error, or records can be generated from it.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "encode/conversations.h"
#include "model_fuzz.h"
#include "pipeline/generate.h"
#include "pipeline/rows.h"

namespace tracetwin::fuzz {
namespace {

/// Of a capture only what conversations are, since a single one may have 100,000 packets.
void generate_some(const TwinModel& model) {
  GenerateJob job;
  job.count = 4;
  job.threads = 1;
  if (model.schema.kind == TraceKind::kFlows) {
    generate_flows(model, job, {}, {[](const FlowBatch&) {}, {}, {}});
    return;
  }
  Random random(1);
  for (const auto& row : generate_rows(model, job, {})) {
    outline_of(row, random);
  }
}

void check_file(std::string_view bytes) {
  try {
    const TwinModel model =
        read_model(Buffered(memory_source(std::as_bytes(std::span(bytes)))), "model");
    manifest_of(model);
    generate_some(model);
  } catch (const Error&) {
  }
}

void check_manifest(std::string_view manifest, Members members) {
  members["manifest.json"] = manifest;
  check_file(pack(members));
}

}  // namespace
}  // namespace tracetwin::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tracetwin;
  static const Members kFlows = unpack(fuzz::flow_model(), "flows");
  static const Members kCapture = unpack(fuzz::capture_model(), "capture");
  if (size == 0) {
    return 0;
  }
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'F' || data[0] == 'P') {
    fuzz::check_manifest(rest, data[0] == 'F' ? kFlows : kCapture);
  } else {
    fuzz::check_file(rest);
  }
  return 0;
}
