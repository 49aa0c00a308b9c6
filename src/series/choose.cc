#include "series/choose.h"

#include <algorithm>
#include <cmath>

namespace tracetwin::series {
namespace {

constexpr std::uint32_t kBitsOfV4 = 32;
constexpr std::uint32_t kBitsOfAny = 128;
constexpr double kMostGapUs = 60e6;  // where no flow has two records

Coding of_field(const Field& field, std::size_t index, Code code, std::uint32_t width = 1) {
  Coding coding;
  coding.name = field.name;
  coding.field = index;
  coding.code = code;
  coding.width = width;
  return coding;
}

/// Bounds that hold every value of a column, as this coding takes it.
Coding with_bounds(Coding coding, const Field& field, const std::vector<Key>& column) {
  double low = number_in(coding, field, column.front());
  double high = low;
  for (const Key key : column) {
    const double value = number_in(coding, field, key);
    low = std::min(low, value);
    high = std::max(high, value);
  }
  coding.low = low;
  coding.high = std::max(high, low + 1);
  return coding;
}

/// Critics see all records of a sample at once, so their size grows with the longest.
constexpr std::uint32_t kMostRecords = 100;

class Chooser {
 public:
  Chooser(const SeriesData& data, const SchemeOptions& options) : data_(data), options_(options) {}

  Scheme choose() {
    scheme_.tags = options_.tags;
    scheme_.times = options_.times;
    scheme_.self_norm = options_.self_norm;
    scheme_.chunks = chunks();
    learn_embedding();
    for (std::size_t f = 0; f < data_.fields.size(); ++f) {
      add(f);
    }
    add_times();
    scheme_.most_records = options_.whole ? options_.most_records.value() : most_records();
    return std::move(scheme_);
  }

 private:
  std::vector<Chunk> chunks() const {
    if (options_.whole) {
      return {*options_.whole};
    }
    return options_.equal_size ? chunks_of_equal_size(data_.flows, options_.chunks)
                               : chunks_of_equal_time(data_.flows, options_.chunks);
  }

  std::uint32_t most_records() const {
    std::size_t longest = 1;
    for (std::size_t flow = 0; flow < data_.flows.size(); ++flow) {
      longest = std::max(longest, data_.flows.length(flow));
    }
    return std::min(options_.most_records.value_or(kMostRecords),
                    static_cast<std::uint32_t>(longest));
  }

  bool published() const { return options_.style == Style::kPublished; }

  /// Whether a field is one of flows, not of their records.
  bool is_attribute(std::size_t f) const {
    return data_.packets ? !data_.rows[f].empty()
                         : std::ranges::find(data_.keys, f) != data_.keys.end();
  }
  /// What other fields say: lengths of time and numbers of packets follow from a flow's packets.
  bool follows(std::size_t f) const {
    const FieldKind kind = data_.fields[f].kind;
    const bool of_payloads =
        data_.packets && is_attribute(f) &&
        (data_.fields[f].name == "fwd_payload" || data_.fields[f].name == "bwd_payload");
    const bool is_step = data_.rows[f].empty() && data_.records[f].empty();
    return f == data_.time_field || data_.fields[f].fixed || is_step || of_payloads ||
           (data_.packets && (kind == FieldKind::kDuration || kind == FieldKind::kShape));
  }

  void add(std::size_t f) {
    if (follows(f)) {
      return;
    }
    auto& codings = is_attribute(f) ? scheme_.attributes : scheme_.features;
    for (Coding& coding : codings_of(f)) {
      codings.push_back(std::move(coding));
    }
  }

  std::vector<Coding> codings_of(std::size_t f) const {
    const Field& field = data_.fields[f];
    const std::vector<Key>& column = is_attribute(f) ? data_.rows[f] : data_.records[f];
    if (field.kind == FieldKind::kAddress && published()) {
      const bool v4 = std::ranges::all_of(column, [](Key key) { return address_of(key).is_v4(); });
      return {of_field(field, f, Code::kBits, v4 ? kBitsOfV4 : kBitsOfAny)};
    }
    if (field.kind == FieldKind::kPort && published()) {
      return {of_field(field, f, Code::kVector, options_.dimensions)};
    }
    if (field.kind == FieldKind::kCode && field.cells == 2) {
      return {of_field(field, f, Code::kBits, 1)};
    }
    if (field.kind == FieldKind::kNumber && !options_.whole) {
      Coding coding = of_field(field, f, Code::kReal);
      coding.log = !published() && is_skewed(column);
      return {chosen(with_bounds(coding, field, column))};
    }
    if (published() && field.kind == FieldKind::kSize) {
      return {size_part(f, Part::kFirst, "pkt"), size_part(f, Part::kSecond, "byt")};
    }
    const bool a_number = field.kind == FieldKind::kDuration || field.kind == FieldKind::kShare ||
                          (field.kind == FieldKind::kLength && !is_attribute(f));
    if (published() && a_number) {
      Coding coding = of_field(field, f, Code::kReal);
      coding.log = field.kind != FieldKind::kShare;
      return {chosen(with_bounds(coding, field, column))};
    }
    return {of_field(field, f, Code::kChoice, data_.vocabularies[f].cells())};
  }

