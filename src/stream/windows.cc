// A window ends where the first record of a later one is met, which is kept back. Of frames and
// packets that is one record, of flow records the rest of a batch.
#include "stream/windows.h"

#include <limits>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace tracetwin::stream {
namespace {

std::int64_t begin_of(std::int64_t time_ns, std::int64_t epoch_ns) {
  const std::int64_t rest = time_ns % epoch_ns;
  return time_ns - (rest < 0 ? rest + epoch_ns : rest);
}

}  // namespace

/// The first of a gap, while the record behind it is looked at.
struct HeldFrame {
  std::vector<std::byte> bytes;

  void hold(Frame& frame) {
    bytes.assign(frame.bytes.begin(), frame.bytes.end());
    frame.bytes = bytes;
  }
  void hold(Packet& /*packet*/) {}
};

/// Where reading is.
class Windows::Cut {
 public:
  Cut(AnyReader reader, std::int64_t epoch_ns, std::int64_t from_ns)
      : reader_(std::move(reader)), epoch_ns_(epoch_ns), begin_(from_ns) {}

  bool find_next() {
    const bool found = std::visit([&](auto& reader) { return find(*reader); }, reader_);
    records_ = 0;
    return found;
  }
  std::int64_t begin() const { return begin_; }
  std::uint64_t records() const { return records_; }
  std::uint64_t take_late() { return std::exchange(late_, 0); }
  AnyReader& inner() { return reader_; }

  /// One record of the window; false at its end.
  template <class Reader, class Record>
  bool take(Reader& reader, Record& kept, Record& record) {
    if (!has_kept_ && !read(reader, kept)) {
      return false;
    }
    if (kept.time_ns >= end()) {
      has_kept_ = true;
      return false;
    }
    has_kept_ = false;
    record = kept;
    ++records_;
    return true;
  }

  bool take(FlowReader& reader, FlowBatch& batch) {
    batch.clear();
    while (batch.records.empty()) {
      if (row_ >= flows_.records.size() && !more_flows(reader)) {
        return false;
      }
      if (pass_stray()) {
        continue;
      }
      if (flows_.records[row_].start_ns >= end()) {
        return false;
      }
      batch.extras.resize(flows_.extras.size());
      for (; row_ < flows_.records.size() && flows_.records[row_].start_ns < end(); ++row_) {
        if (flows_.records[row_].start_ns < begin_) {
          ++late_;
          continue;
        }
        copy_row(batch);
      }
    }
    records_ += batch.records.size();
    return true;
  }

  Frame& frame() { return frame_; }
  Packet& packet() { return packet_; }

 private:
  std::int64_t end() const {
    return begin_ > std::numeric_limits<std::int64_t>::max() - epoch_ns_
               ? std::numeric_limits<std::int64_t>::max()
               : begin_ + epoch_ns_;
  }

  /// The next record that is not too late. One that leaves whole windows out is believed when the
  /// record behind it agrees: a clock that was wrong for a moment does not end the stream.
  template <class Reader, class Record>
  bool read(Reader& reader, Record& record) {
    auto& behind = std::get<std::optional<Record>>(behind_);
    for (;;) {
      if (behind) {
        record = *std::exchange(behind, std::nullopt);
      } else if (!reader.next(record)) {
        return false;
      }
      if (record.time_ns < begin_) {
        late_ += started_ ? 1 : 0;
        continue;
      }
      if (started_ && !leaves_windows_out(record.time_ns)) {
        return true;
      }
      held_.hold(record);
      Record next;
      if (!reader.next(next)) {
        return true;
      }
      behind = next;
      if (!contradicts(next.time_ns, record.time_ns)) {
        return true;
      }
      ++late_;
    }
  }

  bool leaves_windows_out(std::int64_t time_ns) const {
    return begin_of(time_ns, epoch_ns_) > end();
  }
  /// Whether a record is more than a window before the one that came before it.
  bool contradicts(std::int64_t next_ns, std::int64_t time_ns) const {
    return begin_of(next_ns, epoch_ns_) + epoch_ns_ < begin_of(time_ns, epoch_ns_);
  }
  /// Of a batch the last row is believed.
  bool is_stray(std::size_t row) const {
    const auto& records = flows_.records;
    return row + 1 < records.size() && (!started_ || leaves_windows_out(records[row].start_ns)) &&
           contradicts(records[row + 1].start_ns, records[row].start_ns);
  }
  bool pass_stray() {
    const bool stray = is_stray(row_);
    late_ += stray ? 1 : 0;
    row_ += stray ? 1 : 0;
    return stray;
  }

