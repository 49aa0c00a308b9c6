// Single fields of traces of four records, worked by hand.
#include "evaluate/fields.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

#include "small_trace.h"

namespace tracetwin::evaluate {
namespace {

/// The twin has other sources with the same popularity, one record more for port 53, the last
/// record one second later and four packets larger, and begins ten seconds later.
class Fields : public ::testing::Test {
 protected:
  static SmallFlow flow(std::uint8_t src, bool web, double time, double packets) {
    const auto port = static_cast<std::uint16_t>(web ? 80 : 53);
    return {src, 9, 1000, port, static_cast<std::uint8_t>(web ? 6 : 17), time, 0, packets};
  }
  double value(const std::string& id) const { return value_of(groups_, id); }

  SmallPair traces_ = small_pair(std::vector{flow(1, true, 0, 1), flow(1, true, 1, 1),
                                             flow(2, true, 2, 2), flow(3, false, 3, 4)},
                                 std::vector{flow(5, true, 10, 1), flow(5, true, 11, 1),
                                             flow(6, false, 12, 2), flow(7, false, 14, 8)});
  std::vector<Group> groups_ = field_groups(traces_.pair());
  // Ports 80 and 53: 3/4 and 1/4 against 1/2 and 1/2, in the middle 5/8 and 3/8.
  double ports_ = 0.5 * (0.75 * std::log(6.0 / 5) + 0.25 * std::log(2.0 / 3)) +
                  0.5 * (0.5 * std::log(4.0 / 5) + 0.5 * std::log(4.0 / 3));
};

TEST_F(Fields, AsNetShareDefinesThem) {
  EXPECT_EQ(value("netshare.jsd.srcip"), 0) << "only popularity counts";
  EXPECT_EQ(value("netshare.jsd.srcport"), 0);
  EXPECT_NEAR(value("netshare.jsd.dstport"), ports_, 1e-15);
  EXPECT_NEAR(value("netshare.jsd.proto"), ports_, 1e-15);
  EXPECT_NEAR(value("netshare.jsd.mean"), 2 * ports_ / 5, 1e-15);
  EXPECT_DOUBLE_EQ(value("netshare.emd.ts"), 0.25) << "from each trace's beginning";
  EXPECT_EQ(value("netshare.emd.td"), 0);
  EXPECT_DOUBLE_EQ(value("netshare.emd.pkt"), 1);
  EXPECT_EQ(value("netshare.emd.byt"), 0);
  EXPECT_NEAR(value("netshare.emd_range.mean"), (0.25 / 3 + 0 + 1.0 / 3 + 0) / 4, 1e-15);
}

TEST_F(Fields, AsNetDpsynDefinesThem) {
  EXPECT_NEAR(value("netdpsyn.js_distance.srcip"), std::sqrt(std::numbers::ln2), 1e-15);
  EXPECT_NEAR(value("netdpsyn.js_distance.dstport"), std::sqrt(ports_), 1e-15);
  EXPECT_NEAR(value("netdpsyn.js_distance.mean"),
              (std::sqrt(std::numbers::ln2) + 2 * std::sqrt(ports_)) / 5, 1e-15);
  EXPECT_DOUBLE_EQ(value("netdpsyn.emd.ts"), 10.25) << "absolute time";
  EXPECT_DOUBLE_EQ(value("netdpsyn.emd.pkt"), 1);
}

TEST_F(Fields, EachByItself) {
  EXPECT_EQ(value("fields.tvd.srcip"), 1);
  EXPECT_NEAR(value("fields.jsd.srcip"), std::numbers::ln2, 1e-15);
  EXPECT_EQ(value("fields.overlap.srcip"), 0);
  EXPECT_EQ(value("fields.prefix24.srcip"), 0) << "all of 10.0.0/24";
  EXPECT_DOUBLE_EQ(value("fields.tvd.dstport"), 0.25);
  EXPECT_EQ(value("fields.overlap.dstport"), 1);
  EXPECT_EQ(value("fields.tvd.type"), 0);
  EXPECT_DOUBLE_EQ(value("fields.ks.pkt"), 0.25);
  EXPECT_DOUBLE_EQ(value("fields.emd_range.pkt"), 1.0 / 3);
  EXPECT_NEAR(value("fields.emd_log.pkt"), std::log(9.0 / 5) / 4 / std::log(5.0 / 2), 1e-15);
  EXPECT_DOUBLE_EQ(value("fields.outside.pkt"), 25);
}

TEST(FieldsOfPackets, CountFlowSizesOnceAFlowOrOnceAPacket) {
  const std::vector<SmallPacket> real = {{1, 2}, {1, 2}, {1, 2}, {3, 4}};  // sizes 3 and 1
  const std::vector<SmallPacket> twin = {{1, 2}, {1, 2}, {1, 2}, {1, 2}};  // size 4
  const SmallPair traces = small_pair(real, twin);
  const auto groups = field_groups(traces.pair());
  EXPECT_DOUBLE_EQ(value_of(groups, "netshare.emd.flow_size"), (1.0 + 3) / 2);
  EXPECT_DOUBLE_EQ(value_of(groups, "netdpsyn.emd.flow_size"), (3 * 1.0 + 3) / 4);
}

TEST(FieldsOfIpv6, PrefixesAreTold) {
  SmallPair traces =
      small_pair(std::vector<SmallFlow>{{1, 9}, {1, 9}}, std::vector<SmallFlow>{{2, 9}, {2, 9}});
  std::vector<IpAddress> addresses;
  for (std::uint64_t i = 0; i < 256; ++i) {  // each in a /32 of its own
    addresses.push_back({0x2001000000000000 + (i << 32), 1});
  }
  const auto shared = std::make_shared<const std::vector<IpAddress>>(addresses);
  traces.real.columns.addresses = traces.synthetic.columns.addresses = shared;
  const auto groups = field_groups(traces.pair());
  for (const char* id : {"fields.prefix8.srcip", "fields.prefix24.srcip"}) {
    EXPECT_DOUBLE_EQ(value_of(groups, id), std::numbers::ln2) << id;
  }
  EXPECT_EQ(value_of(groups, "fields.prefix8.dstip"), 0);
}

TEST(FieldsThatAreMissing, CountAsAllWrong) {
  const std::vector<SmallFlow> rows = {{1, 9}, {1, 9}};
  SmallPair traces = small_pair(rows, rows);
  traces.synthetic.columns.categories.clear();
  const Metric found = metric_of(field_groups(traces.pair()), "fields.tvd.type");
  EXPECT_EQ(found.value, 1);
  EXPECT_TRUE(found.hard);
  JointCounts counts;
  add_counts(count_joint(traces.pair(), "type", 0), counts);
  EXPECT_EQ(value_of({joint_scores(counts, "type", true).group}, "joint.tvd3.label"), 1);
}

}  // namespace
}  // namespace tracetwin::evaluate
