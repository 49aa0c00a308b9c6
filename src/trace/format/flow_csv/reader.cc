// A header line, then one flow a line. Columns are found by name, or where a map says; what is not
// a column of a flow record goes into the batch as text.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "trace/format/flow_csv/columns.h"
#include "trace/format/flow_csv/record.h"
#include "trace/format/rows.h"
#include "trace/format/text/csv.h"
#include "trace/format/text/line_skips.h"
#include "trace/format/text/sound_flow.h"
#include "trace/format/text/values.h"

namespace tracetwin {
namespace {

constexpr std::size_t kBatch = 4096;

class FlowCsvReader final : public FlowReader {
 public:
  FlowCsvReader(Buffered input, SourceInfo info, CsvHeader header, const flow_csv::Style& style,
                ColumnMap map = {})
      : info_(std::move(info)),
        layout_(std::move(header.layout)),
        style_(style),
        map_(std::move(map)),
        scanner_(std::move(input), header.delimiter) {
    for (const std::size_t at : layout_.others) {
      extra_columns_.push_back(header.names[at]);
    }
    for (std::size_t column = 0; column < constants_.size(); ++column) {
      const auto* entry = map_.find(flow_csv::columns()[column].name);
      if (entry != nullptr && entry->value) {
        constants_[column] = *entry->value;
      }
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
  flow_csv::Style style_;
  ColumnMap map_;
  flow_csv::Texts constants_ = {};  ///< of the map
  CsvScanner scanner_;
  std::vector<std::string> extra_columns_;
  Values values_;
  Skips skips_;
  bool ended_ = false;
};

bool FlowCsvReader::next(FlowBatch& batch) {
  batch.extras.resize(extra_columns_.size());
  batch.clear();
  while (!ended_ && batch.records.size() < kBatch &&
         (batch.records.empty() || scanner_.is_ready())) {
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
  values_.clear();
  flow_csv::Texts texts = constants_;
  for (std::size_t column = 0; column < texts.size(); ++column) {
    if (layout_.has(column)) {
      texts[column] = layout_.text(fields, column);
    }
  }
  return flow_csv::read_record(texts, style_, values_);
}

std::size_t place_of(const std::string& source, std::span<const std::string> names,
                     const std::string& file) {
  const auto found = std::find(names.begin(), names.end(), source);
  if (found == names.end()) {
    const auto near = nearest(source, names);
    throw Error(
        fmt::format("{} has no column \"{}\"", file, source),
        near ? fmt::format("Did you mean \"{}\"?", *near)
             : fmt::format("Its columns are {:.300}.", fmt::to_string(fmt::join(names, ", "))));
  }
  if (std::find(found + 1, names.end(), source) != names.end()) {
    throw Error(fmt::format("{} has more than one column \"{}\"", file, source),
                "Give them different names in its header.");
  }
  return static_cast<std::size_t>(found - names.begin());
}

/// Puts columns where a map says that they are, and gives the further ones its names.
void apply(const ColumnMap& map, const std::string& file, CsvHeader& header) {
  const std::vector<std::string> theirs = header.names;
  const auto columns = flow_csv::columns();
  ColumnLayout& layout = header.layout;
  for (const auto& entry : map.entries) {
    const auto spec = std::find_if(columns.begin(), columns.end(), [&](const ColumnSpec& s) {
      return s.name == entry.name && !entry.further;
    });
    const auto at = static_cast<std::size_t>(spec - columns.begin());
    if (spec == columns.end() && entry.value) {
      throw Error(
          fmt::format("the further column {} cannot be the same for all records", entry.name),
          "Leave it away.");
    }
    if (spec == columns.end()) {
      header.names[place_of(entry.source, theirs, file)] = entry.name;
    } else {
      layout.where[at] = entry.value ? ColumnLayout::kAbsent : place_of(entry.source, theirs, file);
    }
  }
  const auto is_further = [&](std::size_t i) {
    return std::any_of(map.entries.begin(), map.entries.end(), [&](const ColumnMap::Entry& entry) {
      return entry.further && entry.source == theirs[i];
    });
  };
  layout.others.clear();
  for (std::size_t i = 0; i < layout.width; ++i) {
    if (is_further(i) ||
        std::find(layout.where.begin(), layout.where.end(), i) == layout.where.end()) {
      layout.others.push_back(i);
    }
  }
}

/// As data frames call columns without a name.
void name_unnamed(std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = names[i].empty() ? fmt::format("Unnamed: {}", i) : names[i];
  }
}

/// The delimiter is the one that finds most of the map's columns.
CsvHeader header_by(const ColumnMap& map, Buffered& input, const std::string& file) {
  std::vector<ColumnSpec> specs(flow_csv::columns().begin(), flow_csv::columns().end());
  for (const auto& entry : map.entries) {
    if (!entry.value) {
      specs.push_back({entry.source, false, {}});
    }
  }
  CsvHeader header = take_header(input, specs, file);
  name_unnamed(header.names);
  header.layout = lay_out(header.names, flow_csv::columns());
  apply(map, file, header);
  return header;
}

/// Required are those columns that no constant stands for.
void require(const CsvHeader& header, const ColumnMap& map, const std::string& file) {
  std::vector<ColumnSpec> specs(flow_csv::columns().begin(), flow_csv::columns().end());
  for (ColumnSpec& spec : specs) {
    const auto* entry = map.find(spec.name);
    spec.required = spec.required && (entry == nullptr || !entry->value);
  }
  require_columns(header.layout, header.names, specs, file, "flow-csv");
}

}  // namespace

bool sniff_flow_csv(std::string_view head) {
  const auto header = find_header(head, flow_csv::columns());
  const bool addressed = header.layout.has(flow_csv::kSrcIp) || header.layout.has(flow_csv::kDstIp);
  return addressed && header.layout.known() > 1;
}

AnyReader open_flow_csv_reader(Buffered input, SourceInfo info) {
  auto header = take_header(input, flow_csv::columns(), info.name);
  require_columns(header.layout, header.names, flow_csv::columns(), info.name, "flow-csv");
  return std::make_unique<FlowCsvReader>(std::move(input), std::move(info), std::move(header),
                                         flow_csv::Style{});
}

AnyReader open_mapped_csv_reader(Buffered input, SourceInfo info, const ColumnMap& map) {
  auto header = header_by(map, input, info.name);
  require(header, map, info.name);
  return std::make_unique<FlowCsvReader>(std::move(input), std::move(info), std::move(header),
                                         flow_csv::style_of(map), map);
}

bool sniff_binetflow(std::string_view head) {
  const auto header = find_header(head, flow_csv::columns());
  const auto has = [&](std::string_view name) {
    return std::find(header.names.begin(), header.names.end(), name) != header.names.end();
  };
  return has("StartTime") && has("SrcAddr") && has("DstAddr") && has("Dir") && has("TotPkts");
}

AnyReader open_binetflow_reader(Buffered input, SourceInfo info) {
  constexpr int kSeconds = 9;
  auto header = take_header(input, flow_csv::columns(), info.name);
  require_columns(header.layout, header.names, flow_csv::columns(), info.name, "binetflow");
  const flow_csv::Style style = {kSeconds, kSeconds, true};
  return std::make_unique<FlowCsvReader>(std::move(input), std::move(info), std::move(header),
                                         style);
}

}  // namespace tracetwin
