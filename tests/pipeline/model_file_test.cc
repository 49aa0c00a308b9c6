#include "pipeline/model_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "base/error.h"
#include "jobs.h"
#include "pipeline/archive.h"
#include "support/support.h"
#include "trace/format/format.h"
#include "traces.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;
using test::job_for;
using test::Synthesize;

class ModelFile : public Synthesize {
 protected:
  fs::path train_model(const fs::path& input) {
    const fs::path path = folder_ / "model.twin";
    save_model(train(job_for(input, "-").train, {}), path, true);
    return path;
  }
};

TEST_F(ModelFile, GeneratesTheSameAfterReading) {
  test::write_flow_log(folder_ / "real.csv", 2000, 10);
  auto job = job_for(folder_ / "real.csv", folder_ / "direct.csv");
  job.model = folder_ / "model.twin";
  synthesize(job, {});
  const TwinModel model = read_model(folder_ / "model.twin");
  write_twin(model, job.generate, {folder_ / "again.csv", "", false}, {});
  EXPECT_EQ(test::read_file(folder_ / "direct.csv"), test::read_file(folder_ / "again.csv"));
}

TEST_F(ModelFile, OfACaptureGeneratesTheSameAfterReading) {
  test::write_packet_log(folder_ / "real.csv", 800, 11);
  auto job = job_for(folder_ / "real.csv", folder_ / "direct.pcap");
  job.model = folder_ / "model.twin";
  synthesize(job, {});
  write_twin(read_model(folder_ / "model.twin"), job.generate, {folder_ / "again.pcap", "", false},
             {});
  EXPECT_EQ(test::read_file(folder_ / "direct.pcap"), test::read_file(folder_ / "again.pcap"));
}

TEST_F(ModelFile, AsManyRecordsAsAskedFor) {
  test::write_flow_log(folder_ / "real.csv", 1000, 12);
  const TwinModel model = read_model(train_model(folder_ / "real.csv"));
  GenerateJob job;
  job.count = 4321;
  EXPECT_EQ(write_twin(model, job, {folder_ / "twin.csv", "", false}, {}).records, 4321U);
}

TEST_F(ModelFile, DamageIsAnErrorNeverACrash) {
  test::write_flow_log(folder_ / "real.csv", 500, 13);
  const std::string bytes = test::read_file(train_model(folder_ / "real.csv"));
  for (std::size_t i = 0; i < 40; ++i) {
    std::string damaged = bytes;
    damaged[i * bytes.size() / 40] ^= 0x55;
    test::write_file(folder_ / "damaged.twin", damaged);
    EXPECT_NO_FATAL_FAILURE({
      try {
        read_model(folder_ / "damaged.twin");
      } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("damaged.twin"), std::string::npos);
      }
    });
    test::write_file(folder_ / "short.twin", bytes.substr(0, i * bytes.size() / 40));
    EXPECT_THROW(read_model(folder_ / "short.twin"), Error);
  }
}

TEST_F(ModelFile, ATraceIsNone) {
  test::write_flow_log(folder_ / "real.csv", 500, 14);
  try {
    read_model(folder_ / "real.csv");
    FAIL() << "read a trace as a model";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("real.csv is no model file"), std::string::npos);
  }
}

TEST_F(ModelFile, ANewerVersionIsRefused) {
  test::write_flow_log(folder_ / "real.csv", 500, 14);
  Members members = unpack(test::read_file(train_model(folder_ / "real.csv")), "model.twin");
  auto manifest = nlohmann::json::parse(members["manifest.json"]);
  manifest["version"] = kModelVersion + 1;
  members["manifest.json"] = manifest.dump();
  test::write_file(folder_ / "newer.twin", pack(members));
  try {
    read_model(folder_ / "newer.twin");
    FAIL() << "read a newer model";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("version"), std::string::npos);
  }
}

TEST_F(ModelFile, NoArrayNoField) {
  test::write_flow_log(folder_ / "real.csv", 500, 15);
  const Members members = unpack(test::read_file(train_model(folder_ / "real.csv")), "model.twin");
  for (const auto& [name, content] : members) {
    Members fewer = members;
    fewer.erase(name);
    test::write_file(folder_ / "fewer.twin", pack(fewer));
    EXPECT_THROW(read_model(folder_ / "fewer.twin"), Error) << name;
  }
}

}  // namespace
}  // namespace tracetwin