  bool more_flows(FlowReader& reader) {
    row_ = 0;
    return reader.next(flows_) && !flows_.records.empty();
  }

  void copy_row(FlowBatch& batch) const {
    batch.records.push_back(flows_.records[row_]);
    if (row_ < flows_.lines.size()) {
      batch.lines.push_back(flows_.lines[row_]);
    }
    for (std::size_t column = 0; column < flows_.extras.size(); ++column) {
      batch.extras[column].append(flows_.extras[column][row_]);
    }
  }

  /// Passes over the rest of the window, up to the first record behind it.
  template <class Reader, class Record>
  bool find_record(Reader& reader, Record& kept) {
    if (started_) {
      for (Record passed; take(reader, kept, passed);) {
      }
      begin_ = end();
    }
    if (!has_kept_ && !read(reader, kept)) {
      return false;
    }
    started_ = has_kept_ = true;
    begin_ = begin_of(kept.time_ns, epoch_ns_);
    return true;
  }

  bool find(FrameReader& reader) { return find_record(reader, frame_); }
  bool find(PacketReader& reader) { return find_record(reader, packet_); }
  bool find(FlowReader& reader) {
    if (started_) {
      for (FlowBatch passed; take(reader, passed);) {
      }
      begin_ = end();
    }
    for (;; ++row_) {
      if (row_ >= flows_.records.size() && !more_flows(reader)) {
        return false;
      }
      while (pass_stray()) {
      }
      if (flows_.records[row_].start_ns >= begin_) {
        break;
      }
      late_ += started_ ? 1 : 0;
    }
    started_ = true;
    begin_ = begin_of(flows_.records[row_].start_ns, epoch_ns_);
    return true;
  }

  AnyReader reader_;
  std::int64_t epoch_ns_;
  std::int64_t begin_;
  bool started_ = false;
  bool has_kept_ = false;
  Frame frame_;
  Packet packet_;
  std::tuple<std::optional<Frame>, std::optional<Packet>> behind_;  ///< read, but not yet given
  HeldFrame held_;
  FlowBatch flows_;
  std::size_t row_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t late_ = 0;
};

template <class Reader>
class Windows::Cutting : public Reader {
 public:
  explicit Cutting(std::shared_ptr<Cut> cut) : cut_(std::move(cut)) {}

  const SourceInfo& info() const override { return inner().info(); }
  const Skips& skips() const override { return inner().skips(); }
  std::uint64_t bytes_read() const override { return inner().bytes_read(); }

 protected:
  Reader& inner() const { return *std::get<std::unique_ptr<Reader>>(cut_->inner()); }
  std::shared_ptr<Cut> cut_;
};

class Windows::Frames final : public Cutting<FrameReader> {
 public:
  using Cutting::Cutting;
  bool next(Frame& frame) override { return cut_->take(inner(), cut_->frame(), frame); }
  std::uint64_t position() const override { return inner().position(); }
};

class Windows::Packets final : public Cutting<PacketReader> {
 public:
  using Cutting::Cutting;
  bool next(Packet& packet) override { return cut_->take(inner(), cut_->packet(), packet); }
};

class Windows::Flows final : public Cutting<FlowReader> {
 public:
  using Cutting::Cutting;
  bool next(FlowBatch& batch) override { return cut_->take(inner(), batch); }
  const std::vector<std::string>& extra_columns() const override { return inner().extra_columns(); }
};

Windows::Windows(AnyReader reader, std::int64_t epoch_ns, std::int64_t from_ns)
    : cut_(std::make_shared<Cut>(std::move(reader), epoch_ns, from_ns)) {}

Windows::~Windows() = default;

std::optional<std::int64_t> Windows::next() {
  return cut_->find_next() ? std::optional(cut_->begin()) : std::nullopt;
}

AnyReader Windows::reader() {
  if (std::holds_alternative<std::unique_ptr<FrameReader>>(cut_->inner())) {
    return std::make_unique<Frames>(cut_);
  }
  if (std::holds_alternative<std::unique_ptr<PacketReader>>(cut_->inner())) {
    return std::make_unique<Packets>(cut_);
  }
  return std::make_unique<Flows>(cut_);
}

std::uint64_t Windows::records() const {
  return cut_->records();
}

std::uint64_t Windows::take_late() {
  return cut_->take_late();
}

}  // namespace tracetwin::stream
