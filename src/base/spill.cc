#include "base/spill.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

#include "base/error.h"

namespace tracetwin {
namespace {

constexpr const char* kRemedy = "Free some space there, or set TMPDIR to a folder that has it.";

std::string folder() {
  std::error_code error;
  const auto path = std::filesystem::temp_directory_path(error);
  if (error) {
    throw Error("the folder for temporary files, $TMPDIR, is not there", kRemedy);
  }
  return path.string();
}

}  // namespace

int open_unnamed() {
  std::string path = folder() + "/tracetwin-XXXXXX";
  const int file = ::mkostemp(path.data(), O_CLOEXEC);
  if (file < 0) {
    throw system_error("make a temporary file in", folder(), kRemedy);
  }
  ::unlink(path.c_str());
  return file;
}

Spill::Spill(Spill&& other) noexcept
    : most_in_memory_(other.most_in_memory_),
      memory_(std::move(other.memory_)),
      file_(std::exchange(other.file_, -1)),
      in_file_(other.in_file_) {}

Spill& Spill::operator=(Spill&& other) noexcept {
  std::swap(most_in_memory_, other.most_in_memory_);
  std::swap(memory_, other.memory_);
  std::swap(file_, other.file_);
  std::swap(in_file_, other.in_file_);
  return *this;
}

Spill::~Spill() {
  if (file_ >= 0) {
    ::close(file_);
  }
}

std::uint64_t Spill::append(std::span<const std::byte> bytes) {
  if (file_ < 0 && memory_.size() + bytes.size() <= most_in_memory_) {
    memory_.insert(memory_.end(), bytes.begin(), bytes.end());
    return memory_.size() - bytes.size();
  }
  if (file_ < 0) {
    file_ = open_unnamed();
  }
  const std::uint64_t place = memory_.size() + in_file_;
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(in_file_));
    if (written < 0 && errno != EINTR) {
      throw system_error("write a temporary file in", folder(), kRemedy);
    }
    const auto done = static_cast<std::size_t>(std::max<ssize_t>(0, written));
    in_file_ += done;
    bytes = bytes.subspan(done);
  }
  return place;
}

void Spill::read(std::uint64_t place, std::span<std::byte> bytes) const {
  if (place < memory_.size()) {
    std::memcpy(bytes.data(), memory_.data() + place, bytes.size());
    return;
  }
  std::uint64_t offset = place - memory_.size();
  while (!bytes.empty()) {
    const ssize_t got = ::pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got == 0 || (got < 0 && errno != EINTR)) {
      throw system_error("read a temporary file in", folder());
    }
    const auto done = static_cast<std::size_t>(std::max<ssize_t>(0, got));
    offset += done;
    bytes = bytes.subspan(done);
  }
}

}  // namespace tracetwin
