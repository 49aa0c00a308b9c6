#include "evaluate/capture_checks.h"

#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "evaluate/checksums.h"
#include "evaluate/tcp_watch.h"

namespace tracetwin::evaluate {

class CaptureChecker::Work {
 public:
  Work() : flows_(FlowTimeouts{}, [this](const AssembledFlow& flow) { end(flow.number); }) {}

  void add(const Packet& packet, const Frame* frame) {
    const auto placed = flows_.add(packet);
    if (packet.tuple.proto == kTcp && packet.transport_header > 0) {
      watch(packet, placed);
      has_numbers_ = has_numbers_ || packet.tcp_seq != 0;
      has_flags_ = has_flags_ || packet.tcp_flags != kAck;
    }
    if (frame != nullptr) {
      const ChecksumVerdict verdict = check_checksums(*frame, packet);
      count(verdict.ip, checks_.ip_checksum);
      count(verdict.transport, checks_.transport_checksum);
    }
  }

  CaptureChecks finish() {
    flows_.finish();
    checks_.conversations = flows_.flows();
    checks_.has_tcp_state = has_numbers_ && has_flags_;
    return std::move(checks_);
  }

 private:
  struct Watched {
    TcpWatch watch;
    bool faulty = false;
  };

  void watch(const Packet& packet, const FlowAssembler::Placement& placed) {
    Watched& watched = watched_[placed.flow];
    if (watched.faulty) {
      return;
    }
    const std::string_view fault = watched.watch.fault(packet, placed.forward);
    if (!fault.empty()) {
      watched.faulty = true;
      ++checks_.tcp_faults[std::string(fault)];
    }
  }

  void end(std::uint64_t flow) {
    const auto at = watched_.find(flow);
    if (at != watched_.end()) {
      ++checks_.tcp.all;
      const auto& [watch, faulty] = at->second;
      checks_.tcp.good += faulty ? 0 : 1;
      checks_.answered += watch.is_answered() ? 1 : 0;
      checks_.unanswered += !faulty && watch.is_talking_to_itself() ? 1 : 0;
      watched_.erase(at);
    }
  }

  static void count(const std::optional<bool>& right, Share& share) {
    share.all += right ? 1 : 0;
    share.good += right && *right ? 1 : 0;
  }

  FlowAssembler flows_;
  std::unordered_map<std::uint64_t, Watched> watched_;  ///< conversations that are running
  CaptureChecks checks_;
  bool has_numbers_ = false;
  bool has_flags_ = false;
};

CaptureChecker::CaptureChecker() : work_(std::make_unique<Work>()) {}
CaptureChecker::~CaptureChecker() = default;
CaptureChecker::CaptureChecker(CaptureChecker&&) noexcept = default;

void CaptureChecker::add(const Packet& packet, const Frame* frame) {
  work_->add(packet, frame);
}

CaptureChecks CaptureChecker::finish() {
  return work_->finish();
}

}  // namespace tracetwin::evaluate
