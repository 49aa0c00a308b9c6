#include "tokens/choose.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

namespace tracetwin::tokens {
namespace {

constexpr std::size_t kRecordsABin = 60;
constexpr std::size_t kRecordsAPart = 8;
constexpr std::size_t kRecordsASlot = 150;
constexpr std::size_t kRowsAPort = 4000;

std::map<double, std::size_t> counts_of(const std::vector<double>& values) {
  std::map<double, std::size_t> counts;
  for (const double value : values) {
    ++counts[value];
  }
  return counts;
}

/// The values of at least `least` records, most frequent first, at most `most` of them.
template <class Counts>
auto frequent_of(const Counts& counts, std::size_t least, std::size_t most) {
  using Value = std::decay_t<decltype(counts.begin()->first)>;
  std::vector<std::pair<std::size_t, Value>> chosen;
  for (const auto& [value, count] : counts) {
    if (count >= least) {
      chosen.emplace_back(count, value);
    }
  }
  std::sort(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  chosen.resize(std::min(most, chosen.size()));
  std::vector<Value> values;
  for (const auto& [count, value] : chosen) {
    values.push_back(value);
  }
  return values;
}

/// Outwards to two significant digits: the ends of a trace's values are single records' values.
double rounded(double value, bool up) {
  if (value == 0) {
    return 0;
  }
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 1);
  return (up ? std::ceil(value / unit) : std::floor(value / unit)) * unit;
}

/// Edges of bins with about equally many of the sorted values, between values.
std::vector<double> edges_of(const std::vector<double>& sorted, std::size_t bins, bool whole) {
  std::vector<double> edges = {rounded(sorted.front(), false)};
  for (std::size_t b = 1; b < bins; ++b) {
    const double at = sorted[b * sorted.size() / bins];
    const auto next = std::upper_bound(sorted.begin(), sorted.end(), at);
    if (next == sorted.end()) {
      break;
    }
    const double middle = (at + *next) / 2;
    const double edge = whole ? std::ceil(middle) : middle;
    if (edge > edges.back()) {
      edges.push_back(edge);
    }
  }
  const double last = std::max(rounded(sorted.back(), true), std::nextafter(sorted.back(), 1e300));
  edges.push_back(std::max(last, edges.back() + 1) + (whole ? 1 : 0));
  return edges;
}

class Chooser {
 public:
  Chooser(const Columns& columns, const SchemeOptions& options)
      : columns_(columns), options_(options) {}

  Scheme choose() {
    add_kinds({FieldKind::kTime});
    add_kinds({FieldKind::kCategory, FieldKind::kCode, FieldKind::kProtocol});
    add_kinds({FieldKind::kAddress});
    for (std::size_t f = columns_.fields.size(); f-- > 0;) {
      if (columns_.fields[f].kind == FieldKind::kPort) {
        add(f);
      }
    }
    add_kinds({FieldKind::kSize, FieldKind::kShape});
    add_kinds({FieldKind::kDuration});
    add_kinds({FieldKind::kByte, FieldKind::kLength, FieldKind::kNumber, FieldKind::kShare});
    return std::move(scheme_);
  }

 private:
  void add_kinds(std::initializer_list<FieldKind> kinds) {
    for (const FieldKind kind : kinds) {
      for (std::size_t f = 0; f < columns_.fields.size(); ++f) {
        if (columns_.fields[f].kind == kind) {
          add(f);
        }
      }
    }
  }

  /// Networks begin with a record's time, even where all have the same.
  void add(std::size_t field) {
    if (columns_.fields[field].fixed && columns_.fields[field].kind != FieldKind::kTime) {
      return;
    }
    Coding coding;
    coding.field = field;
    coding.name = columns_.fields[field].name;
    switch (columns_.fields[field].kind) {
      case FieldKind::kTime:
        fill_slots(coding);
        break;
      case FieldKind::kCategory:
        fill_codes(coding);
        break;
      case FieldKind::kCode:
      case FieldKind::kProtocol:
      case FieldKind::kByte:
        fill_list(coding);
        break;
      case FieldKind::kAddress:
      case FieldKind::kPort:
        fill_frequent(coding);
        break;
      case FieldKind::kSize:
      case FieldKind::kShape:
        coding.part = Part::kFirst;
        fill_number(coding);
        scheme_.codings.push_back(coding);
        coding.part = Part::kSecond;
        coding.name += ", second";
        fill_number(coding);
        break;
      default:
        fill_number(coding);
    }
    scheme_.codings.push_back(std::move(coding));
  }

