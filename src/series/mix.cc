#include "series/mix.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace tracetwin::series {
namespace {

using Of = Aspect::Of;

constexpr std::uint64_t kExactly = 16;
constexpr double kStepsOfOctave = 4;
constexpr unsigned kHalf = 32;
constexpr std::uint64_t kFull = 1U << 20;  // behind all steps
constexpr double kShares = 8;
constexpr double kLongStep = 1.09;  // an eighth of an octave

std::uint64_t step_of(std::uint64_t count) {
  return count <= kExactly
             ? count
             : kExactly + 1 +
                   static_cast<std::uint64_t>(kStepsOfOctave *
                                              std::log2(static_cast<double>(count) / kExactly));
}

/// What is looked at, of one sample or of a flow that is cut into several.
struct Look {
  const Scheme& scheme;
  const Lexicon& lexicon;
  std::span<const Key> row;
  std::vector<std::span<const Key>> records;
  std::uint64_t forward = 0;

  std::uint64_t most() const { return scheme.most_records; }
  bool is_full() const { return records.size() >= most(); }

  std::uint64_t code(const Aspect& aspect, std::size_t record) const {
    switch (aspect.of) {
      case Of::kFlow:
        return mix_code(lexicon, aspect.field, row[aspect.field]);
      case Of::kRecord:
        return mix_code(
            lexicon, aspect.field,
            is_feature(aspect.field) ? records[record][aspect.field] : row[aspect.field]);
      case Of::kLength:
        return is_full() ? kFull : step_of(records.size());
      case Of::kForward:
        return part(forward);
      case Of::kBackward:
        break;
    }
    return part(records.size() - forward);
  }
  bool is_feature(std::size_t field) const {
    return std::ranges::any_of(scheme.features,
                               [&](const Coding& coding) { return coding.field == field; });
  }
  std::uint64_t part(std::uint64_t count) const {
    const double share = static_cast<double>(count) / static_cast<double>(records.size());
    return is_full() ? kFull + static_cast<std::uint64_t>(kShares * share) : step_of(count);
  }
  std::uint64_t cell(const MixTable& table, std::size_t record) const {
    std::uint64_t cell = 0;
    for (const Aspect& aspect : table.aspects) {
      cell = cell << kHalf | code(aspect, record);
    }
    return cell;
  }
};

bool is_of_records(const MixTable& table) {
  return std::ranges::any_of(table.aspects,
                             [](const Aspect& aspect) { return aspect.of == Of::kRecord; });
}

std::uint64_t forward_in(const std::vector<std::span<const Key>>& records,
                         const std::optional<std::size_t>& direction) {
  return direction ? static_cast<std::uint64_t>(std::ranges::count_if(
                         records, [&](std::span<const Key> keys) { return keys[*direction] != 0; }))
                   : 0;
}

/// The tables of a kind of trace: records, lengths, and labels by protocol.
std::vector<MixTable> tables_of(const Scheme& scheme, const Lexicon& lexicon,
                                const MixFields& fields) {
  const Aspect protocol{Of::kFlow, fields.protocol};
  std::vector<MixTable> tables = {{{protocol, {Of::kLength, 0}}, {}, {}}};
  if (fields.direction) {
    tables.push_back({{protocol, {Of::kForward, 0}}, {}, {}});
    tables.push_back({{protocol, {Of::kBackward, 0}}, {}, {}});
  }
  tables.push_back({{{Of::kRecord, fields.protocol}}, {}, {}});
  std::vector<Aspect> labels;
  for (const Coding& coding : scheme.features) {
    if (lexicon.fields[coding.field].kind == FieldKind::kCategory) {
      labels.push_back({Of::kRecord, coding.field});
    }
  }
  for (const Aspect& label : labels) {
    tables.push_back({{protocol, label}, {}, {}});
  }
  return tables;
}

/// Counts the flows that begin in a chunk.
class Counting {
 public:
  Counting(const Scheme& scheme, const SeriesData& data, const MixFields& fields, std::size_t chunk)
      : scheme_(scheme),
        data_(data),
        fields_(fields),
        chunk_(scheme.chunks[chunk]),
        lexicon_{data.fields, data.vocabularies, scheme.embeddings},
        rows_(coded_rows(data.rows)),
        records_(coded_rows(data.records)) {
    mix_.tables = tables_of(scheme, lexicon_, fields);
    counts_.resize(mix_.tables.size());
  }

  Mix count() {
    for (std::size_t flow = 0; flow < data_.flows.size(); ++flow) {
      add(flow);
    }
    if (flows_ == 0) {
      return {};
    }
    for (std::size_t t = 0; t < counts_.size(); ++t) {
      for (const auto& [cell, amount] : counts_[t]) {
        mix_.tables[t].cells.push_back(cell);
        mix_.tables[t].amounts.push_back(amount / samples_);
      }
    }
    for (const auto& [place, flows] : longs_) {
      const double low = static_cast<double>(scheme_.most_records + 1) *
                         std::pow(kLongStep, static_cast<double>(place.second));
      mix_.longs.push_back({place.first, low, low * kLongStep, flows / flows_});
    }
    mix_.samples = samples_ / flows_;
    mix_.records = all_records_ / flows_;
    mix_.fill = full_samples_ > 0 ? full_records_ / (full_samples_ * scheme_.most_records) : 1;
    mix_.repeats = repeats_ / flows_;
    return std::move(mix_);
  }

