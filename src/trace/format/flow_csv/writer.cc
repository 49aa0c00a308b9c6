#include <utility>

#include "trace/format/flow_csv/columns.h"
#include "trace/format/rows.h"
#include "trace/format/text/csv.h"
#include "trace/format/text/number.h"
#include "trace/format/text/tuple_text.h"

namespace tracetwin {
namespace {

constexpr int kMicroseconds = 3;
constexpr int kSeconds = 9;

class FlowCsvWriter final : public FlowWriter {
 public:
  FlowCsvWriter(ByteSink& sink, const std::vector<std::string>& extra_columns)
      : sink_(sink), extras_(extra_columns.size()) {
    for (const auto& column : flow_csv::columns()) {
      header_ += header_.empty() ? "" : ",";
      header_ += column.name;
    }
    for (const auto& name : extra_columns) {
      header_ += ',';
      append_csv(header_, name);
    }
    header_ += '\n';
  }

  void write(const FlowBatch& batch) override { write_text(text_of(batch)); }
  void finish() override { write_text({}); }

  bool has_texts() const override { return true; }
  std::string text_of(const FlowBatch& batch) const override {
    std::string text;
    for (std::size_t row = 0; row < batch.records.size(); ++row) {
      append_record(batch.records[row], text);
      for (std::size_t i = 0; i < extras_; ++i) {
        text += ',';
        append_csv(text, batch.extras[i][row]);
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
  static void append_record(const FlowRecord& record, std::string& text) {
    append_tuple(text, record.tuple, ',');
    text += ',';
    append_scaled(text, record.start_ns, kMicroseconds);
    text += ',';
    append_scaled(text, record.duration_ns, kSeconds);
    text += ',';
    append_whole(text, record.packets);
    text += ',';
    append_whole(text, record.bytes);
  }

  ByteSink& sink_;
  std::size_t extras_;
  std::string header_;  // until it has been written
};

}  // namespace

AnyWriter open_flow_csv_writer(ByteSink& sink, const WriterOptions& options) {
  return std::make_unique<FlowCsvWriter>(sink, options.extra_columns);
}

}  // namespace tracetwin
