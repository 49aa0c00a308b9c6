// One object a line, as Zeek's JSON writer gives them. The fields of a line vary, so the extra
// columns are those met in the first batch, which is read when the file is opened.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "trace/format/rows.h"
#include "trace/format/text/line_skips.h"
#include "trace/format/text/sound_flow.h"
#include "trace/format/zeek_json/flatten.h"
#include "trace/format/zeek_tsv/connection.h"

namespace tracetwin {
namespace {

constexpr std::size_t kBatch = 4096;
constexpr std::size_t kMaxExtras = 512;
constexpr std::string_view kUnset = "-";

class ZeekJsonReader final : public FlowReader {
 public:
  ZeekJsonReader(Buffered input, SourceInfo info)
      : input_(std::move(input)), info_(std::move(info)) {
    info_.columns_in_header = false;
    read(first_);
    columns_fixed_ = true;
  }

  bool next(FlowBatch& batch) override;
  const std::vector<std::string>& extra_columns() const override { return extra_columns_; }
  const SourceInfo& info() const override { return info_; }
  const Skips& skips() const override { return skips_; }
  std::uint64_t bytes_read() const override { return input_.source().bytes_read(); }

 private:
  void read(FlowBatch& batch);
  void append(FlowBatch& batch);
  FlowRecord read_record();
  void append_extras(FlowBatch& batch);
  bool add_column(const std::string& name, FlowBatch& batch);

  Buffered input_;
  SourceInfo info_;
  FlowBatch first_;
  bool columns_fixed_ = false;
  std::vector<std::string> extra_columns_;
  std::unordered_map<std::string, std::size_t> column_of_;
  zeek::FlatObject object_;
  Values values_;
  Skips skips_;
  std::uint64_t line_ = 0;
  bool ended_ = false;
};

bool ZeekJsonReader::next(FlowBatch& batch) {
  batch.extras.resize(extra_columns_.size());
  batch.clear();
  if (!first_.records.empty()) {
    std::swap(batch, first_);
    first_ = {};
  } else {
    read(batch);
  }
  return !batch.records.empty();
}

void ZeekJsonReader::read(FlowBatch& batch) {
  std::string_view line;
  while (!ended_ && batch.records.size() < kBatch &&
         (batch.records.empty() || input_.ready() > 0)) {
    if (!input_.line(line)) {
      ended_ = true;
      add_source_damage(skips_, input_, line_ + 1);
      break;
    }
    ++line_;
    if (line.empty()) {
      continue;
    }
    const auto fault = zeek::flatten_json(line, object_);
    if (fault.empty()) {
      append(batch);
    } else {
      skips_.add(fault, line_);
    }
  }
}

void ZeekJsonReader::append(FlowBatch& batch) {
  values_.clear();
  const FlowRecord record = read_record();
  if (const std::string fault = fault_of(record, values_); !fault.empty()) {
    skips_.add(fault, line_);
    return;
  }
  batch.records.push_back(record);
  batch.lines.push_back(line_);
  append_extras(batch);
}

std::size_t field_called(std::string_view name) {
  const auto fields = zeek::fields();
  return static_cast<std::size_t>(std::ranges::find(fields, name, &ColumnSpec::name) -
                                  fields.begin());
}

FlowRecord ZeekJsonReader::read_record() {
  zeek::Texts texts;
  for (const auto& [name, text] : object_) {
    const std::size_t field = field_called(name);
    if (field < texts.size() && text != kUnset) {
      texts[field] = text;
    }
  }
  return zeek::read_connection(texts, values_);
}

void ZeekJsonReader::append_extras(FlowBatch& batch) {
  for (const auto& [name, text] : object_) {
    if (field_called(name) < zeek::kOrigBytes || !add_column(name, batch)) {
      continue;
    }
    TextColumn& column = batch.extras[column_of_[name]];
    if (column.size() < batch.records.size()) {
      column.append(text);
    }
  }
  for (auto& column : batch.extras) {
    if (column.size() < batch.records.size()) {
      column.append(kUnset);
    }
  }
}

/// Whether there is a column of that name, which is made while the first batch is read.
bool ZeekJsonReader::add_column(const std::string& name, FlowBatch& batch) {
  if (column_of_.contains(name)) {
    return true;
  }
  if (columns_fixed_ || extra_columns_.size() == kMaxExtras) {
    skips_.add(fmt::format("field {:.40} is not in the first lines", name), line_);
    return false;
  }
  column_of_.emplace(name, extra_columns_.size());
  extra_columns_.push_back(name);
  TextColumn& column = batch.extras.emplace_back();
  for (std::size_t row = 1; row < batch.records.size(); ++row) {
    column.append(kUnset);
  }
  return true;
}

}  // namespace

bool sniff_zeek_json(std::string_view head) {
  const std::size_t begin = head.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && head[begin] == '{' &&
         head.find("orig_h\"") != std::string_view::npos &&
         head.find("\"orig_pkts\"") != std::string_view::npos;
}

AnyReader open_zeek_json_reader(Buffered input, SourceInfo info) {
  return std::make_unique<ZeekJsonReader>(std::move(input), std::move(info));
}

}  // namespace tracetwin
