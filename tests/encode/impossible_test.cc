#include "encode/impossible.h"

#include <gtest/gtest.h>

#include "trace/packet.h"

namespace tracetwin {
namespace {

constexpr Window kAnyWindow = {0, 1'000'000'000};

Field field_of(std::string name, FieldKind kind) {
  Field field;
  field.name = std::move(name);
  field.kind = kind;
  return field;
}

/// Fields with the values given, each often enough for a code of its own.
struct Trace {
  Schema schema;
  std::vector<Vocabulary> vocabularies;

  void add(const Field& field, std::initializer_list<Key> values) {
    dp::Ledger ledger = dp::Ledger::no_guarantee(dp::Unit::kRecord);
    PrivateColumn column;
    for (const Key value : values) {
      column.values.append(100, value);
    }
    VocabularyOptions options;
    options.floor = 5;
    schema.fields.push_back(field);
    vocabularies.push_back(
        Vocabulary::learn(field, kAnyWindow, column, options, ledger).vocabulary);
  }

  /// Whether a record may have these values of the first two fields.
  bool allows(Key first, Key second) const {
    const auto pairs = impossible_pairs(schema, vocabularies);
    if (pairs.empty()) {
      return true;
    }
    const std::size_t a = vocabularies[0].encode(first);
    const std::size_t b = vocabularies[1].encode(second);
    return !pairs.front().cells[a * vocabularies[1].cells() + b];
  }
};

TEST(ImpossiblePairs, PortsAndProtocols) {
  Trace trace;
  trace.add(field_of("dstport", FieldKind::kPort), {0, 53, 443});
  trace.add(field_of("proto", FieldKind::kProtocol), {kTcp, kUdp, kIcmp, 2});
  EXPECT_TRUE(trace.allows(443, kTcp));
  EXPECT_FALSE(trace.allows(0, kTcp));
  EXPECT_FALSE(trace.allows(0, kUdp));
  EXPECT_TRUE(trace.allows(0, 2)) << "IGMP";
  EXPECT_FALSE(trace.allows(53, 2));
  EXPECT_TRUE(trace.allows(0, kIcmp));
  EXPECT_TRUE(trace.allows(53, kIcmp)) << "a message code";
}

TEST(ImpossiblePairs, FamiliesOfAddresses) {
  const Key v4 = key_of(IpAddress::v4(0x0a000001));
  IpAddress six;
  six.high = 0x20010db800000000;
  six.low = 1;
  Trace trace;
  trace.add(field_of("srcip", FieldKind::kAddress), {v4, key_of(six)});
  trace.add(field_of("dstip", FieldKind::kAddress), {v4, key_of(six)});
  EXPECT_TRUE(trace.allows(v4, v4));
  EXPECT_TRUE(trace.allows(key_of(six), key_of(six)));
  EXPECT_FALSE(trace.allows(v4, key_of(six)));
  Trace with_protocol;
  with_protocol.add(field_of("srcip", FieldKind::kAddress), {v4, key_of(six)});
  with_protocol.add(field_of("proto", FieldKind::kProtocol), {kTcp, kIcmp, kIcmpV6});
  EXPECT_TRUE(with_protocol.allows(v4, kIcmp));
  EXPECT_FALSE(with_protocol.allows(v4, kIcmpV6));
  EXPECT_FALSE(with_protocol.allows(key_of(six), kIcmp));
  EXPECT_TRUE(with_protocol.allows(key_of(six), kTcp));
}

TEST(ImpossiblePairs, SizesNeedRoomForHeaders) {
  Trace trace;
  trace.add(field_of("proto", FieldKind::kProtocol), {kTcp, kUdp});
  trace.add(field_of("size", FieldKind::kSize), {pair_key(1, 29), pair_key(10, 8000)});
  EXPECT_FALSE(trace.allows(kTcp, pair_key(1, 29)));
  EXPECT_TRUE(trace.allows(kUdp, pair_key(1, 29)));
  EXPECT_TRUE(trace.allows(kTcp, pair_key(10, 8000)));
}

TEST(ImpossiblePairs, OnePacketDoesNotLast) {
  Trace trace;
  trace.add(field_of("td", FieldKind::kDuration), {0, 5'000'000});
  trace.add(field_of("size", FieldKind::kSize), {pair_key(1, 60), pair_key(10, 8000)});
  EXPECT_TRUE(trace.allows(0, pair_key(1, 60)));
  EXPECT_FALSE(trace.allows(5'000'000, pair_key(1, 60)));
  EXPECT_TRUE(trace.allows(0, pair_key(10, 8000)));
  EXPECT_TRUE(trace.allows(5'000'000, pair_key(10, 8000)));
}

// A trace without TCP has no record for what TCP does: then the rule says nothing.
TEST(ImpossiblePairs, NoCodeIsLeftAlone) {
  Field tcp = field_of("tcp", FieldKind::kCode);
  tcp.cells = 13;
  Trace trace;
  trace.add(field_of("proto", FieldKind::kProtocol), {kUdp});
  trace.add(tcp, {12});
  EXPECT_TRUE(trace.allows(kUdp, 12));
  EXPECT_TRUE(trace.allows(kUdp, 3));
  Trace with_both;
  with_both.add(field_of("proto", FieldKind::kProtocol), {kUdp, kTcp});
  with_both.add(tcp, {12, 3});
  EXPECT_FALSE(with_both.allows(kUdp, 3));
  EXPECT_FALSE(with_both.allows(kTcp, 12));
  EXPECT_TRUE(with_both.allows(kTcp, 3));
}

}  // namespace
}  // namespace tracetwin
