#pragma once

#include <functional>
#include <string>

namespace tracetwin::dp {

/// Where what is released is written down before anyone uses it, so that noise is drawn once and
/// paid for once, however often the command that draws it breaks off and is run again, and by
/// however many processes.
class ReleaseLog {
 public:
  virtual ~ReleaseLog() = default;
  /// The next release of a ledger: what came of it when it was first asked for, or what `draw`
  /// returns, which is then kept before this returns. `request` says what is released. Throws Error
  /// when what was kept was another request.
  virtual std::string once(const std::string& request,
                           const std::function<std::string()>& draw) = 0;
};

}  // namespace tracetwin::dp
