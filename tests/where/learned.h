#pragma once

#include <string>
#include <utility>
#include <vector>

#include "dp/ledger.h"
#include "encode/vocabulary.h"

namespace tracetwin::test {

/// A vocabulary learned of these values without a budget.
inline Vocabulary learned(const Field& field, const std::vector<Key>& values,
                          std::vector<std::string> names = {}) {
  dp::Ledger ledger = dp::Ledger::no_guarantee(dp::Unit::kRecord);
  VocabularyOptions options;
  options.floor = 5;
  return Vocabulary::learn(field, {0, 1'000'000'000}, {PackedColumn(values), std::move(names)},
                           options, ledger)
      .vocabulary;
}

inline Field field_of(FieldKind kind, std::string name = "x") {
  Field field;
  field.name = std::move(name);
  field.kind = kind;
  return field;
}

}  // namespace tracetwin::test
