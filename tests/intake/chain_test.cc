#include "intake/chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "intake/intake.h"
#include "support/support.h"

namespace tracetwin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kHeader = "srcip,dstip,proto,ts,pkt,byt";

std::string row(int number, const std::string& more = "") {
  return "10.0.0.1,10.0.0." + std::to_string(number) + ",TCP," + std::to_string(number) + ",1,40" +
         more + "\n";
}

std::vector<std::string> names_of(const std::vector<std::filesystem::path>& files,
                                  const std::filesystem::path& folder) {
  std::vector<std::string> names;
  names.reserve(files.size());
  for (const auto& file : files) {
    names.push_back(file.lexically_relative(folder).string());
  }
  return names;
}

TEST(Chain, ColumnsAreThoseOfTheFirstFile) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "1.csv", std::string(kHeader) + ",label,a\n" + row(1, ",x,1"));
  test::write_file(folder / "2.csv", std::string(kHeader) + ",b,label\n" + row(2, ",2,y"));
  test::write_file(folder / "3.csv", std::string(kHeader) + "\n" + row(3) + row(4));
  AnyReader reader = open_files({folder / "1.csv", folder / "2.csv", folder / "3.csv"}, {});
  auto& flows = *std::get<std::unique_ptr<FlowReader>>(reader);
  std::vector<std::string> seen;
  FlowBatch batch;
  while (flows.next(batch)) {
    EXPECT_THAT(flows.extra_columns(), ElementsAre("label", "a"));
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      seen.push_back(to_string(batch.records[i].tuple.dst) + " " + std::string(batch.extras[0][i]) +
                     " " + std::string(batch.extras[1][i]) + " " + std::to_string(batch.lines[i]));
    }
  }
  EXPECT_THAT(seen,
              ElementsAre("10.0.0.1 x 1 2", "10.0.0.2 y - 2", "10.0.0.3 - - 2", "10.0.0.4 - - 3"));
  EXPECT_EQ(flows.skips().rows().at(0).reason, "column b is not in the first file");
  EXPECT_EQ(flows.info().files, 3U);
}

TEST(Chain, FilesOfTwoKindsAreRefused) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "1.csv", std::string(kHeader) + "\n" + row(1));
  test::write_file(
      folder / "2.csv",
      "srcip,dstip,srcport,dstport,proto,time,pkt_len\n1.1.1.1,2.2.2.2,1,2,TCP,0,40\n");
  AnyReader reader = open_files({folder / "1.csv", folder / "2.csv"}, {});
  auto& flows = *std::get<std::unique_ptr<FlowReader>>(reader);
  FlowBatch batch;
  EXPECT_TRUE(flows.next(batch));
  EXPECT_THROW(flows.next(batch), Error);
}

TEST(Places, AFoldersFilesComeInOrderWithoutHiddenOnes) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "b" / ".git");
  for (const char* name : {"c.pcap", "b/2.pcap.gz", "b/1.csv", "b/.git/x.pcap", ".hidden.pcap"}) {
    test::write_file(folder / name, "x");
  }
  const std::string place = folder.path().string();
  const auto fitting = [&](const std::vector<std::string>& patterns) {
    return names_of(files_at(place, patterns), folder.path());
  };
  EXPECT_THAT(fitting({}), ElementsAre("b/1.csv", "b/2.pcap.gz", "c.pcap"));
  EXPECT_THAT(fitting({".pcap"}), ElementsAre("c.pcap"));
  EXPECT_THAT(fitting({"*.pcap*"}), ElementsAre("b/2.pcap.gz", "c.pcap"));
  EXPECT_THAT(fitting({".csv", ".pcap"}), ElementsAre("b/1.csv", "c.pcap"));
  EXPECT_THAT(fitting({"b/*.csv"}), ElementsAre("b/1.csv"));
  EXPECT_THROW(fitting({"*.txt"}), Error);
}

TEST(Places, PatternsNeedAFolder) {
  const std::vector<std::string> places = {"a.csv"};
  const std::vector<std::string> patterns = {".csv"};
  EXPECT_THROW(check_places(places, patterns), Error);
  const std::vector<std::string> twice = {"-", "-"};
  EXPECT_THROW(check_places(twice, {}), Error);
}

}  // namespace
}  // namespace tracetwin
