// A record is a line "tracetwin record SIZE CHECKSUM" and the bytes; a journal is such entries one
// behind the other.
#include "work/record.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/read_file.h"

namespace tracetwin::work {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBegin = "tracetwin record ";
constexpr std::size_t kMostHead = 64;
constexpr const char* kRemedy = "Remove the work folder that it is in, and start again.";

std::string head_of(std::string_view bytes) {
  return fmt::format("{}{} {:08x}\n", kBegin, bytes.size(), checksum(bytes));
}

struct Entry {
  std::string_view bytes;
  std::size_t size = 0;  // with its head
};

/// What an attempt to take an entry from the front of a text finds.
enum class Found { kWhole, kCutOff, kDamaged };

Found take(std::string_view text, Entry& entry) {
  const std::size_t end = text.substr(0, kMostHead).find('\n');
  if (end == std::string_view::npos) {
    return text.size() < kMostHead ? Found::kCutOff : Found::kDamaged;
  }
  unsigned long long size = 0;
  unsigned sum = 0;
  if (std::sscanf(std::string(text.substr(0, end)).c_str(), "tracetwin record %llu %x", &size,
                  &sum) != 2) {
    return Found::kDamaged;
  }
  const std::string_view rest = text.substr(end + 1);
  if (size > rest.size()) {
    return Found::kCutOff;
  }
  entry = {rest.substr(0, size), end + 1 + size};
  return checksum(entry.bytes) == sum ? Found::kWhole : Found::kDamaged;
}

[[noreturn]] void refuse(const fs::path& path) {
  throw Error(
      fmt::format("{} is damaged: its checksum is not that of what it holds", path.string()),
      kRemedy);
}

}  // namespace

std::uint32_t checksum(std::string_view bytes) {
  uLong sum = ::crc32_z(0, nullptr, 0);
  return static_cast<std::uint32_t>(
      ::crc32_z(sum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

void keep_record(const fs::path& path, std::string_view bytes) {
  const auto sink = open_output(path, true);
  sink->write(head_of(bytes));
  sink->write(bytes);
  sink->commit();
}

std::optional<std::string> find_record(const fs::path& path) {
  std::error_code missing;
  if (!fs::exists(path, missing)) {
    return std::nullopt;
  }
  const std::string text = read_file(path);
  Entry entry;
  if (take(text, entry) != Found::kWhole || entry.size != text.size()) {
    refuse(path);
  }
  return std::string(entry.bytes);
}

Journal::Journal(fs::path path) : path_(std::move(path)) {
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file_ < 0) {
    throw system_error("open", path_.string(), "Choose a --work-folder that you may write to.");
  }
  const std::string text = read_file(path_);
  std::string_view rest = text;
  while (!rest.empty()) {
    Entry entry;
    const Found found = take(rest, entry);
    // Of what was not written to its end, the length may be there and the bytes not.
    const bool last = found == Found::kCutOff || entry.size == rest.size() ||
                      rest.find_first_not_of('\0') == std::string_view::npos;
    if (found == Found::kDamaged && !last) {
      ::close(file_);
      refuse(path_);
    }
    if (found != Found::kWhole) {
      break;
    }
    entries_.emplace_back(entry.bytes);
    rest.remove_prefix(entry.size);
  }
  if (!rest.empty() && ::ftruncate(file_, static_cast<off_t>(text.size() - rest.size())) != 0) {
    ::close(file_);
    throw system_error("repair", path_.string());
  }
}

Journal::~Journal() {
  ::close(file_);
}

void Journal::add(std::string_view entry) {
  std::string text = head_of(entry);
  text += entry;
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = ::write(file_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      throw system_error("write", path_.string(),
                         "Free some space, and run the same command again.");
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file_) != 0) {
    throw system_error("write", path_.string(), "Free some space, and run the same command again.");
  }
  entries_.emplace_back(entry);
}

std::size_t entries_in(const fs::path& journal) {
  const std::string text = read_file(journal);
  std::size_t entries = 0;
  Entry entry;
  for (std::string_view rest = text; !rest.empty() && take(rest, entry) == Found::kWhole;
       rest.remove_prefix(entry.size)) {
    ++entries;
  }
  return entries;
}

}  // namespace tracetwin::work
