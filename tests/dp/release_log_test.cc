#include "dp/release_log.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "dp/counts.h"

namespace tracetwin::dp {
namespace {

/// A log that remembers, and breaks off before a release when asked.
class TestLog final : public ReleaseLog {
 public:
  std::string once(const std::string& request, const std::function<std::string()>& draw) override {
    if (next == breaks_off) {
      throw Error("the power fails");
    }
    if (next == kept.size()) {
      kept.push_back(draw());
      requests.push_back(request);
      ++draws;
    }
    EXPECT_EQ(requests[next], request);
    return kept[next++];
  }

  std::vector<std::string> kept, requests;
  std::size_t next = 0;
  std::size_t breaks_off = SIZE_MAX;
  int draws = 0;
};

struct Released {
  std::vector<std::int64_t> counts;
  std::vector<Key> keys;
  std::vector<std::string> names;
  std::vector<std::int64_t> last;
  bool operator==(const Released&) const = default;
};

std::vector<std::int64_t> values(const NoisyCounts& counts) {
  return {counts.values().begin(), counts.values().end()};
}

/// A release of each kind, and one more.
Released release_all(Ledger ledger, std::shared_ptr<TestLog> log) {
  if (log) {
    log->next = 0;
    ledger.keep_releases(log);
  }
  Released released;
  const double rho = ledger.rho_total() / 8;
  released.counts =
      values(release(PrivateCounts({100, 200, 0}), {"test", "counts", rho, 1}, ledger));
  const Stratum stratum{{{Key{5}, 1000}, {Key{9}, 2}}, 32, [](NoiseSource& noise) {
                          return Key{noise.bits() & UINT32_MAX};
                        }};
  HeavyRequest heavy;
  heavy.stage = "test";
  heavy.what = "heavy";
  heavy.rho = rho;
  heavy.false_cells = 20;
  const auto strata = release_heavy(std::span(&stratum, 1), heavy, ledger);
  released.keys = strata.front().keys;
  released.names =
      release_categories({{"web", 5000}, {"rare", 1}}, {"test", "names", rho, 1}, 1, ledger).names;
  released.last = values(
      release(PrivateCounts(std::vector<std::int64_t>{7}), {"test", "last", rho, 1}, ledger));
  return released;
}

Ledger with_system_noise() {
  return Ledger({2, 1e-9}, Unit::kRecord);
}
Ledger with_test_noise() {
  return Ledger({2, 1e-9}, Unit::kRecord, std::uint64_t{11});
}

TEST(ReleaseLog, NoiseIsDrawnOnceHoweverOftenItIsAskedFor) {
  const auto log = std::make_shared<TestLog>();
  const Released first = release_all(with_system_noise(), log);
  EXPECT_EQ(log->draws, 4);
  EXPECT_EQ(release_all(with_system_noise(), log), first);
  EXPECT_EQ(log->draws, 4);
}

TEST(ReleaseLog, BrokenOffTestNoiseGoesOnAsIfItHadNot) {
  const Released undisturbed = release_all(with_test_noise(), nullptr);
  for (std::size_t at = 0; at < 4; ++at) {
    const auto log = std::make_shared<TestLog>();
    log->breaks_off = at;
    EXPECT_THROW(release_all(with_test_noise(), log), Error);
    log->breaks_off = SIZE_MAX;
    EXPECT_EQ(release_all(with_test_noise(), log), undisturbed) << at;
    EXPECT_EQ(log->draws, 4);
  }
}

TEST(ReleaseLog, WhatIsExactIsNotKept) {
  const auto log = std::make_shared<TestLog>();
  const Released exact = release_all(Ledger::no_guarantee(Unit::kRecord), log);
  EXPECT_EQ(exact.counts, (std::vector<std::int64_t>{100, 200, 0}));
  EXPECT_TRUE(log->kept.empty());
}

TEST(ReleaseLog, SystemNoiseIsNotTakenUpAgainAnywhere) {
  NoiseSource system;
  EXPECT_THROW(system.go_on_at(0), Error);
  NoiseSource all = NoiseSource::insecure(3);
  std::vector<std::uint64_t> bits;
  for (int i = 0; i < 1500; ++i) {
    EXPECT_EQ(all.position(), static_cast<std::uint64_t>(i));
    bits.push_back(all.bits());
  }
  for (const std::size_t place : {0, 1, 511, 512, 513, 1024, 1300}) {
    NoiseSource some = NoiseSource::insecure(3);
    some.bits();
    some.go_on_at(place);
    EXPECT_EQ(some.position(), place);
    EXPECT_EQ(some.bits(), bits[place]) << place;
  }
}

}  // namespace
}  // namespace tracetwin::dp