 private:
  /// Rows of keys instead of columns.
  std::vector<std::vector<Key>> coded_rows(const KeyColumns& columns) const {
    std::size_t count = 0;
    for (const auto& column : columns) {
      count = std::max(count, column.size());
    }
    std::vector<std::vector<Key>> rows(count, std::vector<Key>(columns.size()));
    for (std::size_t f = 0; f < columns.size(); ++f) {
      for (std::size_t r = 0; r < columns[f].size(); ++r) {
        rows[r][f] = columns[f][r];
      }
    }
    return rows;
  }

  /// Its records in the chunk, when it begins there.
  std::vector<std::span<const Key>> records_of(std::size_t flow) const {
    const Flows& flows = data_.flows;
    const std::size_t begin = flows.begin[flow];
    std::vector<std::span<const Key>> records;
    const bool begins_here =
        flows.time_ns[begin] >= chunk_.begin_ns && flows.time_ns[begin] < chunk_.end_ns;
    for (std::size_t r = begin; begins_here && r < flows.begin[flow + 1]; ++r) {
      if (flows.time_ns[r] < chunk_.end_ns) {
        records.emplace_back(records_[flows.record[r]]);
      }
    }
    return records;
  }

  void add(std::size_t flow) {
    const std::span<const Key> row(rows_[data_.flows.owner[flow]]);
    Look look{scheme_, lexicon_, row, records_of(flow)};
    const std::size_t length = look.records.size();
    if (length == 0) {
      return;
    }
    look.forward = forward_in(look.records, fields_.direction);
    const auto samples = std::ceil(static_cast<double>(length) / scheme_.most_records);
    for (std::size_t t = 0; t < counts_.size(); ++t) {
      const bool each = is_of_records(mix_.tables[t]);
      for (std::size_t r = 0; r < (each ? length : 1); ++r) {
        counts_[t][look.cell(mix_.tables[t], r)] += each ? 1 : samples;
      }
    }
    ++flows_;
    samples_ += samples;
    all_records_ += static_cast<double>(length);
    repeats_ += tuples_.insert(tuple_of(row)).second ? 0 : 1;
    if (look.is_full()) {
      full_samples_ += samples;
      full_records_ += static_cast<double>(length);
    }
    if (length > scheme_.most_records) {
      const double steps =
          std::log(static_cast<double>(length) / (scheme_.most_records + 1)) / std::log(kLongStep);
      ++longs_[{mix_code(lexicon_, fields_.protocol, row[fields_.protocol]),
                static_cast<int>(steps + 1e-9)}];
    }
  }

  std::vector<Key> tuple_of(std::span<const Key> row) const {
    std::vector<Key> tuple;
    for (const std::size_t f : fields_.key) {
      tuple.push_back(row[f]);
    }
    return tuple;
  }

  const Scheme& scheme_;
  const SeriesData& data_;
  const MixFields& fields_;
  const Chunk& chunk_;
  Lexicon lexicon_;
  std::vector<std::vector<Key>> rows_, records_;
  Mix mix_;
  std::vector<std::map<std::uint64_t, double>> counts_;  ///< by table
  std::map<std::pair<std::uint64_t, int>, double> longs_;
  std::set<std::vector<Key>> tuples_;
  double flows_ = 0, samples_ = 0, all_records_ = 0, repeats_ = 0;
  double full_samples_ = 0, full_records_ = 0;
};

}  // namespace

std::uint64_t mix_code(const Lexicon& lexicon, std::size_t field, Key key) {
  const FieldKind kind = lexicon.fields[field].kind;
  // Of categories, and of what has no vocabulary of its own, the key is a code.
  return kind == FieldKind::kCategory || kind == FieldKind::kCode
             ? static_cast<std::uint32_t>(key)
             : lexicon.vocabularies[field].encode(key);
}

Mix mix_of(const Scheme& scheme, const SeriesData& data, const MixFields& fields,
           std::size_t chunk) {
  return Counting(scheme, data, fields, chunk).count();
}

MixCells::MixCells(const Scheme& scheme, const Mix& mix, const Lexicon& lexicon,
                   const MixFields& fields)
    : scheme_(scheme), mix_(mix), lexicon_(lexicon), fields_(fields) {}

std::vector<marginal::Amount> MixCells::of(const DrawnFlow& flow) const {
  Look look{scheme_, lexicon_, flow.row, {flow.features.begin(), flow.features.end()}};
  look.forward = forward_in(look.records, fields_.direction);
  std::vector<marginal::Amount> amounts;
  std::uint32_t first = 0;
  for (const MixTable& table : mix_.tables) {
    const bool each = is_of_records(table);
    std::map<std::uint32_t, float> found;
    for (std::size_t r = 0; r < (each ? look.records.size() : 1); ++r) {
      const std::uint64_t cell = look.cell(table, r);
      auto at = std::ranges::lower_bound(table.cells, cell);
      at = at != table.cells.end() && *at == cell ? at : table.cells.end();
      found[first + static_cast<std::uint32_t>(at - table.cells.begin())] +=
          each && look.is_full() ? static_cast<float>(mix_.fill) : 1.0F;
    }
    // A single odd record does not rule out its flow.
    const std::uint32_t none = first + static_cast<std::uint32_t>(table.cells.size());
    for (const auto& [cell, amount] : found) {
      if (cell != none || found.size() == 1) {
        amounts.push_back({cell, amount});
      }
    }
    first += static_cast<std::uint32_t>(table.cells.size() + 1);
  }
  return amounts;
}

marginal::RakeTargets MixCells::targets(double samples) const {
  marginal::RakeTargets targets;
  for (const MixTable& table : mix_.tables) {
    for (const double amount : table.amounts) {
      targets.cells.push_back(amount * samples);
    }
    targets.cells.push_back(0);
    targets.table_end.push_back(static_cast<std::uint32_t>(targets.cells.size()));
  }
  return targets;
}

}  // namespace tracetwin::series
