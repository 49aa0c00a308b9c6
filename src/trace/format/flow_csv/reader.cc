// A header line, then one flow a line. Columns are found by name; what is not a column of a flow
// record goes into the batch as text.
#include <utility>

#include "trace/format/flow_csv/columns.h"
#include "trace/format/rows.h"
#include "trace/format/text/csv.h"
#include "trace/format/text/line_skips.h"
#include "trace/format/text/sound_flow.h"
#include "trace/format/text/values.h"

namespace tracetwin {
namespace {

constexpr std::size_t kBatch = 4096;
constexpr int kMicroseconds = 3;
constexpr std::uint64_t kMaxPort = 0xffff;

class FlowCsvReader final : public FlowReader {
 public:
  FlowCsvReader(Buffered input, SourceInfo info, const CsvHeader& header)
      : info_(std::move(info)),
        layout_(header.layout),
        scanner_(std::move(input), header.delimiter) {
    for (const std::size_t at : layout_.others) {
      extra_columns_.push_back(header.names[at]);
    }
    scanner_.next();  // the header line
  }

  bool next(FlowBatch& batch) override;
  const std::vector<std::string>& extra_columns() const override { return extra_columns_; }
  const SourceInfo& info() const override { return info_; }
  const Skips& skips() const override { return skips_; }
  std::uint64_t bytes_read() const override { return scanner_.input().source().bytes_read(); }

 private:
  FlowRecord read_record(std::span<const std::string_view> fields);
  void append(FlowBatch& batch);

  SourceInfo info_;
  ColumnLayout layout_;
  CsvScanner scanner_;
  std::vector<std::string> extra_columns_;
  Values values_;
  Skips skips_;
  bool ended_ = false;
};

bool FlowCsvReader::next(FlowBatch& batch) {
  batch.extras.resize(extra_columns_.size());
  batch.clear();
  while (!ended_ && batch.records.size() < kBatch) {
    switch (scanner_.next()) {
      case CsvScanner::Result::kRecord:
        append(batch);
        break;
      case CsvScanner::Result::kDamaged:
        skips_.add(scanner_.damage(), scanner_.line());
        break;
      case CsvScanner::Result::kEnd:
        ended_ = true;
        add_source_damage(skips_, scanner_.input(), scanner_.line());
    }
  }
  return !batch.records.empty();
}

void FlowCsvReader::append(FlowBatch& batch) {
  const auto fields = scanner_.fields();
  if (fields.size() != layout_.width) {
    skips_.add(wrong_width(fields.size(), layout_.width), scanner_.line());
    return;
  }
  const FlowRecord record = read_record(fields);
  if (const std::string fault = fault_of(record, values_); !fault.empty()) {
    skips_.add(fault, scanner_.line());
    return;
  }
  batch.records.push_back(record);
  batch.lines.push_back(scanner_.line());
  for (std::size_t i = 0; i < layout_.others.size(); ++i) {
    batch.extras[i].append(fields[layout_.others[i]]);
  }
}

FlowRecord FlowCsvReader::read_record(std::span<const std::string_view> fields) {
  using namespace flow_csv;
  values_.clear();
  const auto text = [&](Column column) { return layout_.text(fields, column); };
  FlowRecord record;
  record.tuple.src = values_.address("srcip", text(kSrcIp));
  record.tuple.dst = values_.address("dstip", text(kDstIp));
  record.tuple.srcport =
      static_cast<std::uint16_t>(values_.whole("srcport", text(kSrcPort), kMaxPort));
  record.tuple.dstport =
      static_cast<std::uint16_t>(values_.whole("dstport", text(kDstPort), kMaxPort));
  record.tuple.proto = values_.protocol("proto", text(kProto));
  record.start_ns = values_.time("ts", text(kTs), kMicroseconds);
  record.duration_ns = values_.seconds("td", text(kTd));
  record.packets = values_.count("pkt", text(kPkt));
  record.bytes = values_.count("byt", text(kByt));
  return record;
}

}  // namespace

bool sniff_flow_csv(std::string_view head) {
  const auto header = find_header(head, flow_csv::columns());
  const bool addressed = header.layout.has(flow_csv::kSrcIp) || header.layout.has(flow_csv::kDstIp);
  return addressed && header.layout.known() > 1;
}

AnyReader open_flow_csv_reader(Buffered input, SourceInfo info) {
  const auto header = take_header(input, flow_csv::columns(), info.name);
  require_columns(header.layout, header.names, flow_csv::columns(), info.name, "flow-csv");
  return std::make_unique<FlowCsvReader>(std::move(input), std::move(info), header);
}

}  // namespace tracetwin
