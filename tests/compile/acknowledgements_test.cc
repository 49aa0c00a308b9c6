#include "compile/acknowledgements.h"

#include <gtest/gtest.h>

#include <string_view>

namespace tracetwin {
namespace {

/// F and B carry data, f and b do not; S and s are SYN and SYN-ACK, X and x a FIN of either side.
std::vector<TcpStep> script_of(std::string_view letters) {
  std::vector<TcpStep> script;
  for (const char letter : letters) {
    const bool forward = letter == 'F' || letter == 'f' || letter == 'S' || letter == 'X';
    const bool data = letter == 'F' || letter == 'B';
    const TcpRole role = letter == 'S'                    ? TcpRole::kSyn
                         : letter == 's'                  ? TcpRole::kSynAck
                         : letter == 'X' || letter == 'x' ? TcpRole::kFin
                                                          : TcpRole::kSegment;
    script.push_back({data ? 10U : 0U, forward, false, role});
  }
  return script;
}

using Counts = std::vector<std::size_t>;

TEST(Acknowledgements, OneForEach) {
  EXPECT_EQ(acknowledged(script_of("SsfFbBf")), (Counts{0, 1, 1, 1, 2, 2, 2}));
}

TEST(Acknowledgements, OneForTwo) {
  EXPECT_EQ(acknowledged(script_of("BBfBBf")), (Counts{0, 0, 2, 0, 0, 4}));
}

TEST(Acknowledgements, ThoseBehindEachOtherLag) {
  EXPECT_EQ(acknowledged(script_of("BBBfff")), (Counts{0, 0, 0, 1, 2, 3}));
  EXPECT_EQ(acknowledged(script_of("BBBBfBfff")), (Counts{0, 0, 0, 0, 2, 0, 3, 4, 5}));
}

TEST(Acknowledgements, DataAndFinsAcknowledgeAll) {
  EXPECT_EQ(acknowledged(script_of("BBBfF")), (Counts{0, 0, 0, 3, 3}));
  EXPECT_EQ(acknowledged(script_of("BBfFxX")), (Counts{0, 0, 2, 2, 1, 3}));
}

TEST(Acknowledgements, WhatIsLeftOverRepeats) {
  EXPECT_EQ(acknowledged(script_of("Bffff")), (Counts{0, 0, 1, 1, 1}));
}

TEST(Acknowledgements, ARepeatedSynIsOnePacket) {
  EXPECT_EQ(acknowledged(script_of("SSsf")), (Counts{0, 0, 1, 1}));
}

TEST(OwedAcks, AnEmptyPacketPaysForOne) {
  OwedAcks owed;
  owed.note(true, true);
  owed.note(true, true);
  EXPECT_TRUE(owed.owes(false));
  owed.note(false, false);
  owed.note(false, false);
  EXPECT_TRUE(owed.owes(false)) << "midstream, one more from before the capture";
  owed.note(false, false);
  EXPECT_FALSE(owed.owes(false));
  owed.note(true, true);
  owed.note(false, true);
  EXPECT_FALSE(owed.owes(false)) << "data acknowledges all";
  EXPECT_TRUE(owed.owes(true));
}

}  // namespace
}  // namespace tracetwin
