#include "pipeline/token_columns.h"

#include <unordered_map>

#include "base/random.h"

namespace tracetwin {
namespace {

constexpr std::size_t kTupleFields = 5;
constexpr unsigned kHalf = 64;

std::uint64_t tuple_hash(std::span<const Key> keys) {
  std::uint64_t hash = 0;
  for (const Key key : keys.first(kTupleFields)) {
    hash =
        mix(mix(hash, static_cast<std::uint64_t>(key >> kHalf)), static_cast<std::uint64_t>(key));
  }
  return hash;
}

}  // namespace

tokens::Columns token_columns(const PrivateTrace& trace, const TwinModel& model) {
  tokens::Columns columns{model.schema.fields, model.vocabularies, {}, model.window};
  for (std::size_t f = 0; f < trace.columns.size(); ++f) {
    const bool named = model.schema.fields[f].kind == FieldKind::kCategory;
    columns.keys.push_back(named ? model.vocabularies[f].encode(trace.columns[f]).all<Key>()
                                 : trace.columns[f].values.all<Key>());
  }
  return columns;
}

std::vector<std::uint32_t> token_groups(const tokens::Columns& columns) {
  std::unordered_map<std::uint64_t, std::uint32_t> numbers;
  std::vector<std::uint32_t> groups(columns.keys.front().size());
  std::vector<Key> keys(columns.fields.size());
  for (std::size_t row = 0; row < groups.size(); ++row) {
    take_keys(columns, row, keys);
    const auto next = static_cast<std::uint32_t>(numbers.size());
    groups[row] = numbers.try_emplace(tuple_hash(keys), next).first->second;
  }
  return groups;
}

void take_keys(const tokens::Columns& columns, std::size_t row, std::span<Key> keys) {
  for (std::size_t f = 0; f < keys.size(); ++f) {
    keys[f] = columns.keys[f][row];
  }
}

}  // namespace tracetwin
