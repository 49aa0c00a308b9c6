#include "audit/comparable.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string_view>

namespace tracetwin::audit {
namespace {

/// FNV-1a.
Key digest(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
  }
  return hash;
}

std::vector<Key> digests(const std::vector<std::string>& names) {
  std::vector<Key> keys;
  std::transform(names.begin(), names.end(), std::back_inserter(keys), digest);
  return keys;
}

/// 1 for addresses that share no more than 96 of the 128 bits.
double address_distance(Key a, Key b) {
  const Key differing = a ^ b;
  const auto high = static_cast<std::uint64_t>(differing >> 64);
  const auto low = static_cast<std::uint64_t>(differing);
  const int shared = high != 0 ? std::countl_zero(high) : 64 + std::countl_zero(low);
  return std::min(1.0, static_cast<double>(128 - shared) / 32);
}

/// On the log scale; 2^16 apart is as far as can be.
double ratio_distance(double a, double b) {
  return std::min(1.0, std::abs(std::log2(1 + a) - std::log2(1 + b)) / 16);
}

double number_distance(double a, double b) {
  const double size = std::abs(a) + std::abs(b);
  return size > 0 ? std::abs(a - b) / size : 0;
}

double field_distance(FieldKind kind, Key a, Key b) {
  const auto counter = [](std::uint64_t key) { return static_cast<double>(key); };
  switch (kind) {
    case FieldKind::kAddress:
      return address_distance(a, b);
    case FieldKind::kTime: {
      const double gap = std::abs(static_cast<double>(static_cast<std::int64_t>(a)) -
                                  static_cast<double>(static_cast<std::int64_t>(b)));
      return std::min(1.0, std::log2(1 + gap / 1e6) / 32);
    }
    case FieldKind::kDuration:
    case FieldKind::kLength:
      return ratio_distance(static_cast<double>(a), static_cast<double>(b));
    case FieldKind::kSize:
    case FieldKind::kShape:
      return (ratio_distance(counter(first_of(a)), counter(first_of(b))) +
              ratio_distance(counter(second_of(a)), counter(second_of(b)))) /
             2;
    case FieldKind::kNumber:
    case FieldKind::kShare:
      return number_distance(number_of(a), number_of(b));
    default:
      return 1;
  }
}

}  // namespace

Rows comparable_rows(const Schema& schema, const std::vector<PrivateColumn>& columns) {
  Rows rows(columns.front().values.size(), std::vector<Key>(columns.size()));
  for (std::size_t f = 0; f < columns.size(); ++f) {
    const std::vector<Key> texts = digests(columns[f].names);
    const bool is_text = schema.fields[f].kind == FieldKind::kCategory;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const Key key = columns[f].values[row];
      rows[row][f] = is_text ? texts[static_cast<std::size_t>(key)] : key;
    }
  }
  return rows;
}

Rows comparable_rows(const TwinModel& model, Rows decoded) {
  for (std::size_t f = 0; f < model.schema.fields.size(); ++f) {
    if (model.schema.fields[f].kind == FieldKind::kCategory) {
      const std::vector<Key> texts = digests(model.vocabularies[f].names());
      for (auto& row : decoded) {
        row[f] = texts[static_cast<std::size_t>(row[f])];
      }
    }
  }
  return decoded;
}

double distance(const Schema& schema, const std::vector<Key>& a, const std::vector<Key>& b) {
  double sum = 0;
  for (std::size_t f = 0; f < a.size(); ++f) {
    sum += a[f] == b[f] ? 0 : field_distance(schema.fields[f].kind, a[f], b[f]);
  }
  return sum;
}

}  // namespace tracetwin::audit
