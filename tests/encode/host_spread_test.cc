#include "encode/host_spread.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/error.h"
#include "trace/address.h"

namespace tracetwin {
namespace {

Field address_field() {
  Field field;
  field.name = "srcip";
  field.kind = FieldKind::kAddress;
  return field;
}

/// 3,000 hosts with one record, 400 with 5, 100 with 40; one with 20,000.
PrivateColumn addresses() {
  PrivateColumn column;
  std::uint32_t next = 0x0b000000;
  const auto add = [&](int hosts, int records) {
    for (int host = 0; host < hosts; ++host, next += 77) {
      column.values.append(static_cast<std::size_t>(records), key_of(IpAddress::v4(next)));
    }
  };
  add(3000, 1);
  add(400, 5);
  add(100, 40);
  add(1, 20000);
  return column;
}

HostSpread learned(dp::Ledger& ledger) {
  VocabularyOptions options;
  options.rho_per_release = ledger.rho_total() / 40;
  const auto vocabulary =
      Vocabulary::learn(address_field(), {0, 1}, addresses(), options, ledger).vocabulary;
  return HostSpread::learn(addresses(), vocabulary, {"srcip", ledger.rho_total() / 40, 1}, ledger);
}

TEST(HostSpread, FindsHowManyHostsHaveHowManyRecords) {
  dp::Ledger ledger(dp::Budget{2, 1e-9}, dp::Unit::kRecord, std::uint64_t{3});
  const HostSpread spread = learned(ledger);
  EXPECT_NEAR(spread.hosts()[0], 3000, 150);
  EXPECT_NEAR(spread.hosts()[2], 400, 150);
  EXPECT_NEAR(spread.hosts()[5], 100, 60);
  EXPECT_LT(spread.hosts()[11], 5) << "the heavy one has a code of its own";
  EXPECT_DOUBLE_EQ(ledger.rows().back().l2_sensitivity, std::sqrt(3.0));
}

TEST(HostSpread, DrawsFollowIt) {
  const HostSpread spread(std::vector<double>{30, 0, 10});
  Random random(4);
  std::map<std::uint64_t, int> seen;
  for (int i = 0; i < 40000; ++i) {
    ++seen[spread.draw(random)];
  }
  EXPECT_NEAR(seen[1], 30000, 500);
  EXPECT_EQ(seen[2] + seen[3], 0);
  EXPECT_NEAR(seen[4] + seen[5] + seen[6] + seen[7], 10000, 500);
  EXPECT_GT(seen[4], seen[7]);
}

TEST(HostSpread, RefusesWhatIsNone) {
  EXPECT_THROW(HostSpread(std::vector<double>{}), Error);
  EXPECT_THROW(HostSpread(std::vector<double>{0, 0}), Error);
  EXPECT_THROW(HostSpread(std::vector<double>{1, -1}), Error);
  EXPECT_THROW(HostSpread(std::vector<double>{NAN}), Error);
  EXPECT_THROW(HostSpread(std::vector<double>(13, 1.0)), Error);
}

}  // namespace
}  // namespace tracetwin
