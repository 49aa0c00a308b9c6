// The real program against servers on loopback: one of ours, which checks signatures by an
// implementation of its own and has faults on demand, and s3rver, an S3 server of the npm registry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <thread>

#include "e2e/captures.h"
#include "e2e/program.h"

namespace tracetwin::test {
namespace {

using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

const std::string kKeys = "AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret ";
const std::string kRegion = "AWS_REGION=eu-test-1 ";

bool appears(const fs::path& file) {
  for (int i = 0; i < 400 && !fs::exists(file); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return fs::exists(file);
}

/// A server that was started by a shell, which wrote its process id to a file.
class Background {
 public:
  Background(Program& program, const std::string& command) {
    program.shell(command + " >server.out 2>&1 & echo $! >server.pid");
    process_ = std::stoi(program.read("server.pid"));
  }
  ~Background() { ::kill(process_, SIGKILL); }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

 private:
  int process_;
};

/// Our server over the folder "s3", with a bucket called box.
class S3 : public testing::Test {
 protected:
  S3() {
    fs::create_directories(program_ / "s3" / "box");
    server_.emplace(program_,
                    "exec python3 " + (source_dir() / "tests/e2e/s3_server.py").string() + " s3");
    EXPECT_TRUE(appears(program_ / "s3" / "port")) << program_.read("server.out");
    endpoint_ = "AWS_ENDPOINT_URL=http://127.0.0.1:" + program_.read("s3/port") + " ";
  }

  void put(const std::string& key, const std::string& content) {
    fs::create_directories((program_ / "s3" / "box" / key).parent_path());
    program_.write("s3/box/" + key, content);
  }
  std::string object(const std::string& key) const { return program_.read("s3/box/" + key); }
  bool has(const std::string& key) const { return fs::exists(program_ / "s3" / "box" / key); }
  Outcome run(const std::string& arguments, const std::string& environment = kKeys + kRegion) {
    return program_.shell("env HOME=/nowhere " + endpoint_ + environment + "$tracetwin " +
                          arguments);
  }

  Program program_;
  std::optional<Background> server_;
  std::string endpoint_;
};

TEST_F(S3, ObjectsAreReadAndWrittenWithSignaturesThatHold) {
  put("in/a b+c=é.csv", sample_flow_csv(50));
  const auto outcome = run("convert 's3://box/in/a b+c=é.csv' 's3://box/out dir/x.csv'");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  program_.write("a.csv", sample_flow_csv(50));
  ASSERT_EQ(program_.run("convert a.csv b.csv").exit, 0);
  EXPECT_EQ(object("out dir/x.csv"), program_.read("b.csv"));
  EXPECT_EQ(
      run("inspect 's3://box/out dir/x.csv'", kKeys + kRegion + "AWS_SESSION_TOKEN=token ").exit,
      0);
}

TEST_F(S3, APrefixIsAFolder) {
  for (int i = 1; i <= 5; ++i) {
    put("days/d" + std::to_string(i) + ".csv", sample_flow_csv(10 * i));
  }
  put("days/readme.txt", "not a trace");
  const auto outcome = run("convert s3://box/days/ all.csv --files .csv");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("wrote 150 flows"));
  EXPECT_EQ(run("convert s3://box/days/d2 two.csv").exit, 0) << "the beginning of a name";
  const auto none = run("convert s3://box/nights/ none.csv");
  EXPECT_EQ(none.exit, 2);
  EXPECT_THAT(none.err, HasSubstr("there is no file in s3://box/nights/"));
}

TEST_F(S3, NetSharesConfigurationsReadABucket) {
  if (!has_worker()) {
    GTEST_SKIP() << "tracetwin-neural is not here";
  }
  put("one.csv", sample_flow_csv(300));
  put("two.csv", sample_flow_csv(300));
  program_.write("run.json", R"({"default": "netflow.json", "global_config": {"n_chunks": 1},
    "input_adapters": {"data_source": {"type": "s3", "bucket_name": "box"},
                       "format_normalizer": {"dataset_type": "netflow"}},
    "model": {"config": {"iteration": 2, "extra_checkpoint_freq": 1, "sample_len": [4],
      "batch_size": 16, "gen_attribute_num_units": 16, "disc_num_units": 16,
      "attr_disc_num_units": 16, "gen_feature_num_units": 8}}})");
  const auto outcome = run("run run.json --work-folder work");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  const std::string twin = program_.read("work/output_data/twin.csv");
  EXPECT_EQ(std::count(twin.begin(), twin.end(), '\n'), 601);
}

TEST_F(S3, LargeOnesGoInPartsAndOverWritingNeedsForce) {
  program_.shell(R"(awk 'BEGIN { print "srcip,dstip,proto,ts,pkt,byt,note"; n = "";
    for (i = 0; i < 200; i++) n = n "abcdefghij";
    for (i = 0; i < 10000; i++) print "10.0.0.1,10.0.0.2,TCP," i ",1,40," n i }' >big.csv)");
  const auto outcome = run("convert big.csv s3://box/big.csv");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_GT(object("big.csv").size(), std::size_t{17} << 20);
  EXPECT_THAT(program_.read("s3/log"), HasSubstr("POST /box/big.csv?uploads="));
  EXPECT_THAT(program_.read("s3/log"), HasSubstr("partNumber=3"));
  ASSERT_EQ(run("convert s3://box/big.csv back.csv").exit, 0);
  EXPECT_EQ(program_.read("back.csv"), object("big.csv"));
  EXPECT_THAT(program_.read("s3/log"), HasSubstr("bytes=8388608-")) << "read in ranges";
  const auto again = run("convert big.csv s3://box/big.csv");
  EXPECT_EQ(again.exit, 2);
  EXPECT_THAT(again.err, HasSubstr("s3://box/big.csv exists already"));
  EXPECT_EQ(run("convert -f back.csv s3://box/big.csv").exit, 0);
}

TEST_F(S3, NothingIsLeftOfAnUploadThatFailed) {
  program_.shell(R"(awk 'BEGIN { print "srcip,dstip,proto,ts,pkt,byt,note"; n = "";
    for (i = 0; i < 200; i++) n = n "abcdefghij";
    for (i = 0; i < 10000; i++) print (i < 9000 ? "10.0.0.1" : "2001:db8::1") \
      ",10.0.0.2,TCP," i ",1,40," n i }' >mixed.csv)");
  const auto outcome = run("convert mixed.csv s3://box/x.pcap --format netflow-v5");
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_FALSE(has("x.pcap"));
}

TEST_F(S3, TwinsAndModelsGoThereToo) {
  put("flows.csv", sample_flow_csv(300));
  const auto outcome =
      run("synthesize s3://box/flows.csv -o s3://box/twin.csv --model s3://box/flows.twin --method "
          "cliquetree --seed 1");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(object("twin.csv.summary.json"), HasSubstr("synthetic twin"));
  const auto inspected = run("inspect s3://box/flows.twin");
  EXPECT_EQ(inspected.exit, 0) << inspected.err;
  EXPECT_EQ(run("generate s3://box/flows.twin -o more.csv --seed 1").exit, 0);
  EXPECT_EQ(program_.read("more.csv"), object("twin.csv"));
  EXPECT_EQ(
      run("evaluate s3://box/flows.csv ours=s3://box/twin.csv --quick --json s3://box/s.json").exit,
      0);
  EXPECT_THAT(object("s.json"), HasSubstr("ours"));
}

TEST_F(S3, StreamsAndSearchesReadObjects) {
  put("hours/a2.csv", sample_flow_csv(300));
  put("hours/a10.csv", sample_flow_csv(300));
  const auto streamed =
      run("stream s3://box/hours -o out --once --method cliquetree --seed 1 --files .csv");
  EXPECT_EQ(streamed.exit, 0) << streamed.err;
  const std::string log = program_.read("out/stream.jsonl");
  EXPECT_LT(log.find("a2.csv"), log.find("a10.csv"));
  EXPECT_THAT(log, HasSubstr("\"epoch\":2,\"status\":\"done\""));
  const auto tuned = run("tune s3://box/hours/a2.csv -o t.json --method cliquetree --seed 1");
  EXPECT_EQ(tuned.exit, 0) << tuned.err;
}

TEST_F(S3, BrokenTransfersGoOnWhereTheyBroke) {
  const std::string trace = sample_flow_csv(2000);
  put("flaky/a.csv", trace);
  put("busy/a.csv", trace);
  ASSERT_EQ(run("convert s3://box/flaky/a.csv a.csv").exit, 0);
  EXPECT_THAT(program_.read("s3/log"), Not(HasSubstr("bytes=1-")));
  const auto log = program_.read("s3/log");
  EXPECT_GE(std::count(log.begin(), log.end(), '\n'), 3);
  ASSERT_EQ(run("convert s3://box/busy/a.csv b.csv").exit, 0);
  EXPECT_EQ(program_.read("a.csv"), program_.read("b.csv"));
}

TEST_F(S3, EveryFaultIsNamed) {
  put("cut/a.csv", sample_flow_csv(200));
  put("denied/a.csv", sample_flow_csv(20));
  put("a.csv", sample_flow_csv(20));
  fs::create_directories(program_ / "s3" / "elsewhere");
  const std::string few = "AWS_MAX_ATTEMPTS=2 ";
  const auto expect = [&](const std::string& arguments, const std::string& environment,
                          const std::string& words, const std::string& remedy) {
    const auto outcome = run("convert " + arguments + " out.csv", environment);
    EXPECT_EQ(outcome.exit, 2) << arguments;
    EXPECT_THAT(outcome.err, HasSubstr(words)) << arguments;
    EXPECT_THAT(outcome.err, HasSubstr(remedy)) << arguments;
    EXPECT_FALSE(fs::exists(program_ / "out.csv"));
  };
  const std::string good = kKeys + kRegion + few;
  expect("s3://box/cut/a.csv", good, "breaks off after 100 of", "Try again");
  expect("s3://box/denied/a.csv", good, "access is denied (status 403", "credentials");
  expect("s3://nobucket/a.csv", good, "there is no such bucket", "Check its name");
  expect("s3://elsewhere/a.csv", good, "the bucket is in region us-other-2, not eu-test-1",
         "AWS_REGION=us-other-2");
  expect("s3://box/a.csv", kKeys + few + "AWS_REGION=us-west-1 ",
         "in region eu-test-1, not us-west-1", "AWS_REGION=eu-test-1");
  expect("s3://box/a.csv", kRegion + "AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=wrong ",
         "the secret key does not fit", "AWS_SECRET_ACCESS_KEY");
  expect("s3://box/a.csv", kRegion + "AWS_ACCESS_KEY_ID=other AWS_SECRET_ACCESS_KEY=secret ",
         "the access key is not known", "AWS_ACCESS_KEY_ID");
  expect("s3://box/a.csv", good + "AWS_SESSION_TOKEN=old ", "the session token is not valid",
         "AWS_SESSION_TOKEN");
  expect("s3://box/a.csv", kRegion, "there are no credentials", "AWS_ACCESS_KEY_ID");
  expect("s3://box/a.csv", good + "AWS_ENDPOINT_URL=http://127.0.0.1:1 ", "http://127.0.0.1:1",
         "Check the network");
}

TEST_F(S3, AnObjectThatChangesWhileItIsReadIsAnError) {
  program_.shell(R"(awk 'BEGIN { print "srcip,dstip,proto,ts,pkt,byt,note"; n = "";
    for (i = 0; i < 200; i++) n = n "abcdefghij";
    for (i = 0; i < 5000; i++) print "10.0.0.1,10.0.0.2,TCP," i ",1,40," n i }' >big.csv)");
  put("changing/a.csv", program_.read("big.csv"));
  const auto outcome = run("convert s3://box/changing/a.csv out.csv");
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_THAT(outcome.err, HasSubstr("changed while it was read"));
}

/// npm's packages in a folder of the build, fetched once as the lock file says.
std::optional<fs::path> s3rver() {
  const char* cache = std::getenv("TRACETWIN_S3RVER");
  const fs::path folder = cache != nullptr ? fs::path(cache) : fs::path(TRACETWIN_S3RVER);
  const fs::path server = folder / "node_modules" / ".bin" / "s3rver";
  if (!fs::exists(server)) {
    fs::create_directories(folder);
    for (const char* name : {"package.json", "package-lock.json", ".npmrc"}) {
      fs::copy_file(source_dir() / "tests/e2e/s3rver" / name, folder / name,
                    fs::copy_options::overwrite_existing);
    }
    const std::string command = "cd '" + folder.string() + "' && npm ci >npm.log 2>&1";
    if (std::system(command.c_str()) != 0) {
      return std::nullopt;
    }
  }
  return server;
}

TEST(S3rver, AServerOfOthersIsReadAndWritten) {
  const auto server = s3rver();
  if (!server) {
    GTEST_SKIP() << "npm, or its registry, is not there";
  }
  Program program;
  program.write("a.csv", sample_flow_csv(200));
  program.shell(R"(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0));
print(s.getsockname()[1])' >port)");
  std::string port = program.read("port");
  port.erase(port.find('\n'));
  const Background background(program, "exec '" + server->string() + "' -d data -a 127.0.0.1 -p " +
                                           port + " --configure-bucket box --no-vhost-buckets");
  const std::string set = "env HOME=/nowhere AWS_ENDPOINT_URL=http://127.0.0.1:" + port +
                          " AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=S3RVER ";
  const auto wrote =
      program.shell(set + "AWS_MAX_ATTEMPTS=8 $tracetwin convert a.csv s3://box/x/a.csv");
  ASSERT_EQ(wrote.exit, 0) << wrote.err << program.read("server.out");
  ASSERT_EQ(program.shell(set + "$tracetwin convert a.csv s3://box/x/b.csv.gz").exit, 0);
  const auto read = program.shell(set + "$tracetwin convert s3://box/x/ c.csv");
  ASSERT_EQ(read.exit, 0) << read.err;
  EXPECT_THAT(read.err, HasSubstr("wrote 400 flows"));
  EXPECT_THAT(program.shell(set + "$tracetwin convert a.csv s3://box/x/a.csv").err,
              HasSubstr("exists already"));
  program.shell(R"(awk 'BEGIN { print "srcip,dstip,proto,ts,pkt,byt,note"; n = "";
    for (i = 0; i < 200; i++) n = n "abcdefghij";
    for (i = 0; i < 10000; i++) print "10.0.0.1,10.0.0.2,TCP," i ",1,40," n i }' >big.csv)");
  const auto parts = program.shell(set + "$tracetwin convert big.csv s3://box/big.csv");
  ASSERT_EQ(parts.exit, 0) << parts.err;
  ASSERT_EQ(program.shell(set + "$tracetwin convert s3://box/big.csv back.csv").exit, 0);
  program.run("convert big.csv same.csv");
  EXPECT_EQ(program.read("back.csv"), program.read("same.csv"));
  EXPECT_THAT(program.shell(set + "$tracetwin inspect s3://box/none.csv").err,
              HasSubstr("there is no file in s3://box/none.csv"));
}

}  // namespace
}  // namespace tracetwin::test
