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
      text_ += text_.empty() ? "" : ",";
      text_ += column.name;
    }
    for (const auto& name : extra_columns) {
      text_ += ',';
      append_csv(text_, name);
    }
    text_ += '\n';
  }

  void write(const FlowBatch& batch) override {
    for (std::size_t row = 0; row < batch.records.size(); ++row) {
      append_record(batch.records[row]);
      for (std::size_t i = 0; i < extras_; ++i) {
        text_ += ',';
        append_csv(text_, batch.extras[i][row]);
      }
      text_ += '\n';
    }
    finish();
  }

  void finish() override {
    sink_.write(std::string_view(text_));
    text_.clear();
  }

 private:
  void append_record(const FlowRecord& record) {
    append_tuple(text_, record.tuple, ',');
    text_ += ',';
    append_scaled(text_, record.start_ns, kMicroseconds);
    text_ += ',';
    append_scaled(text_, record.duration_ns, kSeconds);
    text_ += ',';
    append_whole(text_, record.packets);
    text_ += ',';
    append_whole(text_, record.bytes);
  }

  ByteSink& sink_;
  std::size_t extras_;
  std::string text_;  // what has not been written yet, at first the header
};

}  // namespace

AnyWriter open_flow_csv_writer(ByteSink& sink, const WriterOptions& options) {
  return std::make_unique<FlowCsvWriter>(sink, options.extra_columns);
}

}  // namespace tracetwin
