#include "evaluate/part_bytes.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/error.h"

namespace tracetwin::evaluate {
namespace {

Part some_part() {
  Metric metric;
  metric.id = "a.b";
  metric.name = "a name";
  metric.explain = "what it is";
  metric.unit = "s";
  metric.better = Better::kFloor;
  metric.low = -0.0;
  metric.high = 0.1;
  metric.marks = Marks{0.3, 0.7};
  metric.value = std::nextafter(1.0, 2.0);
  metric.why = "because";
  metric.n = 12345678901234;
  metric.hard = true;
  metric.verdict = Verdict::kPoor;
  return {{{"g", "title", "explain", {metric, Metric{}}}, {"empty", "", "", {}}},
          PairDistances{{"x", "y"}, {{0, 0.25}, {0.25, 0}}}};
}

TEST(PartBytes, GiveBackWhatWasPut) {
  const Part part = some_part();
  const std::string bytes = bytes_of(part);
  const Part back = parse_part(bytes);
  ASSERT_EQ(back.groups.size(), 2U);
  ASSERT_EQ(back.groups[0].metrics.size(), 2U);
  const Metric& metric = back.groups[0].metrics[0];
  EXPECT_EQ(metric.id, "a.b");
  EXPECT_EQ(metric.why, "because");
  EXPECT_EQ(metric.unit, "s");
  EXPECT_EQ(metric.value, std::nextafter(1.0, 2.0));
  EXPECT_TRUE(std::signbit(metric.low));
  EXPECT_EQ(metric.marks->fair, 0.7);
  EXPECT_EQ(metric.n, 12345678901234U);
  EXPECT_FALSE(metric.floor);
  EXPECT_EQ(metric.better, Better::kFloor);
  EXPECT_EQ(metric.verdict, Verdict::kPoor);
  EXPECT_TRUE(metric.hard);
  EXPECT_EQ(back.pairs->columns, part.pairs->columns);
  EXPECT_EQ(back.pairs->tvd, part.pairs->tvd);
  EXPECT_EQ(bytes_of(back), bytes) << "nothing is left out";
  EXPECT_FALSE(parse_part(bytes_of({})).pairs);
}

TEST(PartBytes, RefuseWhatEndsTooEarly) {
  const std::string bytes = bytes_of(some_part());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(parse_part(std::string_view(bytes).substr(0, size)), Error) << size;
  }
}

}  // namespace
}  // namespace tracetwin::evaluate
