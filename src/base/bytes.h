#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"

namespace tracetwin {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie");

/// Values one behind the other, as they are handed from one process to another and kept in a work
/// folder: numbers and plain structs as they lie, texts and lists behind their length.
class Packer {
 public:
  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put_text(std::string_view text) {
    put(std::uint64_t{text.size()});
    bytes_.append(text);
  }
  template <class T>
  void put_list(const std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    put(std::uint64_t{values.size()});
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }
  template <class T>
  void put_optional(const std::optional<T>& value) {
    put(value.has_value());
    if (value) {
      put(*value);
    }
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Takes values out again, in the order in which they were put. Throws Error where the bytes end
/// before a value does.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  T get() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, next(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view get_text() { return next(get<std::uint64_t>()); }
  template <class T>
  std::vector<T> get_list() {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto size = get<std::uint64_t>();
    const std::string_view from = next(size <= bytes_.size() ? size * sizeof(T) : UINT64_MAX);
    std::vector<T> values(static_cast<std::size_t>(size));
    if (size > 0) {
      std::memcpy(values.data(), from.data(), from.size());
    }
    return values;
  }
  template <class T>
  std::optional<T> get_optional() {
    return get<bool>() ? std::optional(get<T>()) : std::nullopt;
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view next(std::uint64_t size) {
    if (size > bytes_.size()) {
      throw Error("bytes of a value that was kept or sent end too early",
                  "Remove the work folder, and start again.");
    }
    const std::string_view part = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return part;
  }

  std::string_view bytes_;
};

}  // namespace tracetwin
