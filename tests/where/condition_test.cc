#include "where/condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "base/error.h"
#include "learned.h"

namespace tracetwin {
namespace {

using test::learned;
using testing::HasSubstr;

/// A schema of flows with a label, a score and Zeek's counts, and vocabularies that know of
/// little but the labels.
struct Known {
  Schema schema;
  std::vector<Vocabulary> vocabularies;

  Known() {
    Declarations declared;
    declared.columns.push_back(
        {"score", false, test::field_of(FieldKind::kNumber, "score"), {}, {}});
    const std::vector<std::string> extras = {"label", "score", "orig_pkts"};
    schema = flow_schema(extras, declared);
    for (const Field& field : schema.fields) {
      const bool is_label = field.kind == FieldKind::kCategory;
      vocabularies.push_back(
          is_label ? learned(field, std::vector<Key>{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1},
                             {"Benign", "C&C"})
                   : learned(field, std::vector<Key>(20, value_of(field.kind))));
    }
  }

  static Key value_of(FieldKind kind) {
    switch (kind) {
      case FieldKind::kAddress:
        return key_of(IpAddress::v4(1));
      case FieldKind::kNumber:
      case FieldKind::kShare:
        return number_key(0);
      default:
        return 0;
    }
  }

  std::vector<Condition> understood(std::vector<std::string> texts) const {
    std::vector<Where> wheres;
    for (const std::string& text : texts) {
      wheres.push_back(parse_where(text));
    }
    return understand(wheres, schema, vocabularies);
  }
  std::string complaint(std::vector<std::string> texts) const {
    try {
      understood(std::move(texts));
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), ExitCode::kBadInput);
      return std::string(error.what()) + "\n" + error.remedy();
    }
    return "accepted";
  }
  bool holds(const std::string& text, Key key) const { return understood({text})[0].holds(key); }
};

const Known& known() {
  static const Known kKnown;
  return kKnown;
}

Key address(const char* text) {
  return key_of(*parse_address(text));
}

struct Case {
  const char* text;
  Key key;
  bool holds;
};

