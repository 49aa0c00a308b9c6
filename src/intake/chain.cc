#include "intake/chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/error.h"
#include "trace/source_info.h"

namespace tracetwin {
namespace {

constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);

const char* contents_of(const AnyReader& reader) {
  static constexpr const char* kContents[] = {"a capture", "a packet table", "flow records"};
  return kContents[reader.index()];
}

/// The files still to be read, and what is common to reading them. Derived classes tell what is to
/// be done when another file begins.
template <class Reader>
class Chain : public Reader {
 public:
  Chain(std::unique_ptr<Reader> first, std::vector<std::filesystem::path> files, TraceOpener open,
        const std::string& name)
      : inner_(std::move(first)), files_(std::move(files)), open_(std::move(open)) {
    info_ = inner_->info();
    info_.name = name;
    info_.files = files_.size();
  }

  const SourceInfo& info() const override { return info_; }
  std::uint64_t bytes_read() const override { return bytes_before_ + inner_->bytes_read(); }
  const Skips& skips() const override {
    all_skips_ = skips_;
    all_skips_.merge(inner_->skips());
    return all_skips_;
  }

 protected:
  /// Leaves the file that has ended for the next one; false when that was the last.
  bool open_next() {
    unite(info_, inner_->info());
    if (at_ + 1 == files_.size()) {
      return false;
    }
    AnyReader opened = open_(files_[at_ + 1]);
    auto* next = std::get_if<std::unique_ptr<Reader>>(&opened);
    if (next == nullptr) {
      throw Error(fmt::format("{} holds {}, the file before it {}", files_[at_ + 1].string(),
                              contents_of(opened), contents_of(AnyReader(std::move(inner_)))),
                  "Give files of one kind.");
    }
    skips_.merge(inner_->skips());
    bytes_before_ += inner_->bytes_read();
    inner_ = std::move(*next);
    ++at_;
    unite(info_, inner_->info());
    return true;
  }

  std::unique_ptr<Reader> inner_;
  Skips skips_;

 private:
  std::vector<std::filesystem::path> files_;
  TraceOpener open_;
  std::size_t at_ = 0;
  SourceInfo info_;
  std::uint64_t bytes_before_ = 0;
  mutable Skips all_skips_;
};

class FrameChain final : public Chain<FrameReader> {
 public:
  using Chain::Chain;

  bool next(Frame& frame) override {
    while (!inner_->next(frame)) {
      const std::uint64_t last = inner_->position();
      if (!open_next()) {
        return false;
      }
      before_ += last;
    }
    return true;
  }
  std::uint64_t position() const override { return before_ + inner_->position(); }

 private:
  std::uint64_t before_ = 0;
};

class PacketChain final : public Chain<PacketReader> {
 public:
  using Chain::Chain;

  bool next(Packet& packet) override {
    while (!inner_->next(packet)) {
      if (!open_next()) {
        return false;
      }
    }
    return true;
  }
};

class FlowChain final : public Chain<FlowReader> {
 public:
  using Chain::Chain;

  bool next(FlowBatch& batch) override {
    batch.clear();
    while (!inner_->next(is_first_ ? batch : read_)) {
      if (is_first_) {
        columns_ = inner_->extra_columns();
      }
      if (!open_next()) {
        return false;
      }
      is_first_ = false;
      where_.reset();
    }
    if (!is_first_) {
      find_columns();
      rearrange(batch);
    }
    return true;
  }

  const std::vector<std::string>& extra_columns() const override {
    return is_first_ ? inner_->extra_columns() : columns_;
  }

 private:
  /// Once a batch has been read, since some readers know their columns only then.
  void find_columns() {
    if (where_) {
      return;
    }
    where_.emplace();
    const auto& names = inner_->extra_columns();
    for (const std::string& column : columns_) {
      const auto found = std::find(names.begin(), names.end(), column);
      where_->push_back(found == names.end() ? kAbsent
                                             : static_cast<std::size_t>(found - names.begin()));
    }
    for (const std::string& name : names) {
      if (std::find(columns_.begin(), columns_.end(), name) == columns_.end()) {
        skips_.add(fmt::format("column {:.40} is not in the first file", name), 1);
      }
    }
  }

  void rearrange(FlowBatch& batch) {
    batch.extras.resize(columns_.size());
    batch.records.swap(read_.records);
    batch.lines.swap(read_.lines);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if ((*where_)[i] != kAbsent) {
        std::swap(batch.extras[i], read_.extras[(*where_)[i]]);
        continue;
      }
      for (std::size_t row = 0; row < batch.records.size(); ++row) {
        batch.extras[i].append("-");
      }
    }
  }

  FlowBatch read_;
  bool is_first_ = true;
  std::vector<std::string> columns_;
  std::optional<std::vector<std::size_t>> where_;  ///< of each column in the file being read
};

}  // namespace

AnyReader chain(std::vector<std::filesystem::path> files, const TraceOpener& open,
                const std::string& name) {
  AnyReader first = open(files.front());
  if (files.size() == 1) {
    return first;
  }
  return std::visit(
      [&](auto reader) -> AnyReader {
        using Reader = typename decltype(reader)::element_type;
        using Chained = std::conditional_t<
            std::is_same_v<Reader, FrameReader>, FrameChain,
            std::conditional_t<std::is_same_v<Reader, PacketReader>, PacketChain, FlowChain>>;
        return std::make_unique<Chained>(std::move(reader), std::move(files), open, name);
      },
      std::move(first));
}

}  // namespace tracetwin
