#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "evaluate/columns.h"

/// Columns while they are read: addresses and texts are numbered as they come.
namespace tracetwin::evaluate {

inline constexpr std::size_t kMostTexts = 1000;

/// Numbers addresses in order of appearance.
class AddressNumbers {
 public:
  std::uint32_t operator()(const IpAddress& address) {
    const auto [at, is_new] =
        numbers_.try_emplace(address, static_cast<std::uint32_t>(all_.size()));
    if (is_new) {
      all_.push_back(address);
    }
    return at->second;
  }
  std::vector<IpAddress> take() { return std::move(all_); }

 private:
  std::unordered_map<IpAddress, std::uint32_t> numbers_;
  std::vector<IpAddress> all_;
};

/// A text column that is given up once it has too many values to be a category.
class Texts {
 public:
  /// `keep`: however many it has.
  Texts(std::string name, bool keep) : keep_(keep) { column_.name = std::move(name); }

  void add(std::string_view text) {
    if (given_up_) {
      return;
    }
    const auto begin = text.find_first_not_of(' ');
    text = begin == std::string_view::npos
               ? std::string_view()
               : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
    if (column_.codes.empty() || text != column_.texts[last_]) {
      last_ = number(text);
    }
    column_.codes.push_back(last_);
    given_up_ = !keep_ && column_.texts.size() > kMostTexts;
  }
  bool given_up() const { return given_up_; }
  CategoryColumn take() { return std::move(column_); }

 private:
  std::uint32_t number(std::string_view text) {
    const auto [at, is_new] =
        numbers_.try_emplace(std::string(text), static_cast<std::uint32_t>(numbers_.size()));
    if (is_new) {
      column_.texts.emplace_back(text);
    }
    return at->second;
  }

  bool keep_;
  bool given_up_ = false;
  std::uint32_t last_ = 0;
  CategoryColumn column_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

}  // namespace tracetwin::evaluate