TEST(Condition, EveryKindOfFieldIsUnderstood) {
  const Case cases[] = {
      {"srcip in 10.0.0.0/8", address("10.255.0.1"), true},
      {"srcip in 10.0.0.0/8", address("11.0.0.0"), false},
      {"srcip != 10.0.0.0/8", address("11.0.0.0"), true},
      {"dstip = 2001:db8::/32", address("2001:db8:ffff::1"), true},
      {"dstip = 2001:db8::/32", address("2001:db9::"), false},
      {"dstip = ::/0", address("1.2.3.4"), true},
      {"dstip = 0.0.0.0/0", address("2001:db8::1"), false},
      {"dstip in 10.0.0.1..10.0.0.9", address("10.0.0.9"), true},
      {"dstport in {80,443}", 443, true},
      {"dstport in {80,443}", 444, false},
      {"dport <= 1023", 1023, true},
      {"dport > 1023", 1023, false},
      {"dport < 0", 0, false},
      {"'Dst Port' not in 80..90", 90, false},
      {"proto = tcp", 6, true},
      {"proto = ICMP", 1, true},
      {"protocol in {17, 47}", 47, true},
      {"ts < 1970-01-02", 86'399'999'999'999, true},
      {"ts < 1970-01-02", 86'400'000'000'000, false},
      {"ts >= 1970-01-01T00:00:01Z", 1'000'000'000, true},
      {"ts in 1.5..2", 1'500'000'000, true},
      {"ts in 1970-01-01T01:00:00+01:00..10", 0, true},
      {"td < 10ms", 9'999, true},
      {"td < 10ms", 10'000, false},
      {"td <= 10ms", 10'000, true},
      {"td = 1500ns", 1, false},
      {"td > 1500ns", 2, true},
      {"td >= 1500ns", 1, false},
      {"duration > 1m30s", 90'000'001, true},
      {"td > 5", 5'000'001, true},
      {"td != 0", 0, false},
      {"packets > 10", pair_key(11, 0), true},
      {"pkts > 10", pair_key(10, 99999), false},
      {"bytes <= 1500", pair_key(9, 1500), true},
      {"byt <= 1500", pair_key(9, 1501), false},
      {"label = C&C", 1, true},
      {"label not in {C&C}", 0, true},
      {"score < 0.5", number_key(0.25), true},
      {"score < 0.5", number_key(0.5), false},
      {"score in -1..0", number_key(0.0), true},
      {"score >= -1e3", number_key(-999), true},
      {"orig_pkts > 3", 4, true},
  };
  for (const Case& c : cases) {
    if (std::string(c.text) == "dport < 0") {
      EXPECT_THAT(known().complaint({c.text}), HasSubstr("no dstport satisfies"));
      continue;
    }
    if (std::string(c.text) == "td = 1500ns") {
      EXPECT_THAT(known().complaint({c.text}), HasSubstr("no td satisfies"));
      continue;
    }
    EXPECT_EQ(known().holds(c.text, c.key), c.holds) << c.text;
  }
}

struct Mistake {
  std::vector<std::string> texts;
  const char* complaint;
};

TEST(Condition, MistakesAreToldWithWhatWouldBeRight) {
  const Mistake mistakes[] = {
      {{"dstprot = 80"}, "Did you mean 'dstport'?"},
      {{"colour = red"},
       "it has srcip, dstip, srcport, dstport, proto, ts, td, packets, bytes, "
       "label, score, orig_pkts"},
      {{"size = 3"}, "has no field 'size'"},
      {{"label = Malicious"}, "the model has no label 'Malicious'; it has Benign, C&C"},
      {{"label = benign"}, "Did you mean 'Benign'?"},
      {{"label < C&C"}, "no quantity"},
      {{"label = a..b"}, "it has Benign"},
      {{"srcip = 10.0.0.0/33"}, "a prefix such as"},
      {{"srcip = fred"}, "is not an address"},
      {{"srcip < 10.0.0.0"}, "no quantity"},
      {{"srcip in 10.0.0.9..10.0.0.1"}, "ends before it begins"},
      {{"dstport = 65536"}, "a port from 0 to 65535"},
      {{"dstport = -1"}, "a port from 0 to 65535"},
      {{"dstport = 80.5"}, "a port from 0 to 65535"},
      {{"proto = tcq"}, "a protocol such as"},
      {{"ts < yesterday"}, "a time such as"},
      {{"ts < 1795316944152538"}, "seconds since 1970"},
      {{"td < 10 parsecs"}, "a duration such as"},
      {{"packets > many"}, "a whole number"},
      {{"score < nan"}, "a number"},
      {{"score < 1e999"}, "a number"},
      {{"dstport = 80", "dstport = 443"}, "no dstport satisfies both"},
      {{"packets > 3", "packets < 3"}, "no packets satisfies both"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_THAT(known().complaint(mistake.texts), HasSubstr(mistake.complaint));
  }
  EXPECT_EQ(known().complaint({"packets > 3", "bytes < 3"}), "accepted");
}

TEST(Condition, LongListsAreReadAtOnce) {
  std::string text = "dstport in {0";
  for (int port = 2; port < 65536; port += 2) {
    text += "," + std::to_string(port);
  }
  const auto condition = known().understood({text + "}"})[0];
  EXPECT_EQ(condition.keys.intervals().size(), 32768U);
  EXPECT_EQ(condition.keys.complement().intersected(KeySet::range(0, 65535)).size(), 32768);
}

TEST(Condition, ConversationsHavePacketsEachWayAndTcpStates) {
  const Schema schema = capture_schema({});
  std::vector<Vocabulary> vocabularies;
  for (const Field& field : schema.fields) {
    vocabularies.push_back(learned(
        field,
        std::vector<Key>(20, field.kind == FieldKind::kAddress ? key_of(IpAddress::v4(1)) : 0)));
  }
  const auto holds = [&](const char* text, Key key) {
    const std::vector<Where> wheres = {parse_where(text)};
    return understand(wheres, schema, vocabularies)[0].holds(key);
  };
  EXPECT_TRUE(holds("packets = 7", pair_key(3, 4)));
  EXPECT_TRUE(holds("fwd_packets = 3", pair_key(3, 4)));
  EXPECT_FALSE(holds("bwd_packets = 0", pair_key(3, 4)));
  EXPECT_TRUE(holds("tcp = handshake-fin", 1));
  EXPECT_TRUE(holds("tcp = handshake", 2));
  EXPECT_TRUE(holds("tcp = fin", 10));
  EXPECT_FALSE(holds("tcp = fin", 12));
  EXPECT_TRUE(holds("tcp = not-tcp", 12));
  EXPECT_TRUE(holds("tcp != not-tcp", 0));
  EXPECT_TRUE(holds("ttl in 60..64", 64));
}

TEST(Condition, MomentsArePossibleTimes) {
  EXPECT_EQ(parse_moment("1970-01-01T00:00:01Z"), 1'000'000'000);
  EXPECT_EQ(parse_moment("1970-01-02"), 86'400'000'000'000);
  EXPECT_EQ(parse_moment("1970-01-01T00:00:01"), 1'000'000'000);
  EXPECT_EQ(parse_moment("12.25"), 12'250'000'000);
  for (const char* text : {"", "-1", "2262-01-01T00:00:00Z", "1969-12-31", "1e99", "now"}) {
    EXPECT_EQ(parse_moment(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tracetwin
