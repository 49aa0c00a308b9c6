#pragma once

namespace tracetwin::fuzz {

/// Ends the process, which libFuzzer reports together with the input, unless `held`.
inline void expect(bool held) {
  if (!held) {
    __builtin_trap();
  }
}

}  // namespace tracetwin::fuzz
