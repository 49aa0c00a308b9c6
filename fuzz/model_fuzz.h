#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <span>
#include <string>

#include "pipeline/archive.h"
#include "pipeline/model_file.h"
#include "pipeline/train.h"
#include "support/text_sink.h"

/// Small models to begin with. An input of the target is a letter and then: 'A', the bytes of a
/// model file; 'F', the manifest.json of a flow log's model, which gets the arrays of flow_model();
/// 'P', the same of a capture.
namespace tracetwin::fuzz {

/// The bytes of a model of `trace`, a CSV file's text.
inline std::string model_of(const std::string& trace) {
  namespace fs = std::filesystem;
  const fs::path file =
      fs::temp_directory_path() / fmt::format("model_fuzz.{:x}.csv", std::random_device()());
  std::ofstream(file) << trace;
  TrainJob job;
  job.input = file;
  job.seed = 1;
  job.threads = 1;
  test::TextSink sink;
  write_model(train(job, {}), sink);
  fs::remove(file);
  return sink.text;
}

inline std::string flow_model() {
  std::string trace = "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt,label\n";
  for (int i = 0; i < 60; ++i) {
    trace += fmt::format("10.0.0.{},{},{},{},{},{},0.5,{},{},{}\n", i % 3,
                         i % 5 == 0 ? "10.0.0.9" : "10.1.0.2", 40000 + i, i % 2 == 0 ? 53 : 443,
                         i % 2 == 0 ? "UDP" : "TCP", 1'700'000'000'000'000 + i * 1000, 1 + i % 4,
                         80 * (1 + i % 4), i % 2 == 0 ? "good" : "bad");
  }
  return model_of(trace);
}

inline std::string capture_model() {
  std::string trace = "srcip,dstip,srcport,dstport,proto,time,pkt_len\n";
  for (int i = 0; i < 120; ++i) {
    const char* ends = i % 2 == 0 ? "10.0.0.1,10.0.0.2,{},80" : "10.0.0.2,10.0.0.1,80,{}";
    trace += fmt::format(fmt::runtime(ends), 40000 + i / 6) +
             fmt::format(",TCP,{},{}\n", 1'700'000'000'000'000 + i * 1000, 40 + i % 3 * 100);
  }
  return model_of(trace);
}

}  // namespace tracetwin::fuzz
