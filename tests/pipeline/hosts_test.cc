#include "pipeline/hosts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "jobs.h"
#include "pipeline/rows.h"
#include "pipeline/train.h"
#include "traces.h"

namespace tracetwin {
namespace {

constexpr std::size_t kSource = 0;

const TwinModel& model() {
  static const TwinModel kModel = [] {
    const test::TemporaryFolder folder;
    const auto log = folder.path() / "flows.csv";
    test::write_flow_log(log, 4000, 3);
    TwinModel learned = train(test::job_for(log, "").train, {});
    learned.hosts[kSource] = HostSpread({0, 0, 0, 1});  // 8 to 15 records each
    return learned;
  }();
  return kModel;
}

/// The token with the most addresses, behind which hosts are made up.
std::uint16_t wide_token() {
  const auto& tokens = model().vocabularies[kSource].tokens();
  const auto widest =
      std::max_element(tokens.begin(), tokens.end(), [](const auto& a, const auto& b) {
        return std::pair(a.level, a.span) < std::pair(b.level, b.span);
      });
  EXPECT_GT(widest->level, 0);
  return static_cast<std::uint16_t>(widest - tokens.begin());
}

using Told = std::vector<std::pair<std::uint16_t, std::uint16_t>>;  // token and port

std::vector<Key> addresses(const Told& told, std::uint64_t seed) {
  Hosts hosts(model(), kSource, seed);
  for (const auto& [token, port] : told) {
    hosts.count(token, port);
  }
  hosts.settle();
  std::vector<Key> result;
  for (const auto& [token, port] : told) {
    result.push_back(hosts.next(token, port));
  }
  return result;
}

Told alternating(std::size_t records) {
  Told told;
  for (std::size_t i = 0; i < records; ++i) {
    told.emplace_back(wide_token(), static_cast<std::uint16_t>(i % 2));
  }
  return told;
}

TEST(Hosts, HaveAsManyRecordsAsTheSpreadSays) {
  std::map<Key, int> records;
  for (const Key address : addresses(alternating(3000), 1)) {
    ++records[address];
  }
  EXPECT_GT(records.size(), 3000U / 16);
  EXPECT_LT(records.size(), 3000U / 7);
  int outside = 0;
  for (const auto& [address, count] : records) {
    outside += count < 8 || count > 15 ? 1 : 0;
  }
  EXPECT_LE(outside, 4) << "but for the last, and two that met";
}

TEST(Hosts, KeepToOnePort) {
  const auto made = addresses(alternating(3000), 1);
  std::map<Key, std::set<std::size_t>> ports;
  for (std::size_t i = 0; i < made.size(); ++i) {
    ports[made[i]].insert(i % 2);
  }
  const auto both = std::count_if(ports.begin(), ports.end(),
                                  [](const auto& host) { return host.second.size() > 1; });
  EXPECT_LE(both, 3) << "but for the one where the ports meet, and few that met by chance";
}

TEST(Hosts, ATokenThatNamesAnAddressBecomesIt) {
  const auto& tokens = model().vocabularies[kSource].tokens();
  for (std::uint16_t token = 0; token < tokens.size(); ++token) {
    if (tokens[token].level == 0) {
      EXPECT_TRUE(addresses({{token, 0}, {token, 1}}, 1)[1] == tokens[token].cell);
      return;
    }
  }
  ADD_FAILURE() << "no address has a code of its own";
}

TEST(Hosts, FollowTheSeed) {
  EXPECT_TRUE(addresses(alternating(200), 4) == addresses(alternating(200), 4));
  EXPECT_FALSE(addresses(alternating(200), 4) == addresses(alternating(200), 5));
}

}  // namespace
}  // namespace tracetwin
