// A record has totals over both directions where conn.log has two columns. When the batch has an
// extra column of the originator's share (it came from a Zeek log), that share is kept and the
// rest goes to the responder; otherwise everything goes to the originator. Either way the two add
// up to the record's total. "#open" and "#close" are the first start and the last end of what was
// written, so that the same records give the same file.
#include <algorithm>
#include <functional>
#include <limits>

#include "base/random.h"
#include "base/text.h"
#include "trace/format/rows.h"
#include "trace/format/text/number.h"
#include "trace/format/text/tuple_text.h"
#include "trace/format/zeek_tsv/connection.h"
#include "trace/format/zeek_tsv/output_columns.h"

namespace tracetwin {
namespace {

using zeek::Fill;
using zeek::kNoExtra;
using zeek::OutputColumn;

constexpr int kSeconds = 9;
constexpr int kUsualDecimals = 6;

/// "C" and 17 characters that depend on the record and its number alone.
void append_uid(std::string& text, const FlowRecord& record, std::uint64_t number) {
  constexpr std::string_view kDigits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr int kFirstHalf = 9;
  constexpr int kLength = 17;
  std::uint64_t bits = mix(std::hash<FiveTuple>{}(record.tuple), number);
  text += 'C';
  for (int i = 0; i < kLength; ++i) {
    if (i == kFirstHalf) {
      bits = mix(bits, static_cast<std::uint64_t>(record.start_ns));
    }
    text += kDigits[bits % kDigits.size()];
    bits /= kDigits.size();
  }
}

/// Control characters in Zeek's escape form; an empty text in the form that its type has for it.
void append_text(std::string& text, std::string_view value, std::string_view type) {
  constexpr std::string_view kHex = "0123456789abcdef";
  if (value.empty()) {
    text += type == "string" || type == "set[string]" ? "(empty)" : "-";
    return;
  }
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte == 0x7f) {
      text += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]};
    } else {
      text += c;
    }
  }
}

/// "2024-04-19-00-00-00", the form of "#open" and "#close".
std::string log_time(std::int64_t time_ns) {
  constexpr std::size_t kWithoutFraction = 19;
  std::string text = format_rfc3339(time_ns).substr(0, kWithoutFraction);
  std::ranges::replace_if(
      text, [](char c) { return c == 'T' || c == ':'; }, '-');
  return text;
}

/// When the record's flow ended, as late as a time can be.
std::int64_t end_of(const FlowRecord& record) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  return record.start_ns > most - record.duration_ns ? most : record.start_ns + record.duration_ns;
}

class ZeekTsvWriter final : public FlowWriter {
 public:
  ZeekTsvWriter(ByteSink& sink, const std::vector<std::string>& extra_columns)
      : sink_(sink), columns_(zeek::output_columns(extra_columns)) {}

  void write(const FlowBatch& batch) override;
  void finish() override;

 private:
  void append_header(const FlowRecord* first);
  void append_names(std::string_view directive, bool types);
  void append_value(const OutputColumn& column, const FlowBatch& batch, std::size_t row);
  void append_time(std::int64_t time_ns) {
    append_scaled(text_, time_ns, kSeconds, kUsualDecimals);
  }
  void flush();

  ByteSink& sink_;
  std::vector<OutputColumn> columns_;
  std::string text_;
  std::uint64_t records_ = 0;
  std::int64_t newest_ns_ = std::numeric_limits<std::int64_t>::min();
};

void ZeekTsvWriter::write(const FlowBatch& batch) {
  if (records_ == 0 && !batch.records.empty()) {
    append_header(&batch.records.front());
  }
  for (std::size_t row = 0; row < batch.records.size(); ++row) {
    for (const auto& column : columns_) {
      append_value(column, batch, row);
      text_ += '\t';
    }
    text_.back() = '\n';
    newest_ns_ = std::max(newest_ns_, end_of(batch.records[row]));
    ++records_;
  }
  flush();
}

void ZeekTsvWriter::finish() {
  if (records_ == 0) {
    append_header(nullptr);
  } else {
    text_ += "#close\t" + log_time(newest_ns_) + "\n";
  }
  flush();
}

void ZeekTsvWriter::append_header(const FlowRecord* first) {
  text_ +=
      "#separator \\x09\n"
      "#set_separator\t,\n"
      "#empty_field\t(empty)\n"
      "#unset_field\t-\n"
      "#path\tconn\n";
  if (first != nullptr) {
    text_ += "#open\t" + log_time(first->start_ns) + "\n";
  }
  append_names("#fields", false);
  append_names("#types", true);
}

void ZeekTsvWriter::append_names(std::string_view directive, bool types) {
  text_ += directive;
  for (const auto& column : columns_) {
    text_ += '\t';
    text_ += types ? column.type : column.name;
  }
  text_ += '\n';
}

/// The part of a total that goes to the originator.
std::uint64_t originators(std::uint64_t total, const OutputColumn& column, const FlowBatch& batch,
                          std::size_t row) {
  if (column.share == kNoExtra) {
    return total;
  }
  return std::min(parse_whole(batch.extras[column.share][row]).value_or(total), total);
}

void ZeekTsvWriter::append_value(const OutputColumn& column, const FlowBatch& batch,
                                 std::size_t row) {
  const FlowRecord& record = batch.records[row];
  const auto extra =
      column.extra == kNoExtra ? std::string_view("-") : batch.extras[column.extra][row];
  switch (column.fill) {
    case Fill::kTs:
      return append_time(record.start_ns);
    case Fill::kUid:
      return extra == "-" || extra.empty() ? append_uid(text_, record, records_)
                                           : append_text(text_, extra, column.type);
    case Fill::kOrigHost:
      return append_address(text_, record.tuple.src);
    case Fill::kOrigPort:
      return append_whole(text_, record.tuple.srcport);
    case Fill::kRespHost:
      return append_address(text_, record.tuple.dst);
    case Fill::kRespPort:
      return append_whole(text_, record.tuple.dstport);
    case Fill::kProto:
      text_ += zeek::transport_name(record.tuple.proto);
      return;
    case Fill::kDuration:
      return record.duration_ns == 0 ? append_text(text_, "", column.type)
                                     : append_time(record.duration_ns);
    case Fill::kIpProto:
      return append_whole(text_, record.tuple.proto);
    case Fill::kOrigPkts:
      return append_whole(text_, originators(record.packets, column, batch, row));
    case Fill::kRespPkts:
      return append_whole(text_, record.packets - originators(record.packets, column, batch, row));
    case Fill::kOrigIpBytes:
      return append_whole(text_, originators(record.bytes, column, batch, row));
    case Fill::kRespIpBytes:
      return append_whole(text_, record.bytes - originators(record.bytes, column, batch, row));
    case Fill::kText:
      return append_text(text_, extra, column.type);
  }
}

void ZeekTsvWriter::flush() {
  sink_.write(std::string_view(text_));
  text_.clear();
}

}  // namespace

AnyWriter open_zeek_tsv_writer(ByteSink& sink, const WriterOptions& options) {
  return std::make_unique<ZeekTsvWriter>(sink, options.extra_columns);
}

}  // namespace tracetwin
