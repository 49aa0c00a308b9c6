#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "trace/reader.h"

namespace tracetwin::cli {

/// A frame reader that has read its first frame already, so that info() knows what a writer has
/// to know before the first frame; next() gives that frame first.
class PeekedFrames final : public FrameReader {
 public:
  explicit PeekedFrames(std::unique_ptr<FrameReader> inner) : inner_(std::move(inner)) {
    waiting_ = inner_->next(first_);
    bytes_.assign(first_.bytes.begin(), first_.bytes.end());
    first_.bytes = bytes_;
  }

  bool next(Frame& frame) override {
    if (!std::exchange(waiting_, false)) {
      return inner_->next(frame);
    }
    frame = first_;
    return true;
  }

  const SourceInfo& info() const override { return inner_->info(); }
  const Skips& skips() const override { return inner_->skips(); }
  std::uint64_t position() const override { return inner_->position(); }
  std::uint64_t bytes_read() const override { return inner_->bytes_read(); }

 private:
  std::unique_ptr<FrameReader> inner_;
  bool waiting_ = false;
  Frame first_;
  std::vector<std::byte> bytes_;
};

}  // namespace tracetwin::cli
