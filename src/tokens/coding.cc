#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tokens/scheme.h"

namespace tracetwin::tokens {
namespace {

constexpr std::size_t kDigits4 = 8;
constexpr std::size_t kDigits6 = 32;
constexpr std::uint32_t kSharedDigits = 4;  // that the tokens of other fields read
constexpr unsigned kDigitBits = 4;
constexpr std::uint32_t kDigitChoices = 1U << kDigitBits;
constexpr unsigned kByteBits = 8;
constexpr std::uint32_t kByteChoices = 1U << kByteBits;
constexpr int kTries = 16;

/// Place of a value on the list, or its size.
template <class T>
std::size_t place_of(const std::vector<T>& list, const T& value) {
  const auto found = std::lower_bound(list.begin(), list.end(), value);
  return found != list.end() && *found == value ? static_cast<std::size_t>(found - list.begin())
                                                : list.size();
}

double to_scale(const Coding& coding, double value) {
  return coding.log ? std::log1p(value) : value;
}
double from_scale(const Coding& coding, double place) {
  return coding.log ? std::expm1(place) : place;
}

struct Cell {
  std::size_t bin = 0;
  std::size_t part = 0;
};

Cell cell_of(const Coding& coding, double value) {
  const auto inner = std::span(coding.edges).subspan(1, coding.edges.size() - 2);
  const auto bin =
      static_cast<std::size_t>(std::upper_bound(inner.begin(), inner.end(), value) - inner.begin());
  const double low = to_scale(coding, coding.edges[bin]);
  const double high = to_scale(coding, coding.edges[bin + 1]);
  const double place = to_scale(coding, std::max(value, coding.edges[bin]));
  const double part = (place - low) / (high - low) * coding.parts;
  return {bin, static_cast<std::size_t>(std::clamp(part, 0.0, coding.parts - 1.0))};
}

/// What the bins of a second number are counted in: bytes a packet say more than bytes, and a
/// network that is wrong about them is less often outside of what packets can hold.
double unit_of(const Coding& coding, Key key) {
  return coding.part == Part::kSecond ? std::max(1.0, static_cast<double>(first_of(key))) : 1.0;
}

double draw_in(const Coding& coding, const Cell& cell, double unit, Random& random) {
  const double low = to_scale(coding, coding.edges[cell.bin]);
  const double high = to_scale(coding, coding.edges[cell.bin + 1]);
  double value = coding.edges[cell.bin];
  for (int i = 0; i < kTries; ++i) {
    const double place = (static_cast<double>(cell.part) + random.uniform()) / coding.parts;
    value = from_scale(coding, low + (high - low) * place) * unit;
    value = coding.whole ? std::floor(value + (unit > 1 ? 0.5 : 0)) : value;
    const Cell own = cell_of(coding, value / unit);
    if (own.bin == cell.bin && own.part == cell.part &&
        place_of(coding.atoms, value) == coding.atoms.size()) {
      break;
    }
  }
  return std::clamp(value, coding.edges.front() * unit, coding.edges.back() * unit);
}

Key key_of_number(const Coding& coding, const Field& field, double value, Key before) {
  if (field.kind == FieldKind::kNumber || field.kind == FieldKind::kShare) {
    return number_key(value);
  }
  const auto count = static_cast<std::uint64_t>(std::max(0.0, std::round(value)));
  switch (coding.part) {
    case Part::kFirst:
      return pair_key(count, second_of(before));
    case Part::kSecond:
      return pair_key(first_of(before), count);
    case Part::kWhole:
      break;
  }
  return count;
}

void encode_address(const Coding& coding, Key key, std::uint16_t& head,
                    std::span<std::uint16_t> details) {
  const std::size_t place = place_of(coding.frequent, key);
  const bool v4 = address_of(key).is_v4();
  head = static_cast<std::uint16_t>(place + (place == coding.frequent.size() && !v4 ? 1 : 0));
  if (place < coding.frequent.size() || head >= head_choices(coding)) {
    head = std::min(head, static_cast<std::uint16_t>(head_choices(coding) - 1));
    return;
  }
  const std::size_t digits = v4 ? kDigits4 : kDigits6;
  for (std::size_t d = 0; d < digits; ++d) {
    details[d] =
        static_cast<std::uint16_t>((key >> (kDigitBits * (digits - 1 - d))) & (kDigitChoices - 1));
  }
}

Key decode_address(const Coding& coding, std::uint16_t head,
                   std::span<const std::uint16_t> details) {
  if (head < coding.frequent.size()) {
    return coding.frequent[head];
  }
  const bool v4 = head == coding.frequent.size();
  Key key = 0;
  for (const std::uint16_t digit : details.first(v4 ? kDigits4 : kDigits6)) {
    key = key << kDigitBits | digit;
  }
  return v4 ? key_of(IpAddress::v4(static_cast<std::uint32_t>(key))) : key;
}

void encode_number(const Coding& coding, double value, double unit, std::uint16_t& head,
                   std::span<std::uint16_t> details) {
  const std::size_t place = place_of(coding.atoms, value);
  head = static_cast<std::uint16_t>(place);
  if (place < coding.atoms.size() || coding.edges.empty()) {
    head = std::min(head, static_cast<std::uint16_t>(head_choices(coding) - 1));
    return;
  }
  const Cell cell = cell_of(coding, value / unit);
  head = static_cast<std::uint16_t>(place + cell.bin);
  if (!details.empty()) {
    details[0] = static_cast<std::uint16_t>(cell.part);
  }
}

double decode_number(const Coding& coding, std::uint16_t head,
                     std::span<const std::uint16_t> details, double unit, Random& random) {
  if (head < coding.atoms.size()) {
    return coding.atoms[head];
  }
  return draw_in(coding,
                 {head - coding.atoms.size(), details.empty() ? std::size_t{0} : details[0]}, unit,
                 random);
}

Key decode_port(const Coding& coding, std::uint16_t head, std::span<const std::uint16_t> details,
                Random& random) {
  if (head < coding.frequent.size()) {
    return coding.frequent[head];
  }
  Key port = 0;
  for (int i = 0; i < kTries; ++i) {
    port = Key{details[0]} << kByteBits | random.below(kByteChoices);
    if (place_of(coding.frequent, port) == coding.frequent.size()) {
      break;
    }
  }
  return port;
}

}  // namespace

std::uint32_t head_choices(const Coding& coding) {
  const auto listed = static_cast<std::uint32_t>(coding.frequent.size());
  switch (coding.code) {
    case Code::kList:
      return listed;
    case Code::kAddress:
      return listed + (coding.v6 ? 2 : 1);
    case Code::kPort:
      return listed + 1;
    case Code::kNumber:
    case Code::kTime:
      break;
  }
  const std::size_t bins = coding.edges.empty() ? 0 : coding.edges.size() - 1;
  return static_cast<std::uint32_t>(coding.atoms.size() + bins);
}

std::vector<autoregressive::Token> details_of(const Coding& coding, std::uint32_t head) {
  const auto field = static_cast<std::uint32_t>(coding.field);
  const auto listed = static_cast<std::uint32_t>(coding.frequent.size());
  std::vector<autoregressive::Token> details;
  switch (coding.code) {
    case Code::kList:
      break;
    case Code::kAddress:
      for (std::uint32_t d = 0; d < (coding.v6 ? kDigits6 : kDigits4); ++d) {
        details.push_back({fmt::format("{} digit {}", coding.name, d + 1), kDigitChoices, field,
                           d >= kSharedDigits,
                           autoregressive::Guard{head, listed + (d < kDigits4 ? 0 : 1)}});
      }
      break;
    case Code::kPort:
      details.push_back({coding.name + " high byte", kByteChoices, field, true,
                         autoregressive::Guard{head, listed}});
      break;
    case Code::kNumber:
    case Code::kTime:
      if (coding.parts > 1) {
        details.push_back(
            {coding.name + " part", coding.parts, field, false,
             autoregressive::Guard{head, static_cast<std::uint32_t>(coding.atoms.size())}});
      }
  }
  return details;
}

double number_in(const Coding& coding, const Field& field, Key key) {
  if (field.kind == FieldKind::kNumber || field.kind == FieldKind::kShare) {
    return number_of(key);
  }
  switch (coding.part) {
    case Part::kFirst:
      return static_cast<double>(first_of(key));
    case Part::kSecond:
      return static_cast<double>(second_of(key));
    case Part::kWhole:
      break;
  }
  return static_cast<double>(static_cast<std::uint64_t>(key));
}

void encode(const Coding& coding, const Field& field, Key key, std::uint16_t& head,
            std::span<std::uint16_t> details) {
  std::fill(details.begin(), details.end(), kInactive);
  const std::size_t listed = coding.frequent.size();
  switch (coding.code) {
    case Code::kAddress:
      encode_address(coding, key, head, details);
      return;
    case Code::kNumber:
    case Code::kTime:
      encode_number(coding, number_in(coding, field, key), unit_of(coding, key), head, details);
      return;
    case Code::kList:
    case Code::kPort:
      break;
  }
  const std::size_t place = place_of(coding.frequent, key);
  head = static_cast<std::uint16_t>(coding.code == Code::kList && place == listed ? coding.usual
                                                                                  : place);
  if (coding.code == Code::kPort && place == listed) {
    details[0] = static_cast<std::uint16_t>((key >> kByteBits) & (kByteChoices - 1));
  }
}

void decode(const Coding& coding, const Field& field, std::uint16_t head,
            std::span<const std::uint16_t> details, Random& random, Key& key) {
  switch (coding.code) {
    case Code::kList:
      key = coding.frequent[head];
      return;
    case Code::kAddress:
      key = decode_address(coding, head, details);
      return;
    case Code::kPort:
      key = decode_port(coding, head, details, random);
      return;
    case Code::kNumber:
    case Code::kTime:
      key = key_of_number(coding, field,
                          decode_number(coding, head, details, unit_of(coding, key), random), key);
  }
}

}  // namespace tracetwin::tokens
