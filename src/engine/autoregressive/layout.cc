#include "engine/autoregressive/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace tracetwin::autoregressive {

std::size_t first_value(const Layout& layout, std::size_t t) {
  std::size_t values = 0;
  for (std::size_t before = 0; before < t; ++before) {
    values += layout[before].choices;
  }
  return values;
}

std::vector<std::size_t> reads_of(const Layout& layout, std::size_t t) {
  std::vector<std::size_t> reads, own;
  for (std::size_t s = 0; s < t; ++s) {
    if (!layout[s].local) {
      reads.push_back(s);
    } else if (layout[s].field == layout[t].field) {
      own.push_back(s);
    }
  }
  reads.insert(reads.end(), own.begin(), own.end());
  return reads;
}

std::size_t given_tokens(const Layout& layout) {
  return static_cast<std::size_t>(std::ranges::count_if(layout, &Token::given));
}

void check(const Layout& layout) {
  if (layout.empty() || layout.size() > kMostTokens || layout.front().guard) {
    throw Error(
        fmt::format("a record of {} tokens is not one that a network can have, or its "
                    "first token is not always there",
                    layout.size()));
  }
  if (layout.back().given || !std::ranges::is_partitioned(layout, &Token::given)) {
    throw Error("the tokens that a record is drawn given do not come before those that are drawn");
  }
  for (std::size_t t = 0; t < layout.size(); ++t) {
    const Token& token = layout[t];
    if (token.choices == 0 || token.choices > kMostChoices) {
      throw Error(fmt::format("token {} has {} choices, not 1 to {}", token.name, token.choices,
                              kMostChoices));
    }
    if (token.guard && token.guard->parent >= t) {
      throw Error(fmt::format("token {} depends on a later one", token.name));
    }
  }
}

nlohmann::ordered_json to_json(const Layout& layout) {
  auto list = nlohmann::ordered_json::array();
  for (const Token& token : layout) {
    nlohmann::ordered_json entry = {{"name", token.name},
                                    {"choices", token.choices},
                                    {"field", token.field},
                                    {"local", token.local}};
    if (token.guard) {
      entry["parent"] = token.guard->parent;
      entry["least"] = token.guard->least;
    }
    if (token.given) {
      entry["given"] = true;
    }
    list.push_back(std::move(entry));
  }
  return list;
}

Layout layout_from(const nlohmann::json& json) {
  Layout layout;
  for (const auto& entry : json) {
    Token token{entry.at("name").get<std::string>(), entry.at("choices").get<std::uint32_t>(),
                entry.at("field").get<std::uint32_t>(), entry.at("local").get<bool>()};
    if (entry.contains("parent")) {
      token.guard =
          Guard{entry["parent"].get<std::uint32_t>(), entry.at("least").get<std::uint32_t>()};
    }
    token.given = entry.value("given", false);
    layout.push_back(std::move(token));
  }
  check(layout);
  return layout;
}

}  // namespace tracetwin::autoregressive
