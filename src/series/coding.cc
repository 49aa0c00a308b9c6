#include "series/coding.h"

#include <algorithm>
#include <cmath>

#include "encode/codec.h"

namespace tracetwin::series {
namespace {

bool holds_real(const Field& field) {
  return field.kind == FieldKind::kNumber || field.kind == FieldKind::kShare;
}

Key bits_mask(std::uint32_t bits) {
  return bits >= 128 ? ~Key{0} : (Key{1} << bits) - 1;
}

std::uint64_t whole(double value) {
  return value <= 0 ? 0 : static_cast<std::uint64_t>(std::llround(std::min(value, 9e18)));
}

Key part_of(Part part, Key key) {
  switch (part) {
    case Part::kWhole:
      return key;
    case Part::kFirst:
      return first_of(key);
    default:
      return second_of(key);
  }
}

void encode_bits(const Coding& coding, Key key, std::span<float> to) {
  for (std::uint32_t b = 0; b < coding.width; ++b) {
    const bool set = (key >> (coding.width - 1 - b) & 1) != 0;
    to[std::size_t{2} * b] = set ? 0.0F : 1.0F;
    to[std::size_t{2} * b + 1] = set ? 1.0F : 0.0F;
  }
}

/// The bits above those coded are those of an IPv4 address as a key where 32 are, and else 0.
Key decode_bits(const Coding& coding, std::span<const float> from) {
  Key key = 0;
  for (std::uint32_t b = 0; b < coding.width; ++b) {
    key = key << 1 | (from[std::size_t{2} * b + 1] > from[std::size_t{2} * b] ? 1 : 0);
  }
  const Key prefix = coding.width == 32 ? key_of(IpAddress::v4(0)) & ~bits_mask(32) : Key{0};
  return prefix | key;
}

/// Puts a number where its part of a key is.
Key with_number(const Coding& coding, const Field& field, double number, Key key) {
  switch (coding.part) {
    case Part::kFirst:
      return pair_key(whole(number), second_of(key));
    case Part::kSecond:
      return pair_key(first_of(key), whole(number));
    case Part::kSecondEach:
      return pair_key(first_of(key), whole(number * static_cast<double>(first_of(key))));
    case Part::kWhole:
      break;
  }
  if (holds_real(field)) {
    return number_key(field.whole ? std::round(number) : number);
  }
  return whole(number);
}

}  // namespace

double number_in(const Coding& coding, const Field& field, Key key) {
  switch (coding.part) {
    case Part::kWhole:
      return holds_real(field) ? number_of(key)
                               : static_cast<double>(static_cast<std::uint64_t>(key));
    case Part::kFirst:
      return static_cast<double>(first_of(key));
    case Part::kSecond:
      return static_cast<double>(second_of(key));
    case Part::kSecondEach:
      break;
  }
  return static_cast<double>(second_of(key)) /
         static_cast<double>(std::max<std::uint64_t>(1, first_of(key)));
}

doppelganger::Outputs outputs_of(const Coding& coding) {
  using doppelganger::Activation;
  switch (coding.code) {
    case Code::kBits:
      return doppelganger::Outputs(coding.width, {coding.name, Activation::kSoftmax, 2});
    case Code::kVector:
      return {{coding.name, Activation::kTanh, coding.width}};
    case Code::kChoice:
      return {{coding.name, Activation::kSoftmax, coding.width}};
    case Code::kReal:
      break;
  }
  return {{coding.name, coding.is_signed ? Activation::kTanh : Activation::kSigmoid, 1}};
}

float to_unit(const Coding& coding, double value) {
  const double inside = std::clamp(value, coding.low, coding.high) - coding.low;
  const double span = coding.high - coding.low;
  const double unit = coding.log ? std::log1p(inside) / std::log1p(span) : inside / span;
  return static_cast<float>(coding.is_signed ? 2 * unit - 1 : unit);
}

double from_unit(const Coding& coding, float unit) {
  const double share = std::clamp(
      coding.is_signed ? (static_cast<double>(unit) + 1) / 2 : static_cast<double>(unit), 0.0, 1.0);
  const double span = coding.high - coding.low;
  return coding.low + (coding.log ? std::expm1(share * std::log1p(span)) : share * span);
}

void encode(const Coding& coding, const Lexicon& lexicon, std::span<const Key> keys,
            std::span<float> to) {
  const Key key = keys[coding.field];
  switch (coding.code) {
    case Code::kBits:
      encode_bits(coding, key, to);
      break;
    case Code::kVector:
      std::ranges::copy(lexicon.embeddings[coding.embedding].point_of(part_of(coding.part, key)),
                        to.begin());
      break;
    case Code::kChoice:
      std::ranges::fill(to, 0.0F);
      to[static_cast<std::size_t>(key)] = 1;
      break;
    case Code::kReal:
      to[0] = to_unit(coding, number_in(coding, lexicon.fields[coding.field], key));
  }
}

void decode(const Coding& coding, const Lexicon& lexicon, std::span<const float> from,
            Random& random, std::span<Key> keys) {
  Key& key = keys[coding.field];
  switch (coding.code) {
    case Code::kBits:
      key = decode_bits(coding, from);
      break;
    case Code::kVector:
      key = lexicon.embeddings[coding.embedding].nearest(from);
      break;
    case Code::kChoice: {
      const auto code = std::ranges::max_element(from) - from.begin();
      key = lexicon.vocabularies[coding.field].decode(static_cast<std::uint16_t>(code), random);
      break;
    }
    case Code::kReal:
      key = with_number(coding, lexicon.fields[coding.field], from_unit(coding, from[0]), key);
  }
}

}  // namespace tracetwin::series
