#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "pipeline/archive.h"
#include "pipeline/model_file.h"
#include "pipeline/synthesize.h"
#include "support/support.h"

namespace tracetwin::test {

/// A model whose manifest was changed, in an archive that is sound otherwise, is not read.
inline void expect_refused(const TwinModel& model, const TemporaryFolder& folder,
                           const std::function<void(nlohmann::json&)>& change) {
  save_model(model, folder / "model.twin", true);
  Members members = unpack(read_file(folder / "model.twin"), "model.twin");
  auto manifest = nlohmann::json::parse(members.at("manifest.json"));
  change(manifest);
  members["manifest.json"] = manifest.dump();
  write_file(folder / "bad.twin", pack(members));
  EXPECT_THROW(read_model(folder / "bad.twin"), Error)
      << manifest.at("tokens").dump().substr(0, 400);
}

}  // namespace tracetwin::test
