// Writes the seeds of model_file_fuzz: model_seeds FOLDER fills FOLDER/model_file.
#include <cstdio>

#include "model_fuzz.h"

int main(int argc, char** argv) {
  using namespace tracetwin;
  if (argc != 2) {
    std::fputs("usage: model_seeds FOLDER\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = std::filesystem::path(argv[1]) / "model_file";
  std::filesystem::create_directories(folder);
  const auto write = [&](const char* name, const std::string& seed) {
    std::ofstream(folder / name, std::ios::binary) << seed;
  };
  const std::string flows = fuzz::flow_model();
  const std::string capture = fuzz::capture_model();
  write("flow_file", "A" + flows);
  write("capture_file", "A" + capture);
  write("flow_manifest", "F" + unpack(flows, "flows").at("manifest.json"));
  write("capture_manifest", "P" + unpack(capture, "capture").at("manifest.json"));
  return 0;
}
