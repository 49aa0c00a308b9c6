// Joint distributions of traces of four records, worked by hand. Ten columns: srcip, dstip,
// srcport, dstport, proto, type, td, pkt, byt, ts; all but addresses and time are core.
#include "evaluate/joint.h"

#include <gtest/gtest.h>

#include <numeric>

#include "evaluate/bins.h"
#include "small_trace.h"

namespace tracetwin::evaluate {
namespace {

SmallFlow flow(std::uint16_t port, const std::string& type, double packets = 1,
               double bytes = 100) {
  return {1, 2, 1000, port, 6, 0, 0, packets, bytes, type};
}

JointScores scores_of(const SmallPair& traces, const std::string& label = "type") {
  JointCounts counts;
  add_counts(count_joint(traces.pair(), label, 0), counts);
  return joint_scores(counts, label, false);
}

double value(const SmallPair& traces, const std::string& id) {
  return value_of({scores_of(traces).group}, id);
}

TEST(Joint, OfAPortThatTellsTheTypeOnlyInTheRealTrace) {
  const SmallPair traces =
      small_pair(std::vector{flow(80, "a"), flow(80, "a"), flow(53, "b"), flow(53, "b")},
                 std::vector{flow(80, "a"), flow(80, "b"), flow(53, "a"), flow(53, "b")});
  // Two cells with 1/2 each against four with 1/4: the distance is 1/2 where both columns are.
  EXPECT_EQ(value(traces, "joint.tvd1"), 0);
  EXPECT_NEAR(value(traces, "joint.tvd2"), 0.5 / 45, 1e-15);
  EXPECT_NEAR(value(traces, "joint.tvd2.core"), 0.5 / 21, 1e-15);
  EXPECT_NEAR(value(traces, "joint.tvd3.core"), 5 * 0.5 / 35, 1e-15);
  EXPECT_NEAR(value(traces, "joint.tvd3.label"), 8 * 0.5 / 36, 1e-15);
  EXPECT_NEAR(value(traces, "joint.information"), 1.0 / 45, 1e-12) << "all of it against nothing";
}

TEST(Joint, SharesOfTheRecordsAddUpToAll) {
  std::vector<SmallFlow> rows(600'000);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = flow(static_cast<std::uint16_t>(i % 100), i % 3 == 0 ? "a" : "b", 1.0 + i % 7);
  }
  const std::vector<SmallFlow> fewer(rows.begin(), rows.begin() + 1001);
  const SmallPair traces = small_pair(rows, fewer);
  ASSERT_EQ(joint_shares(traces.pair()), 3U);
  JointCounts counts;
  for (const std::size_t share : {2, 0, 1}) {
    add_counts(count_joint(traces.pair(), "type", share), counts);
  }
  const auto whole = bin_columns(traces.pair());
  ASSERT_EQ(counts.tables.size(), 10U + 45 + 35 + 36 - 15);
  for (std::size_t t = 0; t < counts.tables.size(); t += 7) {
    const JointTable& table = counts.tables[t];
    std::vector<std::uint64_t> real(table.real.size());
    std::vector<std::uint64_t> synthetic(table.real.size());
    const auto count = [&](std::vector<std::uint8_t> BinnedColumn::*side, auto& cells,
                           std::size_t rows_of_side) {
      for (std::size_t row = 0; row < rows_of_side; ++row) {
        std::size_t cell = 0;
        for (std::size_t i = 0; i < table.width; ++i) {
          const BinnedColumn& column = whole[table.columns[i]];
          cell = cell * column.bins + (column.*side)[row];
        }
        ++cells[cell];
      }
    };
    count(&BinnedColumn::real, real, rows.size());
    count(&BinnedColumn::synthetic, synthetic, fewer.size());
    ASSERT_EQ(table.real, real);
    ASSERT_EQ(table.synthetic, synthetic);
  }
}

TEST(Joint, HasNoLabelTriplesWithoutALabel) {
  const SmallPair traces = small_pair(std::vector{flow(80, "a"), flow(53, "b")},
                                      std::vector{flow(80, "a"), flow(53, "b")});
  const auto scores = scores_of(traces, "");
  EXPECT_FALSE(metric_of({scores.group}, "joint.tvd3.label").value);
}

TEST(Joint, CorrelationTurnsRound) {
  std::vector<SmallFlow> real;
  std::vector<SmallFlow> twin;
  for (int i = 1; i <= 4; ++i) {
    real.push_back(flow(80, "a", i, 100 * i));
    twin.push_back(flow(80, "a", i, 100 * (5 - i)));
  }
  // From 1 to -1 in one of the pairs of srcport, dstport, td, pkt, byt and ts.
  const SmallPair traces = small_pair(real, twin);
  EXPECT_NEAR(value_of({correlation_group(traces.pair())}, "joint.correlation"), 2.0 / 15, 1e-12);
}

TEST(Joint, QueriesFindEverythingOrNothing) {
  const std::vector<SmallFlow> real(5, SmallFlow{1, 2, 1000, 80, 6, 0, 1, 2, 100, "a"});
  const std::vector<SmallFlow> other(5, SmallFlow{1, 2, 1001, 81, 7, 0, 2, 3, 101, "b"});
  const auto error = [](const SmallPair& traces) {
    return value_of({query_group(traces.pair(), 1)}, "joint.queries");
  };
  EXPECT_EQ(error(small_pair(real, real)), 0);
  EXPECT_EQ(error(small_pair(real, other)), 1);
}

TEST(Bins, KeepAtomsApartAndCatchWhatIsOutside) {
  std::vector<SmallFlow> real;
  for (int i = 0; i < 100; ++i) {
    real.push_back(flow(80, "a", i < 50 ? 7 : i));  // half of them 7, then 50, 51, … 99
  }
  const SmallPair traces =
      small_pair(real, std::vector{flow(80, "a", 1), flow(80, "a", 7), flow(80, "a", 1000)});
  const auto columns = bin_columns(traces.pair());
  const BinnedColumn& packets = columns[7];
  ASSERT_EQ(packets.name, "pkt");
  ASSERT_EQ(packets.bins, 1U + 16 + 1 + 1) << "below, quantiles, above, one atom";
  EXPECT_EQ(packets.synthetic[0], 0) << "below";
  EXPECT_EQ(packets.synthetic[1], 18) << "the atom";
  EXPECT_EQ(packets.synthetic[2], 17) << "above";
  EXPECT_EQ(packets.real[99], 16) << "the largest is inside";
}

}  // namespace
}  // namespace tracetwin::evaluate
