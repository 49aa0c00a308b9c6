#include "evaluate/event_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "evaluate/column_builders.h"

namespace tracetwin::evaluate {
namespace {

/// Two words that stand for a text, so that equal ones have equal addresses in all traces.
IpAddress pseudonym(std::string_view text) {
  IpAddress address;
  address.high = text.size();
  for (const char c : text) {
    address.high = mix(address.high, static_cast<unsigned char>(c));
    address.low = mix(address.low, address.high);
  }
  return address;
}

/// Where the columns of a table of events are among a reader's.
std::vector<std::size_t> places_of(const std::vector<std::string>& names,
                                   const FlowReader& reader) {
  const auto& all = reader.extra_columns();
  std::vector<std::size_t> places;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(all, name);
    if (found == all.end()) {
      throw Error(fmt::format("{} has no column \"{}\"", reader.info().name, name),
                  "The schema file declares it; compare tables that have the same columns.");
    }
    places.push_back(static_cast<std::size_t>(found - all.begin()));
  }
  return places;
}

/// The numbers to compare.
std::vector<std::string> numbers_of(const EventColumns& events, const FlowReader& reader) {
  constexpr std::size_t kMostOfSeries = 16;
  const auto& all = reader.extra_columns();
  std::vector<std::string> steps = events.series.columns;
  if (!events.series.first.empty()) {
    const auto first = std::ranges::find(all, events.series.first);
    const auto last = std::find(first, all.end(), events.series.last);
    steps.assign(first, last == all.end() ? first : last + 1);
  }
  std::vector<std::string> names = events.numbers;
  const std::size_t some = std::min(steps.size(), kMostOfSeries);
  for (std::size_t i = 0; i < some; ++i) {
    names.push_back(steps[some == 1 ? 0 : i * (steps.size() - 1) / (some - 1)]);
  }
  return names;
}

/// Reads a table of events.
class EventRows {
 public:
  EventRows(const EventColumns& events, const FlowReader& reader, Columns& columns)
      : columns_(columns),
        key_(places_of(events.key, reader)),
        numbers_(places_of(numbers_of(events, reader), reader)),
        categories_(places_of(events.categories, reader)) {
    columns_.events = true;
    for (const std::string& name : numbers_of(events, reader)) {
      columns_.numbers.push_back({name});
    }
    for (const std::string& name : events.categories) {
      texts_.emplace_back(name, true);
    }
  }

  void add(const FlowBatch& batch) {
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      if (take_numbers(batch, i)) {
        add_rest(batch, i);
      } else {
        columns_.skips.add("record without a number that the table has",
                           batch.lines.empty() ? i + 1 : batch.lines[i]);
      }
    }
  }

  void finish() {
    for (Texts& text : texts_) {
      columns_.categories.push_back(text.take());
    }
    columns_.addresses = std::make_shared<std::vector<IpAddress>>(keys_.take());
  }

 private:
  /// False, and nothing taken, where one is none.
  bool take_numbers(const FlowBatch& batch, std::size_t i) {
    std::vector<double> values;
    for (const std::size_t place : numbers_) {
      const std::string_view text = batch.extras[place][i];
      double value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
        return false;
      }
      values.push_back(value);
    }
    for (std::size_t c = 0; c < values.size(); ++c) {
      columns_.numbers[c].values.push_back(values[c]);
    }
    return true;
  }

  void add_rest(const FlowBatch& batch, std::size_t i) {
    std::string key;
    for (const std::size_t place : key_) {
      key.append(batch.extras[place][i]).push_back('\0');
    }
    columns_.src.push_back(keys_(pseudonym(key)));
    columns_.dst.push_back(keys_(IpAddress()));
    columns_.srcport.push_back(0);
    columns_.dstport.push_back(0);
    columns_.proto.push_back(0);
    columns_.time_ns.push_back(batch.records[i].start_ns);
    for (std::size_t c = 0; c < texts_.size(); ++c) {
      texts_[c].add(batch.extras[categories_[c]][i]);
    }
  }

  Columns& columns_;
  std::vector<std::size_t> key_, numbers_, categories_;
  AddressNumbers keys_;
  std::vector<Texts> texts_;
};

}  // namespace

void read_events(FlowReader& reader, const EventColumns& events, const Progress& progress,
                 Columns& columns) {
  FlowBatch batch;
  bool more = reader.next(batch);
  EventRows rows(events, reader, columns);
  for (; more; more = reader.next(batch)) {
    rows.add(batch);
    if (progress) {
      progress({"reading", columns.rows(), 0, "records"});
    }
  }
  rows.finish();
  columns.source = reader.info();
  columns.skips.merge(reader.skips());
}

}  // namespace tracetwin::evaluate
