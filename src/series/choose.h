#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "series/scheme.h"

namespace tracetwin::series {

/// How fields are coded where nothing else is said.
enum class Style : std::uint8_t {
  /// As NetShare: addresses as bits, ports as points of an embedding, numbers as numbers.
  kPublished,
  /// By the codes of a vocabulary, a choice each: spikes stay spikes, and nothing is said of the
  /// data but what the vocabulary says already.
  kVocabulary,
};
inline constexpr std::array<std::string_view, 2> kStyleNames = {"published", "vocabulary"};

/// What is said about one number, by its name: of a field, or "pkt" and "byt" of a flow's size.
struct NumberChoice {
  std::string name;
  bool log = false;
  bool is_signed = false;
  std::optional<double> low, high;  ///< absent: the data's
};

struct SchemeOptions {
  Style style = Style::kVocabulary;
  Tags tags = Tags::kAlways;
  TimeCoding times = TimeCoding::kGaps;
  std::size_t chunks = 1;
  bool equal_size = false;  ///< chunks of as many records each, not of as much time
  bool self_norm = false;
  std::optional<std::uint32_t> most_records;  ///< absent: the longest flow, 100 at most
  std::uint32_t dimensions = 10;              ///< of embeddings
  std::uint64_t seed = 0;
  std::vector<NumberChoice> numbers;  ///< kPublished
  /// Private training: the only chunk, and what is known of it. Then the scheme says nothing of the
  /// data but what vocabularies and options do; the style is kVocabulary and `most_records` given.
  std::optional<Chunk> whole;
};

/// A trace as this room wants it. Private.
struct SeriesData {
  std::vector<Field> fields;  ///< the schema's; captures: and those of packets behind them
  std::vector<Vocabulary> vocabularies;
  KeyColumns rows;  ///< parallel to fields: keys, of categories codes; empty where a row has none
  KeyColumns records;  ///< likewise, of records; for a flow log the same columns
  std::size_t time_field = 0;
  KeyFields keys = kFiveTuple;  ///< of a flow log: the fields of flows, not of their records
  bool packets = false;  ///< records are packets, or numbers of a series, with fields of their own
  Flows flows;
};

/// Decides how a trace's flows become numbers, by its own values: bounds, embeddings, chunks and
/// lengths are facts about the data, so what comes of it is not private unless `whole` is given.
Scheme choose_scheme(const SeriesData& data, const SchemeOptions& options);

/// Columns as samples_of() wants them: those of fields that the scheme codes as choices turned into
/// codes.
KeyColumns coded(const KeyColumns& columns, const std::vector<Coding>& codings,
                 const SeriesData& data);

}  // namespace tracetwin::series
