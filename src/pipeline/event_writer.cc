#include "pipeline/event_writer.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "encode/flow_rows.h"
#include "trace/format/text/csv.h"
#include "trace/format/text/number.h"

namespace tracetwin {
namespace {

constexpr int kMicroseconds = 3;

class EventWriter final : public FlowWriter {
 public:
  EventWriter(const Schema& schema, ByteSink& sink)
      : sink_(sink), scale_(schema.events->time_scale.value_or(kMicroseconds)) {
    const std::vector<std::string> names = extra_names(schema);
    for (const std::string& column : schema.events->columns) {
      header_ += header_.empty() ? "" : ",";
      append_csv(header_, column);
      const auto found = std::ranges::find(names, column);
      places_.push_back(static_cast<std::size_t>(found - names.begin()));
    }
    header_ += '\n';
    time_ = names.size();
  }

  void write(const FlowBatch& batch) override { write_text(text_of(batch)); }
  void finish() override { write_text({}); }

  bool has_texts() const override { return true; }
  std::string text_of(const FlowBatch& batch) const override {
    std::string text;
    for (std::size_t row = 0; row < batch.records.size(); ++row) {
      for (std::size_t i = 0; i < places_.size(); ++i) {
        text += i == 0 ? "" : ",";
        append(batch, places_[i], row, text);
      }
      text += '\n';
    }
    return text;
  }
  void write_text(std::string_view text) override {
    sink_.write(std::string_view(std::exchange(header_, {})));
    sink_.write(text);
  }

 private:
  void append(const FlowBatch& batch, std::size_t place, std::size_t row, std::string& text) const {
    if (place == time_) {
      append_scaled(text, batch.records[row].start_ns, scale_);
    } else {
      append_csv(text, batch.extras[place][row]);
    }
  }

  ByteSink& sink_;
  int scale_;
  std::vector<std::size_t> places_;  // of each column among the extras; time_: the time
  std::size_t time_ = 0;
  std::string header_;  // until it has been written
};

}  // namespace

std::unique_ptr<FlowWriter> make_event_writer(const Schema& schema, ByteSink& sink) {
  return std::make_unique<EventWriter>(schema, sink);
}

}  // namespace tracetwin
