#include "encode/vocabulary.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"

namespace tracetwin {
namespace {

constexpr Window kAnyWindow = {0, 1};
constexpr std::uint64_t kTestSeed = 4711;

Field port_field() {
  Field field;
  field.name = "dstport";
  field.kind = FieldKind::kPort;
  return field;
}

dp::Ledger test_ledger(double epsilon = 2) {
  return {dp::Budget{epsilon, 1e-9}, dp::Unit::kRecord, kTestSeed};
}

VocabularyOptions affordable(const dp::Ledger& ledger) {
  VocabularyOptions options;
  options.rho_per_release = ledger.rho_total() / 10;
  options.name_rho = ledger.rho_total() / 10;
  return options;
}

/// 4,000 web, 1,000 DNS, 500 ssh, and 500 ports that occur once each.
PrivateColumn ports() {
  PrivateColumn column;
  column.values.append(4000, 443);
  column.values.append(1000, 53);
  column.values.append(500, 22);
  for (Key port = 0; port < 500; ++port) {
    column.values.push_back(40000 + port * 7);
  }
  return column;
}

bool has_exact_code(const Vocabulary& vocabulary, Key value) {
  const auto& token = vocabulary.tokens()[vocabulary.encode(value)];
  return token.level == 0 && token.cell == value;
}

TEST(Vocabulary, OpensWhatStandsOutAndNothingElse) {
  dp::Ledger ledger = test_ledger();
  const auto [vocabulary, counts] =
      Vocabulary::learn(port_field(), kAnyWindow, ports(), affordable(ledger), ledger);
  EXPECT_TRUE(has_exact_code(vocabulary, 443));
  EXPECT_TRUE(has_exact_code(vocabulary, 53));
  EXPECT_TRUE(has_exact_code(vocabulary, 22));
  for (Key port = 0; port < 500; ++port) {
    EXPECT_FALSE(has_exact_code(vocabulary, 40000 + port * 7));
  }
  EXPECT_EQ(counts.size(), vocabulary.cells());
  EXPECT_NEAR(static_cast<double>(counts.values()[vocabulary.encode(Key{443})]), 4000, 100);
}

TEST(Vocabulary, EveryReleaseIsInTheLedger) {
  dp::Ledger ledger = test_ledger();
  Vocabulary::learn(port_field(), kAnyWindow, ports(), affordable(ledger), ledger);
  EXPECT_EQ(ledger.rows().size(), 2U);  // exact, blocks
  EXPECT_NEAR(ledger.rho_spent(), 0.2 * ledger.rho_total(), 0.001 * ledger.rho_total());
}

TEST(Vocabulary, ARareValueNeverComesBack) {
  PrivateColumn with_canary = ports();
  with_canary.values.push_back(31337);
  int seen = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    dp::Ledger ledger(dp::Budget{2, 1e-9}, dp::Unit::kRecord, seed);
    const auto vocabulary =
        Vocabulary::learn(port_field(), kAnyWindow, with_canary, affordable(ledger), ledger)
            .vocabulary;
    seen += has_exact_code(vocabulary, 31337) ? 1 : 0;
  }
  EXPECT_EQ(seen, 0);
}

TEST(Vocabulary, DecodingGivesBackTheCode) {
  dp::Ledger ledger = test_ledger();
  const auto vocabulary =
      Vocabulary::learn(port_field(), kAnyWindow, ports(), affordable(ledger), ledger).vocabulary;
  Random random(3);
  for (std::uint32_t code = 0; code < vocabulary.cells(); ++code) {
    for (int i = 0; i < 50; ++i) {
      const auto narrow = static_cast<std::uint16_t>(code);
      EXPECT_EQ(vocabulary.encode(vocabulary.decode(narrow, random)), narrow)
          << vocabulary.describe(narrow);
    }
  }
}

TEST(Vocabulary, SurvivesJson) {
  dp::Ledger ledger = test_ledger();
  const auto vocabulary =
      Vocabulary::learn(port_field(), kAnyWindow, ports(), affordable(ledger), ledger).vocabulary;
  const auto again = Vocabulary::from_json(port_field(), kAnyWindow, vocabulary.to_json());
  ASSERT_EQ(again.cells(), vocabulary.cells());
  for (Key port = 0; port < 65536; port += 13) {
    EXPECT_EQ(again.encode(port), vocabulary.encode(port));
  }
}

TEST(Vocabulary, RefusesImpossibleJson) {
  dp::Ledger ledger = test_ledger();
  auto json = Vocabulary::learn(port_field(), kAnyWindow, ports(), affordable(ledger), ledger)
                  .vocabulary.to_json();
  auto no_last = json;
  no_last["tokens"] = {{0, "0:1bb", 1}};
  EXPECT_THROW(Vocabulary::from_json(port_field(), kAnyWindow, no_last), Error);
  for (const auto& impossible : {nlohmann::json{7, "0:1", 1},
                                 {1, "0:1", 0},
                                 {1, "0:1", 400},
                                 {0, "0:1", 2},
                                 {1, "0:190", 1}}) {
    auto bad = json;
    bad["tokens"].push_back(impossible);
    EXPECT_THROW(Vocabulary::from_json(port_field(), kAnyWindow, bad), Error) << impossible;
  }
}

/// 5,000 small flows; 400 large ones, of which no cell holds enough to stand out.
TEST(Vocabulary, AThinTailKeepsACodeTogether) {
  Field field;
  field.name = "size";
  field.kind = FieldKind::kSize;
  PrivateColumn column;
  column.values.append(5000, pair_key(1, 60));
  Random random(3);
  for (int i = 0; i < 400; ++i) {
    const std::uint64_t packets = 2000ULL << random.below(6);
    column.values.push_back(pair_key(packets, packets * (600 + random.below(300))));
  }
  dp::Ledger ledger = test_ledger();
  auto options = affordable(ledger);
  options.rho_per_release /= 8;
  const auto [vocabulary, counts] = Vocabulary::learn(field, kAnyWindow, column, options, ledger);
  int large = 0;
  for (const Key value : column.values) {
    large += first_of(vocabulary.decode(vocabulary.encode(value), random)) >= 1000 ? 1 : 0;
  }
  EXPECT_GT(large, 300);
  EXPECT_LT(large, 450);
}

PrivateColumn labels() {
  PrivateColumn column;
  column.names = {"benign", "attack", "secret-project"};
  column.values.append(3000, 0);
  column.values.append(1000, 1);
  column.values.push_back(2);
  return column;
}

TEST(Vocabulary, UndeclaredCategoriesPassAThreshold) {
  dp::Ledger ledger = test_ledger();
  Field field;
  field.name = "label";
  const auto vocabulary =
      Vocabulary::learn(field, kAnyWindow, labels(), affordable(ledger), ledger).vocabulary;
  const std::set<std::string> names(vocabulary.names().begin(), vocabulary.names().end());
  EXPECT_EQ(names, (std::set<std::string>{"benign", "attack", "other"}));
}

TEST(Vocabulary, DeclaredCategoriesStayInTheirList) {
  dp::Ledger ledger = test_ledger();
  Field field;
  field.name = "label";
  field.values = {"attack", "benign", "unseen"};
  const auto vocabulary =
      Vocabulary::learn(field, kAnyWindow, labels(), affordable(ledger), ledger).vocabulary;
  const auto codes = vocabulary.encode(labels()).all<std::uint16_t>();
  EXPECT_EQ(vocabulary.describe(codes.front()), "benign");
  EXPECT_EQ(vocabulary.describe(codes[3500]), "attack");
}

TEST(Vocabulary, StopsWhenTheBudgetDoesNotSuffice) {
  dp::Ledger ledger = test_ledger();
  VocabularyOptions options;
  options.rho_per_release = ledger.rho_total() * 0.6;
  try {
    Vocabulary::learn(port_field(), kAnyWindow, ports(), options, ledger);
    FAIL() << "spent more than there was";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kBudgetExceeded);
  }
}

}  // namespace
}  // namespace tracetwin
