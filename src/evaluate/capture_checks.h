#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "trace/assemble.h"
#include "trace/frame.h"
#include "trace/packet.h"

namespace tracetwin::evaluate {

/// So many of so many.
struct Share {
  std::uint64_t good = 0;
  std::uint64_t all = 0;
};

/// What can be said about a packet trace only while its frames go by.
struct CaptureChecks {
  std::uint64_t conversations = 0;  ///< both directions, cut by the usual timeouts
  /// Whether some TCP packet has a sequence number and flags beyond ACK, which readers of tables
  /// without flags make up.
  bool has_tcp_state = false;
  Share tcp;                     ///< TCP conversations in which every packet is legal
  std::uint64_t answered = 0;    ///< of all of these, those of which both directions are there
  std::uint64_t unanswered = 0;  ///< of the good ones, those that send data to nobody
  std::map<std::string, std::uint64_t> tcp_faults;  ///< conversations by their first fault
  Share ip_checksum;                                ///< IPv4 headers
  Share transport_checksum;                         ///< TCP, UDP and ICMP messages captured whole
};

/// Gathers CaptureChecks over a stream of packets.
class CaptureChecker {
 public:
  CaptureChecker();
  ~CaptureChecker();
  CaptureChecker(CaptureChecker&&) noexcept;

  /// In the order of the capture. `frame` is that of the packet, nullptr where there is none.
  void add(const Packet& packet, const Frame* frame);
  CaptureChecks finish();

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace tracetwin::evaluate
