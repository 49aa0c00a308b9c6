#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/atomic_file.h"

namespace tracetwin::test {

/// Collects what a writer writes.
class TextSink final : public ByteSink {
 public:
  void write(std::span<const std::byte> bytes) override {
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void commit() override {}
  std::string text;
};

}  // namespace tracetwin::test
