#include "trace/io/byte_range.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <vector>

#include "base/error.h"

namespace tracetwin {
namespace {

constexpr std::size_t kAtOnce = std::size_t{1} << 20;

std::ifstream opened(const std::filesystem::path& path, std::uint64_t place) {
  std::ifstream file(path, std::ios::binary);
  if (!file.seekg(static_cast<std::streamoff>(place))) {
    throw system_error("read", path.string());
  }
  return file;
}

class RangeSource final : public ByteSource {
 public:
  RangeSource(const std::filesystem::path& path, std::uint64_t head, std::uint64_t begin,
              std::uint64_t end)
      : file_(opened(path, 0)), head_(head), begin_(begin), left_(end - begin) {}

  std::size_t read(std::span<std::byte> buffer) override {
    if (head_ == 0 && !in_range_) {
      file_.seekg(static_cast<std::streamoff>(begin_));
      in_range_ = true;
    }
    std::uint64_t& left = in_range_ ? left_ : head_;
    const auto wanted = static_cast<std::streamsize>(std::min<std::uint64_t>(left, buffer.size()));
    file_.read(reinterpret_cast<char*>(buffer.data()), wanted);
    const auto count = static_cast<std::uint64_t>(file_.gcount());
    left = count == 0 ? 0 : left - count;
    read_ += count;
    return count == 0 && !in_range_ ? read(buffer) : static_cast<std::size_t>(count);
  }
  std::uint64_t bytes_read() const override { return read_; }

 private:
  std::ifstream file_;
  std::uint64_t head_;  // bytes left of it
  std::uint64_t begin_;
  std::uint64_t left_;  // of the range
  bool in_range_ = false;
  std::uint64_t read_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> range_source(const std::filesystem::path& path, std::uint64_t head,
                                         std::uint64_t begin, std::uint64_t end) {
  return std::make_unique<RangeSource>(path, head, begin, end);
}

std::uint64_t line_at(const std::filesystem::path& path, std::uint64_t place) {
  if (place == 0) {
    return 0;
  }
  std::ifstream file = opened(path, place - 1);
  std::vector<char> buffer(kAtOnce);
  for (std::uint64_t at = place - 1;;) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const auto count = static_cast<std::size_t>(file.gcount());
    const void* found = std::memchr(buffer.data(), '\n', count);
    if (found != nullptr) {
      return at + static_cast<std::uint64_t>(static_cast<const char*>(found) - buffer.data()) + 1;
    }
    at += count;
    if (count == 0) {
      return at;
    }
  }
}

LineFacts line_facts(const std::filesystem::path& path, std::uint64_t begin, std::uint64_t end) {
  LineFacts facts;
  std::ifstream file = opened(path, begin);
  std::vector<char> buffer(kAtOnce);
  for (std::uint64_t left = end - begin; left > 0;) {
    file.read(buffer.data(),
              static_cast<std::streamsize>(std::min<std::uint64_t>(left, buffer.size())));
    const auto count = static_cast<std::size_t>(file.gcount());
    if (count == 0) {
      break;
    }
    facts.lines += static_cast<std::uint64_t>(
        std::count(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count), '\n'));
    facts.quotes = facts.quotes || std::memchr(buffer.data(), '"', count) != nullptr;
    left -= count;
  }
  return facts;
}

}  // namespace tracetwin