  /// Whether numbers, none negative, go far beyond what is usual.
  static bool is_skewed(const std::vector<Key>& column) {
    constexpr double kFar = 50;
    std::vector<double> values;
    for (const Key key : column) {
      values.push_back(number_of(key));
    }
    std::ranges::nth_element(values, values.begin() + std::ssize(values) / 2);
    const double median = values[values.size() / 2];
    const auto [least, most] = std::ranges::minmax(values);
    return least >= 0 && most > kFar * std::max(1.0, median);
  }

  /// With what the options say of a number.
  Coding chosen(Coding coding) const {
    for (const NumberChoice& choice : options_.numbers) {
      if (choice.name == coding.name) {
        coding.log = choice.log;
        coding.is_signed = choice.is_signed;
        coding.low = choice.low.value_or(coding.low);
        coding.high = std::max(choice.high.value_or(coding.high), coding.low + 1e-9);
      }
    }
    return coding;
  }

  Coding size_part(std::size_t f, Part part, const char* name) const {
    Coding coding = of_field(data_.fields[f], f, Code::kReal);
    coding.name = name;
    coding.part = part;
    coding.log = true;
    return chosen(with_bounds(coding, data_.fields[f], data_.records[f]));
  }

  /// One for the ports of both sides, from the records they occur in, with the protocol.
  void learn_embedding() {
    if (!published()) {
      return;
    }
    std::vector<std::size_t> words;
    for (std::size_t f = 0; f < data_.fields.size(); ++f) {
      if (data_.fields[f].kind == FieldKind::kPort && !data_.fields[f].fixed) {
        words.push_back(f);
      }
    }
    if (words.empty()) {
      return;
    }
    std::vector<Key> sentences;
    for (std::size_t row = 0; row < data_.rows[words.front()].size(); ++row) {
      for (const std::size_t f : words) {
        sentences.push_back(data_.rows[f][row]);
      }
    }
    SkipGramOptions options;
    options.dimensions = options_.dimensions;
    options.seed = options_.seed;
    scheme_.embeddings.push_back(skip_gram(sentences, words.size(), options));
  }

  void add_times() {
    const Field& time = data_.fields[data_.time_field];
    scheme_.start = of_field(time, data_.time_field, Code::kReal);
    scheme_.gap = scheme_.start;
    scheme_.start.name = "start";
    if (scheme_.times == TimeCoding::kRaw) {
      return;
    }
    scheme_.gap.name = "gap";
    scheme_.gap.log = true;
    scheme_.gap.high = options_.whole ? length_us(*options_.whole) : longest_gap_us();
  }

  static double length_us(const Chunk& chunk) {
    return static_cast<double>(chunk.end_ns - chunk.begin_ns) / 1000;
  }

  /// Between records of a flow, or from a chunk's begin to a flow that goes on in it.
  double longest_gap_us() const {
    double longest = 0;
    const Flows& flows = data_.flows;
    for (std::size_t flow = 0; flow < flows.size(); ++flow) {
      for (std::size_t r = flows.begin[flow] + 1; r < flows.begin[flow + 1]; ++r) {
        longest = std::max(longest, static_cast<double>(flows.time_ns[r] - flows.time_ns[r - 1]));
      }
    }
    return longest > 0 ? longest / 1000 : kMostGapUs;
  }

  const SeriesData& data_;
  const SchemeOptions& options_;
  Scheme scheme_;
};

}  // namespace

Scheme choose_scheme(const SeriesData& data, const SchemeOptions& options) {
  return Chooser(data, options).choose();
}

KeyColumns coded(const KeyColumns& columns, const std::vector<Coding>& codings,
                 const SeriesData& data) {
  KeyColumns result = columns;
  for (const Coding& coding : codings) {
    const bool done = data.fields[coding.field].kind == FieldKind::kCategory;
    if (coding.code != Code::kChoice || done) {
      continue;
    }
    for (Key& key : result[coding.field]) {
      key = data.vocabularies[coding.field].encode(key);
    }
  }
  return result;
}

}  // namespace tracetwin::series
