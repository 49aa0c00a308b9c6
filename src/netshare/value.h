#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/named.h"
#include "netshare/names.h"

namespace tracetwin::netshare {

using Json = nlohmann::ordered_json;

/// A value of a configuration together with the path of keys to it, so that whatever is wrong with
/// it can be said in one sentence: "learn.timeseries[2].type is 7, expected a text". It points into
/// the configuration. Everything here throws such an Error.
class Value {
 public:
  Value(const Json& json, std::string path) : json_(&json), path_(std::move(path)) {}

  const Json& json() const { return *json_; }
  const std::string& path() const { return path_; }
  bool is_null() const { return json_->is_null(); }
  [[noreturn]] void refuse(std::string_view expected, std::string remedy = {}) const;

  bool flag() const;
  std::uint64_t whole(std::uint64_t low, std::uint64_t high) const;
  double number() const;  ///< finite
  const std::string& text() const;
  std::vector<Value> items() const;                     ///< of a list
  std::vector<std::string> texts() const;               ///< of a list of texts, numbers and flags
  std::optional<Value> at(std::string_view key) const;  ///< of an object; null counts as there

  template <typename T, std::size_t N>
  T meaning(const std::array<Word<T>, N>& words) const {
    return row_named(std::span<const Word<T>>(words), text(), "value of " + path_).meaning;
  }

 private:
  const Json* json_;
  std::string path_;
};

std::string joined(std::string_view path, std::string_view key);
/// As Python's str() has it, which NetShare's names of files hold: None, True, 5.
std::string python_text(const Json& json);

}  // namespace tracetwin::netshare
