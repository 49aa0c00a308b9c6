// One object a line. The values of a flow record are found by flow-csv's names (of keys
// with dots between, "src.ip" is srcip), or where a map says; the map's other entries are the
// further columns. Without a map the further columns are those of the first batch, which is read
// when the file is opened.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "trace/format/flow_csv/record.h"
#include "trace/format/rows.h"
#include "trace/format/text/line_skips.h"
#include "trace/format/text/sound_flow.h"
#include "trace/format/zeek_json/flatten.h"

namespace tracetwin {
namespace {

constexpr std::size_t kBatch = 4096;
constexpr std::size_t kMaxExtras = 512;
constexpr std::string_view kUnset = "-";

/// Where the value of a key goes: a column of the record, a further column, or nowhere.
struct Place {
  enum class Kind : std::uint8_t { kRecord, kExtra, kNowhere };
  Kind kind = Kind::kNowhere;
  std::size_t index = 0;
};

class JsonLinesReader final : public FlowReader {
 public:
  JsonLinesReader(Buffered input, SourceInfo info, ColumnMap map)
      : input_(std::move(input)),
        info_(std::move(info)),
        map_(std::move(map)),
        style_(flow_csv::style_of(map_)) {
    info_.columns_in_header = !map_.empty();
    take_map();
    read(first_);
    columns_fixed_ = true;
  }

  bool next(FlowBatch& batch) override {
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

  const std::vector<std::string>& extra_columns() const override { return extra_columns_; }
  const SourceInfo& info() const override { return info_; }
  const Skips& skips() const override { return skips_; }
  std::uint64_t bytes_read() const override { return input_.source().bytes_read(); }

 private:
  void take_map();
  void read(FlowBatch& batch);
  void append(FlowBatch& batch);
  void append_extras(FlowBatch& batch);
  Place place_of(const std::string& key);
  Place find_place(const std::string& key);
  Place new_column(const std::string& key);

  Buffered input_;
  SourceInfo info_;
  ColumnMap map_;
  flow_csv::Style style_;
  flow_csv::Texts constants_ = {};  ///< of the map
  std::unordered_map<std::string, Place> places_;
  FlowBatch first_;
  bool columns_fixed_ = false;
  std::vector<std::string> extra_columns_;
  zeek::FlatObject object_;
  Values values_;
  Skips skips_;
  std::uint64_t line_ = 0;
  bool ended_ = false;
};

std::size_t column_called(std::string_view name) {
  const auto columns = flow_csv::columns();
  return static_cast<std::size_t>(
      std::find_if(columns.begin(), columns.end(),
                   [&](const ColumnSpec& spec) { return spec.name == name; }) -
      columns.begin());
}

void JsonLinesReader::take_map() {
  for (const auto& entry : map_.entries) {
    const std::size_t column = entry.further ? constants_.size() : column_called(entry.name);
    if (column < constants_.size() && entry.value) {
      constants_[column] = *entry.value;
    } else if (column < constants_.size()) {
      places_[entry.source] = {Place::Kind::kRecord, column};
    } else {
      places_[entry.source] = {Place::Kind::kExtra, extra_columns_.size()};
      extra_columns_.push_back(entry.name);
    }
  }
}

void JsonLinesReader::read(FlowBatch& batch) {
  batch.extras.resize(extra_columns_.size());
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

void JsonLinesReader::append(FlowBatch& batch) {
  flow_csv::Texts texts = constants_;
  for (const auto& [key, text] : object_) {
    const Place place = place_of(key);
    if (place.kind == Place::Kind::kRecord && text != kUnset && texts[place.index].empty()) {
      texts[place.index] = text;
    }
  }
  values_.clear();
  const FlowRecord record = flow_csv::read_record(texts, style_, values_);
  if (const std::string fault = fault_of(record, values_); !fault.empty()) {
    skips_.add(fault, line_);
    return;
  }
  batch.records.push_back(record);
  batch.lines.push_back(line_);
  append_extras(batch);
}

void JsonLinesReader::append_extras(FlowBatch& batch) {
  for (const auto& [key, text] : object_) {
    Place place = place_of(key);
    if (place.kind == Place::Kind::kNowhere && map_.empty()) {
      place = new_column(key);
    }
    if (place.kind != Place::Kind::kExtra) {
      continue;
    }
    batch.extras.resize(extra_columns_.size());
    TextColumn& column = batch.extras[place.index];
    while (column.size() + 1 < batch.records.size()) {  // new: the records before had none
      column.append(kUnset);
    }
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

Place JsonLinesReader::place_of(const std::string& key) {
  const auto found = places_.find(key);
  return found != places_.end() ? found->second
                                : places_.emplace(key, find_place(key)).first->second;
}

/// Of a key that no map names: by flow-csv's names, unless a map says where that column is.
Place JsonLinesReader::find_place(const std::string& key) {
  const ColumnLayout layout = lay_out(std::span(&key, 1), flow_csv::columns());
  const auto column = static_cast<std::size_t>(
      std::find(layout.where.begin(), layout.where.end(), std::size_t{0}) - layout.where.begin());
  return column < layout.where.size() && map_.find(flow_csv::columns()[column].name) == nullptr
             ? Place{Place::Kind::kRecord, column}
             : Place{};
}

/// Keys may hold anything; headers of tables hold no line ends.
std::string printable_name(std::string key) {
  std::replace_if(
      key.begin(), key.end(), [](char c) { return c >= '\0' && c < ' '; }, '_');
  return key;
}

Place JsonLinesReader::new_column(const std::string& key) {
  if (columns_fixed_ || extra_columns_.size() == kMaxExtras) {
    skips_.add(fmt::format("field {:.40} is not in the first lines", key), line_);
    return {};
  }
  const Place place = {Place::Kind::kExtra, extra_columns_.size()};
  extra_columns_.push_back(printable_name(key));
  places_[key] = place;
  return place;
}

}  // namespace

bool sniff_json_lines(std::string_view head) {
  const std::size_t begin = head.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || head[begin] != '{') {
    return false;
  }
  zeek::FlatObject object;
  const std::string_view rest = head.substr(begin);
  if (!zeek::flatten_json(rest.substr(0, rest.find('\n')), object).empty()) {
    return false;
  }
  std::vector<std::string> names;
  for (const auto& [key, text] : object) {
    names.push_back(key);
  }
  const ColumnLayout layout = lay_out(names, flow_csv::columns());
  return layout.has(flow_csv::kSrcIp) && layout.has(flow_csv::kDstIp);
}

AnyReader open_json_lines_reader(Buffered input, SourceInfo info) {
  return std::make_unique<JsonLinesReader>(std::move(input), std::move(info), ColumnMap{});
}

AnyReader open_mapped_json_reader(Buffered input, SourceInfo info, const ColumnMap& map) {
  return std::make_unique<JsonLinesReader>(std::move(input), std::move(info), map);
}

}  // namespace tracetwin
