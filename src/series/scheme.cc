#include "series/scheme.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tracetwin::series {
namespace {

using doppelganger::Activation;
using doppelganger::Outputs;
using doppelganger::Samples;

constexpr std::int64_t kMicrosecond = 1000;
constexpr std::size_t kTagWidth = 2;  // no, yes
constexpr float kMargin = 1e-4F;      // around a sample's own range

void append(const Outputs& more, Outputs& outputs) {
  outputs.insert(outputs.end(), more.begin(), more.end());
}

std::size_t width_of_all(const std::vector<Coding>& codings) {
  return std::accumulate(
      codings.begin(), codings.end(), std::size_t{0},
      [](std::size_t sum, const Coding& coding) { return sum + width_of(coding); });
}

void put_tag(bool yes, std::span<float> to) {
  to[0] = yes ? 0.0F : 1.0F;
  to[1] = yes ? 1.0F : 0.0F;
}

/// Continuous columns among a record's numbers, which self-normalisation scales.
struct RealColumn {
  std::size_t at;
  bool is_signed;
};

std::vector<RealColumn> real_columns(const Scheme& scheme) {
  std::vector<RealColumn> columns = {{0, scheme.gap.is_signed}};
  std::size_t at = 1;
  for (const Coding& coding : scheme.features) {
    if (coding.code == Code::kReal) {
      columns.push_back({at, coding.is_signed});
    }
    at += width_of(coding);
  }
  return columns;
}

/// A part of a flow that becomes one sample: records [begin, end) of `flows`.
struct Piece {
  std::size_t flow;
  std::size_t begin;
  std::size_t end;
};

/// What of each flow lies in a chunk, cut where it is longer than a sample may be.
std::vector<Piece> pieces_of(const Scheme& scheme, const Flows& flows, const Chunk& chunk) {
  std::vector<Piece> pieces;
  for (std::size_t flow = 0; flow < flows.size(); ++flow) {
    const auto first = flows.time_ns.begin() + static_cast<std::ptrdiff_t>(flows.begin[flow]);
    const auto last = flows.time_ns.begin() + static_cast<std::ptrdiff_t>(flows.begin[flow + 1]);
    const auto begin = static_cast<std::size_t>(std::lower_bound(first, last, chunk.begin_ns) -
                                                flows.time_ns.begin());
    const auto end = static_cast<std::size_t>(std::lower_bound(first, last, chunk.end_ns) -
                                              flows.time_ns.begin());
    for (std::size_t at = begin; at < end; at += scheme.most_records) {
      pieces.push_back({flow, at, std::min<std::size_t>(end, at + scheme.most_records)});
    }
  }
  std::ranges::stable_sort(pieces, {}, [&](const Piece& piece) { return flows.unit[piece.flow]; });
  return pieces;
}

/// Writes one sample.
class Encoder {
 public:
  Encoder(const Scheme& scheme, const Lexicon& lexicon, const Flows& flows, const KeyColumns& rows,
          const KeyColumns& records, const Chunk& chunk)
      : scheme_(scheme),
        lexicon_(lexicon),
        flows_(flows),
        rows_(rows),
        records_(records),
        chunk_(chunk),
        keys_(lexicon.fields.size()) {}

  void attributes(const Piece& piece, std::span<float> to) {
    take(rows_, flows_.owner[piece.flow]);
    std::size_t at = 0;
    for (const Coding& coding : scheme_.attributes) {
      encode(coding, lexicon_, keys_, to.subspan(at, width_of(coding)));
      at += width_of(coding);
    }
    if (scheme_.has_tags()) {
      tags(piece, to.subspan(at));
    }
    if (scheme_.times == TimeCoding::kGaps) {
      const double share = begins_here(piece) ? share_of_chunk(flows_.time_ns[piece.begin]) : 0;
      to[scheme_.start_at()] = to_unit(scheme_.start, share);
    }
  }

  /// `r` is a record of the piece.
  void features(const Piece& piece, std::size_t r, std::span<float> to) {
    take(records_, flows_.record[r]);
    to[0] = to_unit(scheme_.gap, time_value(piece, r));
    std::size_t at = 1;
    for (const Coding& coding : scheme_.features) {
      encode(coding, lexicon_, keys_, to.subspan(at, width_of(coding)));
      at += width_of(coding);
    }
  }

 private:
  void take(const KeyColumns& columns, std::size_t row) {
    for (std::size_t f = 0; f < keys_.size(); ++f) {
      keys_[f] = columns[f].empty() ? Key{0} : columns[f][row];
    }
  }

  double share_of_chunk(std::int64_t time_ns) const {
    return static_cast<double>(time_ns - chunk_.begin_ns) /
           static_cast<double>(chunk_.end_ns - chunk_.begin_ns);
  }

  /// A piece behind the first of its flow in the chunk counts as a flow of its own.
  bool begins_here(const Piece& piece) const {
    const std::size_t first = flows_.begin[piece.flow];
    return piece.begin == first || flows_.time_ns[piece.begin - 1] >= chunk_.begin_ns;
  }

