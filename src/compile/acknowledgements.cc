// Two passes over the script. Backwards: an empty packet must leave its sender's next one, if that
// is empty too, at least one packet to acknowledge. Forwards: numbers never fall, and grow wherever
// there is anything new.
#include "compile/acknowledgements.h"

#include <algorithm>

namespace tracetwin {
namespace {

constexpr std::ptrdiff_t kNoLimit = 1LL << 40;

bool is_empty_ack(const TcpStep& step) {
  return step.role == TcpRole::kSegment && step.payload == 0;
}

/// What each step has seen of the other side, the part before the capture included.
std::vector<std::ptrdiff_t> seen_by(const std::vector<TcpStep>& script) {
  std::array<std::ptrdiff_t, 2> sent = {0, 0};
  std::array<bool, 2> opened = {false, false};
  std::vector<std::ptrdiff_t> seen;
  seen.reserve(script.size());
  for (const TcpStep& step : script) {
    const std::size_t own = step.forward ? 1 : 0;
    const bool opens = step.role == TcpRole::kSyn || step.role == TcpRole::kSynAck;
    seen.push_back(sent[1 - own]);
    sent[own] += takes_sequence(step) && !(opens && opened[own]) ? 1 : 0;
    opened[own] = opened[own] || opens;
  }
  return seen;
}

}  // namespace

std::vector<std::size_t> acknowledged(const std::vector<TcpStep>& script) {
  const std::vector<std::ptrdiff_t> seen = seen_by(script);
  std::vector<std::ptrdiff_t> wanted = seen;
  std::array<std::ptrdiff_t, 2> limit = {kNoLimit, kNoLimit};
  for (std::size_t i = script.size(); i-- > 0;) {
    std::ptrdiff_t& own_limit = limit[script[i].forward ? 1 : 0];
    if (is_empty_ack(script[i])) {
      wanted[i] = std::min(wanted[i], own_limit);
      own_limit = wanted[i] - 1;
    } else {
      own_limit = kNoLimit;
    }
  }
  std::array<std::ptrdiff_t, 2> last = {-1, -1};
  std::vector<std::size_t> result;
  result.reserve(script.size());
  for (std::size_t i = 0; i < script.size(); ++i) {
    std::ptrdiff_t& own_last = last[script[i].forward ? 1 : 0];
    own_last = std::max(wanted[i], std::min(own_last + 1, seen[i]));
    result.push_back(static_cast<std::size_t>(own_last));
  }
  return result;
}

}  // namespace tracetwin
