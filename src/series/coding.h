#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "encode/vocabulary.h"
#include "engine/doppelganger/layout.h"
#include "schema/field.h"
#include "series/embedding.h"

namespace tracetwin::series {

/// How a quantity becomes numbers.
enum class Code : std::uint8_t {
  kBits,    ///< one of two for each bit, most significant first: addresses
  kVector,  ///< a point of an Embedding
  kChoice,  ///< one of a Vocabulary's codes
  kReal,    ///< a number within bounds, perhaps of its logarithm
};

/// Which number of a field's key: all of it, or one of a pair.
enum class Part : std::uint8_t {
  kWhole,
  kFirst,
  kSecond,
  kSecondEach,  ///< second / first: bytes a packet; stands behind kFirst of the same field
};

/// One quantity of a record as numbers of a network, and back. Both directions are in coding.cc.
struct Coding {
  std::string name;
  std::size_t field = 0;  ///< of the schema
  Part part = Part::kWhole;
  Code code = Code::kReal;
  std::uint32_t width = 1;      ///< bits, dimensions or choices
  std::uint32_t embedding = 0;  ///< kVector: which
  // kReal:
  double low = 0;
  double high = 1;         ///< above low; values outside are clamped
  bool log = false;        ///< log(1 + x - low) instead of x
  bool is_signed = false;  ///< numbers in [-1, 1] instead of [0, 1]

  friend bool operator==(const Coding&, const Coding&) = default;
};

/// What codings refer to.
struct Lexicon {
  std::span<const Field> fields;
  std::span<const Vocabulary> vocabularies;  ///< parallel to fields
  std::span<const Embedding> embeddings;
};

doppelganger::Outputs outputs_of(const Coding& coding);
inline std::size_t width_of(const Coding& coding) {
  return coding.code == Code::kBits ? std::size_t{2} * coding.width : coding.width;
}

/// Fills `to`, of width_of(coding) numbers. `keys` are a row's, parallel to the fields; of a field
/// coded as a choice its code.
void encode(const Coding& coding, const Lexicon& lexicon, std::span<const Key> keys,
            std::span<float> to);
/// Puts what `from` means into `keys`; choices that stand for many values are drawn from.
void decode(const Coding& coding, const Lexicon& lexicon, std::span<const float> from,
            Random& random, std::span<Key> keys);

/// A number in [low, high] as one in [0, 1] or [-1, 1], and back.
float to_unit(const Coding& coding, double value);
double from_unit(const Coding& coding, float unit);

/// The quantity as a number.
double number_in(const Coding& coding, const Field& field, Key key);

}  // namespace tracetwin::series