  double time_value(const Piece& piece, std::size_t r) const {
    if (scheme_.times == TimeCoding::kRaw) {
      return share_of_chunk(flows_.time_ns[r]);
    }
    if (r > piece.begin) {
      return microseconds(flows_.time_ns[r] - flows_.time_ns[r - 1]);
    }
    return begins_here(piece) ? 0 : microseconds(flows_.time_ns[r] - chunk_.begin_ns);
  }

  static double microseconds(std::int64_t ns) {
    return static_cast<double>(ns) / static_cast<double>(kMicrosecond);
  }

  void tags(const Piece& piece, std::span<float> to) const {
    const bool begins = begins_here(piece);
    put_tag(begins, to);
    for (std::size_t c = 0; c < scheme_.chunks.size(); ++c) {
      const bool told = scheme_.tags == Tags::kAlways || begins;
      put_tag(told && is_in(piece.flow, scheme_.chunks[c]), to.subspan((c + 1) * kTagWidth));
    }
  }

  bool is_in(std::size_t flow, const Chunk& chunk) const {
    const auto first = flows_.time_ns.begin() + static_cast<std::ptrdiff_t>(flows_.begin[flow]);
    const auto last = flows_.time_ns.begin() + static_cast<std::ptrdiff_t>(flows_.begin[flow + 1]);
    const auto found = std::lower_bound(first, last, chunk.begin_ns);
    return found != last && *found < chunk.end_ns;
  }

  const Scheme& scheme_;
  const Lexicon& lexicon_;
  const Flows& flows_;
  const KeyColumns& rows_;
  const KeyColumns& records_;
  const Chunk& chunk_;
  std::vector<Key> keys_;
};

/// Scales a sample's continuous features to its own range, which goes into `additional`: for each
/// column the middle, as the column is coded, and half the range, in [0, 1].
void normalise(const std::vector<RealColumn>& columns, std::size_t width, std::span<float> features,
               std::span<float> additional) {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    float most = -1;
    float least = 2;
    for (std::size_t at = columns[c].at; at < features.size(); at += width) {
      most = std::max(most, features[at]);
      least = std::min(least, features[at]);
    }
    most += kMargin;
    least -= kMargin;
    additional[2 * c] = (most + least) / 2;
    additional[2 * c + 1] = (most - least) / 2;
    for (std::size_t at = columns[c].at; at < features.size(); at += width) {
      const float share = (features[at] - least) / (most - least);
      features[at] = columns[c].is_signed ? 2 * share - 1 : share;
    }
  }
}

}  // namespace

std::size_t Scheme::tags_at() const {
  return width_of_all(attributes);
}

std::size_t Scheme::start_at() const {
  return tags_at() + (has_tags() ? kTagWidth * (chunks.size() + 1) : 0);
}

doppelganger::Layout layout_of(const Scheme& scheme) {
  doppelganger::Layout layout;
  for (const Coding& coding : scheme.attributes) {
    append(outputs_of(coding), layout.attributes);
  }
  for (std::size_t tag = 0; scheme.has_tags() && tag <= scheme.chunks.size(); ++tag) {
    layout.attributes.push_back({tag == 0 ? "starts here" : "chunk " + std::to_string(tag - 1),
                                 Activation::kSoftmax, kTagWidth});
  }
  if (scheme.times == TimeCoding::kGaps) {
    append(outputs_of(scheme.start), layout.attributes);
  }
  append(outputs_of(scheme.gap), layout.features);
  for (const Coding& coding : scheme.features) {
    append(outputs_of(coding), layout.features);
  }
  for (const RealColumn& column :
       scheme.self_norm ? real_columns(scheme) : std::vector<RealColumn>()) {
    layout.additional.push_back(
        {"middle", column.is_signed ? Activation::kTanh : Activation::kSigmoid, 1});
    layout.additional.push_back({"half range", Activation::kSigmoid, 1});
  }
  return layout;
}

Samples samples_of(const Scheme& scheme, const Lexicon& lexicon, const Flows& flows,
                   const KeyColumns& rows, const KeyColumns& records, std::size_t chunk) {
  const doppelganger::Layout layout = layout_of(scheme);
  const std::size_t own = doppelganger::width_of(layout.attributes);
  const std::vector<RealColumn> columns = real_columns(scheme);
  Samples samples;
  samples.attribute_width = own + doppelganger::width_of(layout.additional);
  samples.feature_width = doppelganger::width_of(layout.features);
  Encoder encoder(scheme, lexicon, flows, rows, records, scheme.chunks[chunk]);
  for (const Piece& piece : pieces_of(scheme, flows, scheme.chunks[chunk])) {
    samples.lengths.push_back(static_cast<std::uint32_t>(piece.end - piece.begin));
    samples.units.push_back(flows.unit[piece.flow]);
    samples.attributes.resize(samples.attributes.size() + samples.attribute_width);
    const auto attributes = std::span(samples.attributes).last(samples.attribute_width);
    encoder.attributes(piece, attributes);
    const std::size_t before = samples.features.size();
    samples.features.resize(before + (piece.end - piece.begin) * samples.feature_width);
    const auto features = std::span(samples.features).subspan(before);
    for (std::size_t r = piece.begin; r < piece.end; ++r) {
      encoder.features(
          piece, r,
          features.subspan((r - piece.begin) * samples.feature_width, samples.feature_width));
    }
    if (scheme.self_norm) {
      normalise(columns, samples.feature_width, features, attributes.subspan(own));
    }
  }
  return samples;
}

