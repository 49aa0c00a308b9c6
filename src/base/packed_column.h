#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <vector>

#include "base/spill.h"

namespace tracetwin {

__extension__ typedef unsigned __int128 Wide;

/// Numbers of up to 128 bits that grow at the end, in blocks of kBlock: a block keeps the distances
/// from its least number in as many bytes (1, 2, 4, 8 or 16) as its largest needs, and lies in a
/// Spill, so that a column of any length takes a few MiB of memory. Reading from several threads is
/// safe, while nothing is appended.
class PackedColumn {
 public:
  static constexpr std::size_t kBlock = std::size_t{1} << 14;

  PackedColumn() = default;
  PackedColumn(std::initializer_list<Wide> values);
  explicit PackedColumn(const std::vector<Wide>& values);
  PackedColumn(const PackedColumn& other);
  PackedColumn(PackedColumn&&) = default;
  PackedColumn& operator=(const PackedColumn& other);
  PackedColumn& operator=(PackedColumn&&) = default;

  void push_back(Wide value);
  void append(std::size_t times, Wide value);
  std::size_t size() const { return blocks_.size() * kBlock + open_.size(); }
  bool empty() const { return size() == 0; }

  std::size_t blocks() const { return blocks_.size() + (open_.empty() ? 0 : 1); }
  /// Numbers block * kBlock … into `values`, as T, which must be able to hold them: of Wide,
  /// std::uint64_t and std::uint16_t.
  template <class T>
  void read(std::size_t block, std::vector<T>& values) const;

  /// All of it in memory.
  template <class T>
  std::vector<T> all() const {
    std::vector<T> values;
    values.reserve(size());
    for (const Wide value : *this) {
      values.push_back(static_cast<T>(value));
    }
    return values;
  }
  /// One number: slow for a column that has left memory.
  Wide operator[](std::size_t i) const;
  Wide front() const { return (*this)[0]; }
  Wide back() const { return (*this)[size() - 1]; }

  /// Reads from front to back, a block at a time.
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Wide;
    using difference_type = std::ptrdiff_t;
    using pointer = const Wide*;
    using reference = Wide;

    Iterator(const PackedColumn& column, std::size_t at) : column_(&column), at_(at) { load(); }
    Wide operator*() const { return values_[at_ % kBlock]; }
    Iterator& operator++() {
      ++at_;
      if (at_ % kBlock == 0) {
        load();
      }
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    void load() {
      if (at_ < column_->size()) {
        column_->read(at_ / kBlock, values_);
      }
    }
    const PackedColumn* column_;
    std::size_t at_;
    std::vector<Wide> values_;
  };
  using value_type = Wide;
  using const_iterator = Iterator;
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }

 private:
  struct Block {
    Wide least = 0;
    std::size_t width = 0;  // bytes of a number
    std::uint64_t place = 0;
  };
  void close_block();

  Spill packed_;
  std::vector<Block> blocks_;
  std::vector<Wide> open_;  // the last, unfinished block
};

}  // namespace tracetwin
