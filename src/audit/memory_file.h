#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/atomic_file.h"
#include "pipeline/private_trace.h"

namespace tracetwin::audit {

/// A file that lives in memory (memfd_create) as long as this object: whatever reads a path can
/// read it, from several threads at once, and nothing private is left on a disk however the
/// process ends. Linux only.
class MemoryFile {
 public:
  /// Throws Error when there is no memory for it.
  explicit MemoryFile(std::string_view content);
  ~MemoryFile();
  MemoryFile(MemoryFile&& other) noexcept;
  MemoryFile& operator=(MemoryFile&& other) noexcept;
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::filesystem::path path() const;

 private:
  int descriptor_ = -1;
};

/// The trace in it, as a training reads its input.
PrivateTrace read_trace(const MemoryFile& file, TrainJob job);

/// A sink that keeps what is written.
class TextSink final : public ByteSink {
 public:
  void write(std::span<const std::byte> bytes) override;
  void commit() override {}
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace tracetwin::audit
