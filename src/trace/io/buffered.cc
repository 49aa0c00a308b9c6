#include <algorithm>
#include <cstring>

#include "trace/io/byte_source.h"

namespace tracetwin {

namespace {
constexpr std::size_t kNowhere = std::string_view::npos;
}

Buffered::Buffered(std::unique_ptr<ByteSource> source, std::size_t capacity)
    : source_(std::move(source)), buffer_(std::max<std::size_t>(capacity, 1)) {}

/// Makes `wanted` bytes available if the source has them. The buffer doubles only once it is full
/// of data, so a caller that asks for a huge number because of a damaged length field costs no
/// more memory than there is data.
void Buffered::fill(std::size_t wanted) {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  while (end_ < wanted && !ended_) {
    if (end_ == buffer_.size()) {
      buffer_.resize(std::min(wanted, 2 * buffer_.size()));
    }
    const std::size_t count = source_->read(std::span(buffer_).subspan(end_));
    end_ += count;
    ended_ = count == 0;
  }
}

std::span<const std::byte> Buffered::head(std::size_t n) {
  const auto is_enough = [&] {
    return end_ - begin_ >= n || ended_ ||
           (buffered_text().find('\n') != kNowhere && source_->would_wait());
  };
  while (!is_enough()) {
    fill(end_ - begin_ + 1);
  }
  return std::span<const std::byte>(buffer_).subspan(begin_, std::min(n, end_ - begin_));
}

bool Buffered::skip(std::uint64_t n) {
  while (n > 0) {
    const std::uint64_t step = std::min<std::uint64_t>(n, available().size());
    if (step == 0) {
      return false;
    }
    consume(static_cast<std::size_t>(step));
    n -= step;
  }
  return true;
}

std::string_view Buffered::buffered_text() const {
  return {reinterpret_cast<const char*>(buffer_.data()) + begin_, end_ - begin_};
}

bool Buffered::line(std::string_view& text, std::size_t limit) {
  std::size_t newline = buffered_text().find('\n');
  while (newline == kNowhere && end_ - begin_ <= limit) {
    const std::size_t searched = end_ - begin_;
    fill(std::max(searched + 1, std::min(2 * searched, limit + 1)));
    if (end_ - begin_ == searched) {
      break;
    }
    newline = buffered_text().find('\n', searched);
  }
  if (begin_ == end_) {
    return false;
  }
  const std::size_t length = std::min(newline, end_ - begin_);
  if (length > limit) {
    text = cut_line(limit, newline);
    return true;
  }
  text = buffered_text().substr(0, length);
  consume(length + (newline == kNowhere ? 0 : 1));
  text.remove_suffix(text.ends_with('\r') ? 1 : 0);
  return true;
}

/// The first `limit` bytes of a line that is longer, kept aside while the rest is dropped.
std::string_view Buffered::cut_line(std::size_t limit, std::size_t newline) {
  cut_line_.assign(buffered_text().substr(0, limit));
  while (newline == kNowhere) {
    consume(end_ - begin_);
    if (available().empty()) {
      return cut_line_;
    }
    newline = buffered_text().find('\n');
  }
  consume(newline + 1);
  return cut_line_;
}

}  // namespace tracetwin
