#include "intake/choice.h"

#include <fmt/format.h>

#include <memory>
#include <utility>
#include <variant>

#include "base/error.h"
#include "intake/flow_conditions.h"
#include "intake/packet_filter.h"
#include "intake/sample.h"
#include "trace/decode/decode.h"

namespace tracetwin {
namespace {

constexpr std::string_view kOutside = "outside the given time window";
constexpr std::string_view kFiltered = "not what the packet filter asks for";
constexpr std::string_view kUnselected = "not what the conditions ask for";
constexpr std::string_view kUnsampled = "not in the sample";
constexpr std::string_view kNoFlow = "of no flow that could be in the sample";

/// What is common to choosing readers of all kinds; the skips of the reader inside and those of the
/// choice are put together when asked for.
template <class Reader>
class Choosing : public Reader {
 public:
  Choosing(std::unique_ptr<Reader> inner, Choice choice)
      : inner_(std::move(inner)), choice_(std::move(choice)) {}

  const SourceInfo& info() const override { return inner_->info(); }
  std::uint64_t bytes_read() const override { return inner_->bytes_read(); }
  const Skips& skips() const override {
    all_ = inner_->skips();
    all_.merge(left_out_);
    return all_;
  }

 protected:
  /// Counts what is left out for a reason; whether there was none.
  bool keep(std::string_view reason, std::uint64_t position) {
    if (!reason.empty()) {
      left_out_.add(reason, position);
    }
    return reason.empty();
  }

  std::unique_ptr<Reader> inner_;
  Choice choice_;

 private:
  Skips left_out_;
  mutable Skips all_;
};

class ChosenFrames final : public Choosing<FrameReader> {
 public:
  ChosenFrames(std::unique_ptr<FrameReader> inner, const Choice& choice)
      : Choosing(std::move(inner), choice), filter_(choice.packets) {
    for (const LinkType link : inner_->info().header_links) {
      if (!choice_.packets.empty()) {
        filter_.prepare(link);
      }
    }
  }

  bool next(Frame& frame) override {
    while (inner_->next(frame)) {
      if (keep(reason_to_leave(frame), inner_->position())) {
        return true;
      }
    }
    return false;
  }

  std::uint64_t position() const override { return inner_->position(); }

 private:
  std::string_view reason_to_leave(const Frame& frame) {
    if (choice_.window && !choice_.window->holds(frame.time_ns)) {
      return kOutside;
    }
    if (!choice_.packets.empty() && !filter_.passes(frame)) {
      return kFiltered;
    }
    return choice_.sample ? reason_not_in_sample(frame) : std::string_view();
  }

  std::string_view reason_not_in_sample(const Frame& frame) const {
    Packet packet;
    if (decode_frame(frame, packet).fault != DecodeFault::kNone) {
      return kNoFlow;
    }
    return is_in(*choice_.sample, packet) ? std::string_view() : kUnsampled;
  }

  PacketFilter filter_;
};

class ChosenPackets final : public Choosing<PacketReader> {
 public:
  using Choosing::Choosing;

  bool next(Packet& packet) override {
    while (inner_->next(packet)) {
      if (keep(reason_to_leave(packet), ++position_)) {
        return true;
      }
    }
    return false;
  }

 private:
  std::string_view reason_to_leave(const Packet& packet) const {
    if (choice_.window && !choice_.window->holds(packet.time_ns)) {
      return kOutside;
    }
    return !choice_.sample || is_in(*choice_.sample, packet) ? std::string_view() : kUnsampled;
  }

  std::uint64_t position_ = 0;
};

class ChosenFlows final : public Choosing<FlowReader> {
 public:
  using Choosing::Choosing;

  const std::vector<std::string>& extra_columns() const override { return inner_->extra_columns(); }