namespace {

/// The inverse of normalise(), of one number.
float denormalise(const RealColumn& column, float value, std::span<const float> additional) {
  const float share = column.is_signed ? (value + 1) / 2 : value;
  return additional[0] + (2 * share - 1) * additional[1];
}

std::vector<float> own_features(const Scheme& scheme, const Samples& samples, std::size_t index,
                                std::size_t first) {
  const std::size_t width = samples.feature_width;
  const auto begin = samples.features.begin() + static_cast<std::ptrdiff_t>(first * width);
  std::vector<float> features(begin,
                              begin + static_cast<std::ptrdiff_t>(samples.lengths[index] * width));
  if (!scheme.self_norm) {
    return features;
  }
  const std::vector<RealColumn> columns = real_columns(scheme);
  const auto additional = samples.attributes_of(index).last(2 * columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    for (std::size_t at = columns[c].at; at < features.size(); at += width) {
      features[at] = denormalise(columns[c], features[at], additional.subspan(2 * c, 2));
    }
  }
  return features;
}

/// Times of a flow's records, from the first number of each.
std::vector<std::int64_t> times_of(const Scheme& scheme, std::span<const float> attributes,
                                   std::span<const float> features, std::size_t width,
                                   const Chunk& chunk) {
  const auto span = static_cast<double>(chunk.end_ns - chunk.begin_ns);
  const bool gaps = scheme.times == TimeCoding::kGaps;
  const bool carried = scheme.has_tags() && !starts_here(scheme, attributes);
  double at = gaps && !carried ? from_unit(scheme.start, attributes[scheme.start_at()]) * span : 0;
  std::vector<double> offsets;
  for (std::size_t i = 0; i < features.size(); i += width) {
    const double value = from_unit(scheme.gap, features[i]);
    if (!gaps) {
      at = value * span;
    } else if (i > 0 || carried) {
      at += value * static_cast<double>(kMicrosecond);
    }
    offsets.push_back(at);
  }
  std::ranges::sort(offsets);
  const double first = std::min(offsets.front(), span - 1);
  const double most = std::max(0.0, span - 1 - first);
  const double length = offsets.back() - offsets.front();
  const double haste = length > most ? most / length : 1;
  std::vector<std::int64_t> times;
  for (const double offset : offsets) {
    times.push_back(chunk.begin_ns +
                    static_cast<std::int64_t>(first + (offset - offsets.front()) * haste));
  }
  return times;
}

}  // namespace

DrawnFlow flow_of(const Scheme& scheme, const Lexicon& lexicon, const Samples& samples,
                  std::size_t index, std::size_t first, const Chunk& chunk, Random& random) {
  const auto attributes = samples.attributes_of(index);
  const std::vector<float> features = own_features(scheme, samples, index, first);
  const std::size_t width = samples.feature_width;
  DrawnFlow flow;
  flow.row.resize(lexicon.fields.size());
  std::size_t at = 0;
  for (const Coding& coding : scheme.attributes) {
    decode(coding, lexicon, attributes.subspan(at, width_of(coding)), random, flow.row);
    at += width_of(coding);
  }
  flow.time_ns = times_of(scheme, attributes, features, width, chunk);
  for (std::size_t begin = 0; begin < features.size(); begin += width) {
    std::vector<Key>& keys = flow.features.emplace_back(lexicon.fields.size());
    at = begin + 1;
    for (const Coding& coding : scheme.features) {
      decode(coding, lexicon, std::span(features).subspan(at, width_of(coding)), random, keys);
      at += width_of(coding);
    }
  }
  return flow;
}

bool starts_here(const Scheme& scheme, std::span<const float> attributes) {
  return !scheme.has_tags() || attributes[scheme.tags_at() + 1] > attributes[scheme.tags_at()];
}

bool has_records_in(const Scheme& scheme, std::span<const float> attributes, std::size_t chunk) {
  const std::size_t at = scheme.tags_at() + (chunk + 1) * kTagWidth;
  return !scheme.has_tags() || attributes[at + 1] > attributes[at];
}

void carry(const Scheme& scheme, std::span<float> attributes) {
  put_tag(false, attributes.subspan(scheme.tags_at(), kTagWidth));
  if (scheme.tags == Tags::kWhereItBegins) {
    for (std::size_t c = 0; c < scheme.chunks.size(); ++c) {
      put_tag(false, attributes.subspan(scheme.tags_at() + (c + 1) * kTagWidth, kTagWidth));
    }
  }
  if (scheme.times == TimeCoding::kGaps) {
    attributes[scheme.start_at()] = to_unit(scheme.start, 0);
  }
}

}  // namespace tracetwin::series
