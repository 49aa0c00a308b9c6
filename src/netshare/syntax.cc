#include "netshare/syntax.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/named.h"

namespace tracetwin::netshare {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kRemedy =
    "Mend the file there; comments, trailing commas and unquoted placeholders are no JSON.";

Json parse_json(std::string_view text, const std::string& name) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const std::size_t end = std::min(text.size(), std::max<std::size_t>(error.byte, 1) - 1);
    const std::string_view before = text.substr(0, end);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t column = end - (before.rfind('\n') + 1) + 1;
    const std::string what = error.what();
    const std::size_t reason = what.find(" - ");
    throw Error(fmt::format("{}:{}:{}: this is not JSON{}", name, line, column,
                            reason == std::string::npos ? "" : ": " + what.substr(reason + 3)),
                kRemedy);
  }
}

struct Plain {
  std::string_view text;
  Json value;
};

/// What an unquoted word of YAML 1.1 means when it is no text.
const Plain* plain_word(std::string_view text) {
  static const std::vector<Plain> kWords = {
      {"", nullptr},    {"~", nullptr},   {"null", nullptr}, {"Null", nullptr}, {"NULL", nullptr},
      {"true", true},   {"True", true},   {"TRUE", true},    {"yes", true},     {"Yes", true},
      {"YES", true},    {"on", true},     {"On", true},      {"ON", true},      {"false", false},
      {"False", false}, {"FALSE", false}, {"no", false},     {"No", false},     {"NO", false},
      {"off", false},   {"Off", false},   {"OFF", false},
  };
  const auto found = std::find_if(kWords.begin(), kWords.end(),
                                  [&](const Plain& word) { return word.text == text; });
  return found == kWords.end() ? nullptr : &*found;
}

template <typename Number>
std::optional<Number> as_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool all = error == std::errc() && end == text.data() + text.size();
  return all ? std::optional(number) : std::nullopt;
}

Json scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") {  // quoted
    return text;
  }
  if (const Plain* word = plain_word(text)) {
    return word->value;
  }
  if (const auto whole = as_number<std::uint64_t>(text)) {
    return *whole;
  }
  if (const auto whole = as_number<std::int64_t>(text)) {
    return *whole;
  }
  const auto number = as_number<double>(text);
  return number && std::isfinite(*number) ? Json(*number) : Json(text);
}

Json from_yaml(const YAML::Node& node, int depth);

Json from_map(const YAML::Node& node, int depth) {
  Json object = Json::object();
  for (const auto& member : node) {  // "<<" lays a mapping under this one
    if (member.first.IsScalar() && member.first.Scalar() == "<<") {
      object.update(from_yaml(member.second, depth));
    }
  }
  for (const auto& member : node) {
    if (!member.first.IsScalar()) {
      throw YAML::Exception(member.first.Mark(), "a key that is no text");
    }
    if (member.first.Scalar() != "<<") {
      object[member.first.Scalar()] = from_yaml(member.second, depth);
    }
  }
  return object;
}

Json from_yaml(const YAML::Node& node, int depth) {
  constexpr int kDeepest = 50;  // an anchor may hold itself
  if (depth > kDeepest) {
    throw YAML::Exception(node.Mark(), "nested too deeply");
  }
  if (node.IsMap()) {
    return from_map(node, depth + 1);
  }
  if (!node.IsSequence()) {
    return node.IsScalar() ? scalar(node) : Json();
  }
  Json list = Json::array();
  for (const auto& item : node) {
    list.push_back(from_yaml(item, depth + 1));
  }
  return list;
}

Json parse_yaml(std::string_view text, const std::string& name) {
  try {
    Json json = from_yaml(YAML::Load(std::string(text)), 0);
    static_cast<void>(json.dump());  // throws for what is not UTF-8
    return json;
  } catch (const Json::type_error&) {
    throw Error(fmt::format("{}: its text is not UTF-8", name), "Save it as UTF-8.");
  } catch (const YAML::Exception& error) {
    throw Error(fmt::format("{}:{}:{}: this is not YAML: {}", name, error.mark.line + 1,
                            error.mark.column + 1, error.msg),
                "Mend the file there.");
  }
}

struct Syntax {
  std::string_view name;
  Json (*parse)(std::string_view text, const std::string& name);
};
constexpr Syntax kSyntaxes[] = {{".json", parse_json}, {".yaml", parse_yaml}, {".yml", parse_yaml}};

}  // namespace

Json parse_config(std::string_view text, const std::string& name) {
  const std::string extension = std::filesystem::path(name).extension().string();
  const auto* syntax = std::find_if(std::begin(kSyntaxes), std::end(kSyntaxes),
                                    [&](const Syntax& row) { return row.name == extension; });
  if (syntax == std::end(kSyntaxes)) {
    throw Error(fmt::format("{}: a configuration file ends in .json, .yaml or .yml", name),
                "Rename it to what it is.");
  }
  Json json = syntax->parse(text, name);
  if (!json.is_object()) {
    throw Error(fmt::format("{}: it holds no object of sections such as \"global_config\"", name),
                "examples/netshare_pcap.json shows a configuration.");
  }
  return json;
}

Json read_config(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) {
    throw system_error("read", path.string(), "Give the path of a configuration file.");
  }
  return parse_config(std::string(std::istreambuf_iterator<char>(file), {}), path.string());
}

}  // namespace tracetwin::netshare
