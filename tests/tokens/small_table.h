#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "dp/ledger.h"
#include "tokens/choose.h"
#include "trace/address.h"

namespace tracetwin::test {

/// A flow log's columns of some hosts and services, with values frequent and rare.
class SmallTable {
 public:
  SmallTable(std::size_t rows, std::uint64_t seed) {
    for (const Field& field : standard_fields(TraceKind::kFlows)) {
      fields_.push_back(field);
    }
    keys_.resize(fields_.size());
    Random random(seed);
    for (std::size_t i = 0; i < rows; ++i) {
      add(random);
    }
    dp::Ledger ledger = dp::Ledger::no_guarantee(dp::Unit::kRecord);
    for (std::size_t f = 0; f < fields_.size(); ++f) {
      PrivateColumn column;
      for (const Key key : keys_[f]) {
        column.values.push_back(key);
      }
      vocabularies_.push_back(
          Vocabulary::learn(fields_[f], window_, column, {}, ledger).vocabulary);
    }
  }

  const std::vector<Field>& fields() const { return fields_; }
  const std::vector<Vocabulary>& vocabularies() const { return vocabularies_; }
  const Window& window() const { return window_; }
  std::size_t rows() const { return keys_.front().size(); }
  tokens::Columns columns() const { return {fields_, vocabularies_, keys_, window_}; }
  void set(std::size_t field, std::size_t row, Key key) { keys_[field][row] = key; }
  std::vector<Key> row(std::size_t i) const {
    std::vector<Key> row;
    for (const auto& column : keys_) {
      row.push_back(column[i]);
    }
    return row;
  }

 private:
  void add(Random& random) {
    const bool v6 = random.chance(0.1);
    const Key block = v6 ? Key{0x20010db8} << 96 : key_of(IpAddress::v4(0x0a000000));
    const std::uint64_t packets = random.chance(0.5) ? 1 : 1 + random.below(5000);
    const std::uint64_t us = packets == 1 ? 0 : random.below(90'000'000);
    const std::vector<Key> row = {
        block + random.below(random.chance(0.7) ? 20 : 1U << 20),
        block + 1000 + random.below(3),
        1024 + random.below(60000),
        std::vector<Key>{22, 53, 443}[random.below(3)],
        random.chance(0.3) ? Key{17} : Key{6},
        static_cast<std::uint64_t>(window_.begin) + random.below(3'600'000'000) * 1000,
        us,
        pair_key(packets, packets * (40 + random.below(1400)))};
    for (std::size_t f = 0; f < row.size(); ++f) {
      keys_[f].push_back(row[f]);
    }
  }

  Window window_ = {1'700'000'000'000'000'000, 1'700'003'600'000'000'000};
  std::vector<Field> fields_;
  std::vector<Vocabulary> vocabularies_;
  std::vector<std::vector<Key>> keys_;
};

}  // namespace tracetwin::test
