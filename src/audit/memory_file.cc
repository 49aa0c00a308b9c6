#include "audit/memory_file.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"

namespace tracetwin::audit {

MemoryFile::MemoryFile(std::string_view content)
    : descriptor_(::memfd_create("tracetwin", MFD_CLOEXEC)) {
  if (descriptor_ < 0) {
    throw system_error("make", "a file in memory");
  }
  while (!content.empty()) {
    const ssize_t count = ::write(descriptor_, content.data(), content.size());
    if (count < 0 && errno != EINTR) {
      const Error error = system_error("write", "a file in memory");
      ::close(std::exchange(descriptor_, -1));
      throw error;
    }
    content.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
  }
}

MemoryFile::~MemoryFile() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

MemoryFile::MemoryFile(MemoryFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

MemoryFile& MemoryFile::operator=(MemoryFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

std::filesystem::path MemoryFile::path() const {
  return fmt::format("/proc/self/fd/{}", descriptor_);
}

void TextSink::write(std::span<const std::byte> bytes) {
  text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

PrivateTrace read_trace(const MemoryFile& file, TrainJob job) {
  job.input = file.path();
  return read_private(job, {});
}

}  // namespace tracetwin::audit
