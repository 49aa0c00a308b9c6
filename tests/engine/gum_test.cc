#include "engine/marginal/gum.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "engine/engine.h"

namespace tracetwin::engine {
namespace {

/// Two attributes of three values: the marginal wants the diagonal, the columns are independent.
TEST(Gum, ClosesTheGapToAMarginal) {
  const Domain domain = {{"a", 3}, {"b", 3}};
  Random random(5);
  Columns columns(2);
  for (int row = 0; row < 3000; ++row) {
    columns[0].push_back(static_cast<std::uint16_t>(row % 3));
    columns[1].push_back(static_cast<std::uint16_t>(random.below(3)));
  }
  Gum gum(domain, {{{0, 1}, {1000, 0, 0, 0, 1000, 0, 0, 0, 1000}}}, columns, random);
  const double before = gum.error();
  gum.run(30);
  EXPECT_GT(before, 1.0);
  EXPECT_LT(gum.error(), 0.05);
}

TEST(Engines, EachHasANameOfItsOwnAndASummary) {
  std::vector<std::string_view> names;
  for (const Engine& engine : engines()) {
    EXPECT_FALSE(engine.summary.empty());
    EXPECT_EQ(std::count(names.begin(), names.end(), engine.name), 0);
    names.push_back(engine.name);
    EXPECT_EQ(&engine_named(engine.name), &engine);
  }
  EXPECT_THROW(engine_named("netdpsin"), Error);
}

}  // namespace
}  // namespace tracetwin::engine
