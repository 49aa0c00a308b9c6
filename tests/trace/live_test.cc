// Sources that are still written to: what has been written is read, and not waited for more.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <variant>

#include "trace/format/format.h"

namespace tracetwin {
namespace {

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    ::close(ends_[0]);
    close_writer();
  }

  void write(const std::string& text) const {
    EXPECT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void close_writer() { ::close(std::exchange(ends_[1], -1)); }
  std::string path() const { return fmt::format("/dev/fd/{}", ends_[0]); }

 private:
  std::array<int, 2> ends_ = {};
};

struct Log {
  const char* name;
  std::string head;
  std::string row;
};

std::ostream& operator<<(std::ostream& out, const Log& log) {
  return out << log.name;
}

class Live : public ::testing::TestWithParam<Log> {};

TEST_P(Live, RecordsAreReadAsTheyAreWritten) {
  // A reader that waits for more waits for ever: the test ends by its alarm.
  ::alarm(60);
  Pipe pipe;
  pipe.write(GetParam().head + GetParam().row + GetParam().row);
  AnyReader any = open_trace(pipe.path());
  auto& reader = *std::get<std::unique_ptr<FlowReader>>(any);
  FlowBatch batch;
  ASSERT_TRUE(reader.next(batch));
  EXPECT_EQ(batch.records.size(), 2U);
  pipe.write(GetParam().row);
  ASSERT_TRUE(reader.next(batch));
  EXPECT_EQ(batch.records.size(), 1U);
  pipe.close_writer();
  EXPECT_FALSE(reader.next(batch));
  EXPECT_EQ(reader.skips().total(), 0U);
  ::alarm(0);
}

const std::array<Log, 4> kLogs = {{
    {"flow_csv", "start,duration,srcip,dstip,srcport,dstport,proto,packets,bytes\n",
     "1.5,1,10.0.0.1,10.0.0.2,1000,80,TCP,3,200\n"},
    {"quoted_csv", "start,duration,srcip,dstip,srcport,dstport,proto,packets,bytes,note\n",
     "1.5,1,10.0.0.1,10.0.0.2,1000,80,TCP,3,200,\"two\nlines\"\n"},
    {"zeek_tsv",
     "#separator \\x09\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\t"
     "duration\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\n",
     "1713484795.9\tC1\t10.0.0.1\t25320\t10.0.0.2\t80\ttcp\t1.5\t2\t90\t1\t60\n"},
    {"zeek_json", "",
     R"({"ts":1713484795.9,"uid":"C1","id.orig_h":"10.0.0.1","id.orig_p":25320,)"
     R"("id.resp_h":"10.0.0.2","id.resp_p":80,"proto":"tcp","duration":1.5,"orig_pkts":2,)"
     R"("orig_ip_bytes":90,"resp_pkts":1,"resp_ip_bytes":60})"
     "\n"},
}};

INSTANTIATE_TEST_SUITE_P(Logs, Live, ::testing::ValuesIn(kLogs),
                         [](const auto& log) { return std::string(log.param.name); });

}  // namespace
}  // namespace tracetwin