  /// Columns may be settled by the first batch only, so the conditions are understood then.
  bool next(FlowBatch& batch) override {
    batch.clear();
    while (batch.records.empty() && inner_->next(read_)) {
      if (!conditions_) {
        conditions_.emplace(choice_.flows, extra_columns(), info().name);
        if (choice_.sample) {
          find_known_by();
        }
      }
      batch.extras.resize(read_.extras.size());
      for (std::size_t row = 0; row < read_.records.size(); ++row) {
        ++position_;
        const bool has_line = row < read_.lines.size();
        take_texts(row);
        if (keep(reason_to_leave(row), has_line ? read_.lines[row] : position_)) {
          copy(row, batch);
        }
      }
    }
    return !batch.records.empty();
  }

 private:
  std::string_view reason_to_leave(std::size_t row) const {
    const FlowRecord& record = read_.records[row];
    if (choice_.window && !choice_.window->holds(record.start_ns)) {
      return kOutside;
    }
    if (!conditions_->hold(read_, row)) {
      return kUnselected;
    }
    return !choice_.sample || is_in(*choice_.sample, record, texts_) ? std::string_view()
                                                                     : kUnsampled;
  }

  /// Columns that a sample tells records, or flows of events, apart by.
  void find_known_by() {
    const auto names = extra_columns();
    for (std::size_t column = 0; column < names.size(); ++column) {
      const auto& key = choice_.sample->key;
      if (choice_.sample->unit == Sample::Unit::kRecord ||
          std::find(key.begin(), key.end(), names[column]) != key.end()) {
        known_by_.push_back(column);
      }
    }
  }

  void take_texts(std::size_t row) {
    texts_.clear();
    for (const std::size_t column : known_by_) {
      texts_.push_back(read_.extras[column][row]);
    }
  }

  void copy(std::size_t row, FlowBatch& batch) const {
    batch.records.push_back(read_.records[row]);
    if (row < read_.lines.size()) {
      batch.lines.push_back(read_.lines[row]);
    }
    for (std::size_t column = 0; column < read_.extras.size(); ++column) {
      batch.extras[column].append(read_.extras[column][row]);
    }
  }

  FlowBatch read_;
  std::optional<FlowConditions> conditions_;
  std::vector<std::size_t> known_by_;
  std::vector<std::string_view> texts_;  ///< of those columns
  std::uint64_t position_ = 0;
};

/// Gives a reader of each kind its choosing one.
struct Chooser {
  const Choice& choice;

  AnyReader operator()(std::unique_ptr<FrameReader> frames) const {
    refuse_conditions(frames->info());
    return std::make_unique<ChosenFrames>(std::move(frames), choice);
  }
  AnyReader operator()(std::unique_ptr<PacketReader> packets) const {
    refuse_conditions(packets->info());
    refuse_filter(packets->info(),
                  "Write it as a capture first (tracetwin convert), or filter it "
                  "by time or sample.");
    return std::make_unique<ChosenPackets>(std::move(packets), choice);
  }
  AnyReader operator()(std::unique_ptr<FlowReader> flows) const {
    refuse_filter(flows->info(),
                  "Select flow records with conditions, such as --select "
                  "'dstport in {80,443}'.");
    return std::make_unique<ChosenFlows>(std::move(flows), choice);
  }

  void refuse_filter(const SourceInfo& info, const char* remedy) const {
    if (!choice.packets.empty()) {
      throw Error(
          fmt::format("{} is no capture ({}): a packet filter looks at the bytes of packets",
                      info.name, info.format),
          remedy);
    }
  }
  void refuse_conditions(const SourceInfo& info) const {
    if (!choice.flows.empty()) {
      throw Error(fmt::format("{} holds packets ({}), and conditions are about flow records",
                              info.name, info.format),
                  "Choose packets of a capture with --filter, such as --filter 'tcp port 443'.");
    }
  }
};

}  // namespace

AnyReader chosen(AnyReader reader, const Choice& choice) {
  return choice.is_all() ? std::move(reader) : std::visit(Chooser{choice}, std::move(reader));
}

}  // namespace tracetwin
