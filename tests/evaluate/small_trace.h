#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "evaluate/joint.h"
#include "evaluate/report.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// What 200, 201, … stand for: 224.0.0.1, 255.255.255.255, 0.0.0.0, 127.0.0.1 and 240.0.0.1.
enum OddAddress : std::uint8_t { kMulticast = 200, kBroadcast, kZero, kLoopback, kReserved };

/// A flow record short enough to work with by hand.
struct SmallFlow {
  std::uint8_t src;  ///< of 10.0.0.src; from 200 on an OddAddress
  std::uint8_t dst;
  std::uint16_t srcport = 1000;
  std::uint16_t dstport = 80;
  std::uint8_t proto = 6;
  double time = 0;  ///< s, ascending
  double td = 0;
  double pkt = 1;
  double byt = 100;
  std::string type = "a";
};

/// A packet short enough to work with by hand.
struct SmallPacket {
  std::uint8_t src;
  std::uint8_t dst;
  double time = 0;
  double length = 100;
  std::uint8_t ttl = 64;
  std::uint8_t proto = 17;
  std::uint32_t flag = 0;
  std::uint32_t off = 0;
};

/// Two aligned traces.
struct SmallPair {
  Sample real;
  Sample synthetic;
  Pair pair() const { return {real, synthetic}; }
};
SmallPair small_pair(const std::vector<SmallFlow>& real, const std::vector<SmallFlow>& synthetic);
SmallPair small_pair(const std::vector<SmallPacket>& real,
                     const std::vector<SmallPacket>& synthetic);

/// The metric of that identifier, which there is.
const Metric& metric_of(const std::vector<Group>& groups, const std::string& id);
/// Its value; NaN when it has none.
double value_of(const std::vector<Group>& groups, const std::string& id);

}  // namespace tracetwin::evaluate