  std::unordered_map<Key, std::size_t, dp::KeyHash> key_counts(std::size_t field) const {
    std::unordered_map<Key, std::size_t, dp::KeyHash> counts;
    for (const Key key : columns_.keys[field]) {
      ++counts[key];
    }
    return counts;
  }

  void fill_codes(Coding& coding) const {
    for (Key code = 0; code < columns_.vocabularies[coding.field].cells(); ++code) {
      coding.frequent.push_back(code);
    }
  }

  void fill_list(Coding& coding) const {
    const auto counts = key_counts(coding.field);
    auto values = frequent_of(counts, options_.least, options_.most_listed);
    if (values.empty()) {
      values = frequent_of(counts, 1, 1);
    }
    const Key usual = values.front();
    std::sort(values.begin(), values.end());
    coding.usual = static_cast<std::uint32_t>(
        std::lower_bound(values.begin(), values.end(), usual) - values.begin());
    coding.frequent = std::move(values);
  }

  void fill_frequent(Coding& coding) const {
    const bool port = columns_.fields[coding.field].kind == FieldKind::kPort;
    const std::vector<Key>& keys = columns_.keys[coding.field];
    coding.code = port ? Code::kPort : Code::kAddress;
    const std::size_t least =
        port ? std::max(options_.least, keys.size() / kRowsAPort) : options_.least;
    coding.frequent = frequent_of(key_counts(coding.field), least, options_.most_listed);
    std::sort(coding.frequent.begin(), coding.frequent.end());
    coding.v6 = !port && std::any_of(keys.begin(), keys.end(),
                                     [](Key key) { return !address_of(key).is_v4(); });
  }

  std::vector<double> numbers_of(const Coding& coding) const {
    std::vector<double> numbers;
    for (const Key key : columns_.keys[coding.field]) {
      numbers.push_back(number_in(coding, columns_.fields[coding.field], key));
    }
    return numbers;
  }

  /// Second over first number, of the records whose second one is no atom.
  std::vector<double> seconds_each(const Coding& coding) const {
    std::vector<double> each;
    for (const Key key : columns_.keys[coding.field]) {
      const auto value = static_cast<double>(second_of(key));
      if (!std::binary_search(coding.atoms.begin(), coding.atoms.end(), value)) {
        each.push_back(value / std::max(1.0, static_cast<double>(first_of(key))));
      }
    }
    return each;
  }

  void fill_number(Coding& coding) const {
    const Field& field = columns_.fields[coding.field];
    const bool real = field.kind == FieldKind::kNumber || field.kind == FieldKind::kShare;
    coding.code = Code::kNumber;
    coding.whole = !real || field.whole;
    coding.log = !real;
    coding.edges.clear();
    coding.parts = 1;
    std::vector<double> numbers = numbers_of(coding);
    coding.atoms = frequent_of(counts_of(numbers), options_.least, options_.most_listed);
    std::sort(coding.atoms.begin(), coding.atoms.end());
    std::erase_if(numbers, [&](double value) {
      return std::binary_search(coding.atoms.begin(), coding.atoms.end(), value);
    });
    if (numbers.empty()) {
      return;
    }
    const bool second = coding.part == Part::kSecond;
    numbers = second ? seconds_each(coding) : std::move(numbers);
    std::sort(numbers.begin(), numbers.end());
    const std::size_t bins =
        std::clamp<std::size_t>(numbers.size() / kRecordsABin, 1, options_.most_bins);
    coding.edges = edges_of(numbers, bins, coding.whole && !second);
    coding.parts = static_cast<std::uint32_t>(
        std::clamp<std::size_t>(numbers.size() / bins / kRecordsAPart, 1, options_.most_parts));
  }

  void fill_slots(Coding& coding) const {
    coding.code = Code::kTime;
    std::vector<double> times = numbers_of(coding);
    std::sort(times.begin(), times.end());
    const std::size_t slots =
        std::clamp<std::size_t>(times.size() / kRecordsASlot, 1, options_.most_slots);
    coding.edges = edges_of(times, slots, true);
    coding.edges.front() = static_cast<double>(columns_.window.begin);
    coding.edges.back() =
        std::max(static_cast<double>(columns_.window.end), coding.edges.front() + kLeastSpan);
    coding.parts = static_cast<std::uint32_t>(
        std::clamp<std::size_t>(times.size() / slots / kRecordsAPart, 1, options_.most_parts));
  }

  const Columns& columns_;
  const SchemeOptions& options_;
  Scheme scheme_;
};

}  // namespace

Scheme choose_scheme(const Columns& columns, const SchemeOptions& options) {
  return Chooser(columns, options).choose();
}

}  // namespace tracetwin::tokens
