// Directives begin with '#': "#separator \x09" first, then "#fields" with the names of the
// columns; a file made of several logs repeats them. All other lines are connections.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "trace/format/rows.h"
#include "trace/format/text/line_skips.h"
#include "trace/format/text/sound_flow.h"
#include "trace/format/zeek_tsv/connection.h"
#include "trace/format/zeek_tsv/header.h"

namespace tracetwin {
namespace {

constexpr std::size_t kBatch = 4096;

class ZeekTsvReader final : public FlowReader {
 public:
  ZeekTsvReader(Buffered input, SourceInfo info);

  bool next(FlowBatch& batch) override;
  const std::vector<std::string>& extra_columns() const override { return extra_columns_; }
  const SourceInfo& info() const override { return info_; }
  const Skips& skips() const override { return skips_; }
  std::uint64_t bytes_read() const override { return input_.source().bytes_read(); }

 private:
  void read_first_header();
  void lay_out_header();
  void repeat_header();
  void append(std::string_view line, FlowBatch& batch);

  Buffered input_;
  SourceInfo info_;
  zeek::Header header_;
  ColumnLayout layout_;
  std::vector<std::string> extra_columns_;
  std::vector<std::size_t> extra_at_;  // where each extra column stands in the present header
  std::vector<std::string_view> texts_;
  Values values_;
  Skips skips_;
  std::uint64_t line_ = 0;
  bool ended_ = false;
};

/// Columns of the header that are not wholly in the FlowRecord.
std::vector<std::size_t> extra_positions(const ColumnLayout& layout) {
  std::vector<std::size_t> positions;
  const auto taken_end = layout.where.begin() + zeek::kOrigBytes;
  for (std::size_t i = 0; i < layout.width; ++i) {
    if (std::find(layout.where.begin(), taken_end, i) == taken_end) {
      positions.push_back(i);
    }
  }
  return positions;
}

ZeekTsvReader::ZeekTsvReader(Buffered input, SourceInfo info)
    : input_(std::move(input)), info_(std::move(info)) {
  read_first_header();
  extra_at_ = extra_positions(layout_);
  for (const std::size_t at : extra_at_) {
    extra_columns_.push_back(header_.names[at]);
  }
}

void ZeekTsvReader::read_first_header() {
  std::string_view line;
  while (input_.line(line)) {
    ++line_;
    if (!line.empty() && line[0] != '#') {
      break;
    }
    if (zeek::take_directive(line, info_.name, header_)) {
      lay_out_header();
      return;
    }
  }
  throw Error(
      fmt::format("{}, line {}: a Zeek log needs a line \"#fields\" before its first record",
                  info_.name, line_),
      "Give the log as Zeek wrote it, with its header.");
}

void ZeekTsvReader::lay_out_header() {
  layout_ = lay_out(header_.names, zeek::fields());
  require_columns(layout_, header_.names, zeek::fields(), info_.name, "a Zeek conn.log");
}

/// Later headers may order their columns differently; extra columns stay those of the first.
void ZeekTsvReader::repeat_header() {
  lay_out_header();
  for (const std::size_t at : extra_positions(layout_)) {
    if (std::ranges::find(extra_columns_, header_.names[at]) == extra_columns_.end()) {
      skips_.add(fmt::format("column {:.40} is not in the first header", header_.names[at]), line_);
    }
  }
  for (std::size_t i = 0; i < extra_columns_.size(); ++i) {
    const auto at = std::ranges::find(header_.names, extra_columns_[i]);
    extra_at_[i] = at == header_.names.end() ? ColumnLayout::kAbsent
                                             : static_cast<std::size_t>(at - header_.names.begin());
  }
}

bool ZeekTsvReader::next(FlowBatch& batch) {
  batch.extras.resize(extra_columns_.size());
  batch.clear();
  std::string_view line;
  while (!ended_ && batch.records.size() < kBatch &&
         (batch.records.empty() || input_.ready() > 0)) {
    if (!input_.line(line)) {
      ended_ = true;
      add_source_damage(skips_, input_, line_ + 1);
      break;
    }
    ++line_;
    if (line.starts_with('#')) {
      if (zeek::take_directive(line, info_.name, header_)) {
        repeat_header();
      }
    } else if (!line.empty()) {
      append(line, batch);
    }
  }
  return !batch.records.empty();
}

void ZeekTsvReader::append(std::string_view line, FlowBatch& batch) {
  zeek::split_line(line, header_, texts_);
  if (texts_.size() != layout_.width) {
    skips_.add(wrong_width(texts_.size(), layout_.width), line_);
    return;
  }
  zeek::Texts texts;
  for (std::size_t field = 0; field < texts.size(); ++field) {
    texts[field] = layout_.text(texts_, field);
    if (texts[field] == header_.unset) {
      texts[field] = {};
    }
  }
  values_.clear();
  const FlowRecord record = zeek::read_connection(texts, values_);
  if (const std::string fault = fault_of(record, values_); !fault.empty()) {
    skips_.add(fault, line_);
    return;
  }
  batch.records.push_back(record);
  batch.lines.push_back(line_);
  for (std::size_t i = 0; i < extra_at_.size(); ++i) {
    const bool absent = extra_at_[i] == ColumnLayout::kAbsent;
    batch.extras[i].append(absent ? std::string_view(header_.unset) : texts_[extra_at_[i]]);
  }
}

}  // namespace

bool sniff_zeek_tsv(std::string_view head) {
  return head.starts_with("#separator") || head.starts_with("#fields") ||
         (head.starts_with('#') && head.find("\n#fields") != std::string_view::npos);
}

AnyReader open_zeek_tsv_reader(Buffered input, SourceInfo info) {
  return std::make_unique<ZeekTsvReader>(std::move(input), std::move(info));
}

}  // namespace tracetwin
