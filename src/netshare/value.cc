#include "netshare/value.h"

#include <fmt/format.h>

#include <cmath>

namespace tracetwin::netshare {
namespace {

/// A short rendering of a value that is not what it should be.
std::string shown(const Json& value) {
  constexpr std::size_t kLongest = 40;
  const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() > kLongest ? text.substr(0, kLongest) + "…" : text;
}

/// Python's and YAML's writers may give a whole number as 2e5 or 100.0.
std::optional<std::uint64_t> as_whole(const Json& json) {
  if (json.is_number_unsigned() || (json.is_number_integer() && json.get<std::int64_t>() >= 0)) {
    return json.get<std::uint64_t>();
  }
  const double number = json.is_number_float() ? json.get<double>() : -1;
  constexpr double kExact = 9e15;
  const bool is_whole = number >= 0 && number < kExact && std::floor(number) == number;
  return is_whole ? std::optional(static_cast<std::uint64_t>(number)) : std::nullopt;
}

}  // namespace

void Value::refuse(std::string_view expected, std::string remedy) const {
  throw Error(fmt::format("{} is {}, expected {}", path_, shown(*json_), expected),
              remedy.empty() ? "docs/netshare_configs.md lists the keys." : std::move(remedy));
}

bool Value::flag() const {
  if (!json_->is_boolean()) {
    refuse("true or false");
  }
  return json_->get<bool>();
}

std::uint64_t Value::whole(std::uint64_t low, std::uint64_t high) const {
  const auto number = as_whole(*json_);
  if (!number || *number < low || *number > high) {
    refuse(high < UINT32_MAX ? fmt::format("a whole number from {} to {}", low, high)
                             : fmt::format("a whole number of at least {}", low));
  }
  return *number;
}

double Value::number() const {
  if (!json_->is_number() || !std::isfinite(json_->get<double>())) {
    refuse("a number");
  }
  return json_->get<double>();
}

const std::string& Value::text() const {
  if (!json_->is_string()) {
    refuse("a text");
  }
  return json_->get_ref<const std::string&>();
}

std::vector<Value> Value::items() const {
  if (!json_->is_array()) {
    refuse("a list");
  }
  std::vector<Value> items;
  for (std::size_t i = 0; i < json_->size(); ++i) {
    items.emplace_back(json_->at(i), fmt::format("{}[{}]", path_, i));
  }
  return items;
}

std::vector<std::string> Value::texts() const {
  std::vector<std::string> texts;
  for (const Value& item : items()) {
    if (item.json().is_structured() || item.is_null()) {
      item.refuse("a text or a number");
    }
    texts.push_back(python_text(item.json()));
  }
  return texts;
}

std::optional<Value> Value::at(std::string_view key) const {
  if (!json_->is_object()) {
    refuse("an object");
  }
  const auto found = json_->find(std::string(key));
  return found == json_->end() ? std::nullopt : std::optional(Value(*found, joined(path_, key)));
}

std::string joined(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

std::string python_text(const Json& json) {
  if (json.is_string()) {
    return json.get<std::string>();
  }
  if (json.is_null()) {
    return "None";
  }
  if (json.is_boolean()) {
    return json.get<bool>() ? "True" : "False";
  }
  return json.dump();
}

}  // namespace tracetwin::netshare
