#include "netshare/fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <regex>

#include "base/text.h"

namespace tracetwin::netshare {
namespace {

const std::vector<std::string> kNames = {
    "column", "columns",       "name",       "type",  "encoding", "n_bits",  "truncate",
    "regex",  "normalization", "log1p_norm", "min_x", "max_x",    "choices", "categorical_mapping"};

void note_unknown(const Value& object, Notes& notes) {
  for (const auto& [name, member] : object.json().items()) {
    if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
      const auto near = nearest(name, kNames);
      notes.unknown(
          joined(object.path(), name),
          near ? fmt::format("unknown, ignored; did you mean \"{}\"?", *near) : "unknown, ignored");
    }
  }
}

/// Null is as good as absent in a field.
std::optional<Value> given(const Value& object, std::string_view key) {
  const auto found = object.at(key);
  return found && !found->is_null() ? found : std::nullopt;
}

void read_columns(FieldSpec& field, const Value& object) {
  if (const auto column = given(object, "column")) {
    field.columns = {column->text()};
  } else if (const auto columns = given(object, "columns")) {
    field.columns = columns->texts();
  }
  if (field.columns.empty()) {
    throw Error(fmt::format("{} has no column", object.path()),
                "Give \"column\", the name of a column of the input.");
  }
}

void read_name(FieldSpec& field, const Value& object) {
  field.names = field.columns;
  field.name = field.columns.front();
  const auto name = given(object, "name");
  if (name && name->json().is_array()) {
    field.names = name->texts();
    if (field.names.size() != field.columns.size()) {
      name->refuse(fmt::format("as many names as columns, {}", field.columns.size()));
    }
    field.name = field.names.front();
  } else if (name) {
    field.name = name->text();
    field.names = field.columns.size() == 1 ? std::vector{field.name} : field.names;
  }
}

/// The word of the encoding may stand inside a longer one; behind "word2vec_" comes the group.
Encoding encoding_in(const Value& value, std::string& group) {
  constexpr std::string_view kWord2vec = "word2vec";
  const std::string& text = value.text();
  if (text.starts_with(kWord2vec)) {
    group = text.substr(std::min(text.size(), kWord2vec.size() + 1));
    return Encoding::kWord2vec;
  }
  for (const Word<Encoding>& word : kEncodings) {
    if (text.find(word.name) != std::string::npos) {
      return word.meaning;
    }
  }
  return value.meaning(kEncodings);  // says which there are
}

Encoding encoding_for(const FieldSpec& field) {
  const bool is_category = field.type == FieldType::kString || !field.choices.empty();
  if (field.type == FieldType::kIp) {
    return Encoding::kBit;
  }
  return is_category ? Encoding::kCategorical : Encoding::kContinuous;
}

struct DefaultType {
  Encoding encoding;
  FieldType type;
};
constexpr DefaultType kDefaultTypes[] = {{Encoding::kBit, FieldType::kInteger},
                                         {Encoding::kWord2vec, FieldType::kString},
                                         {Encoding::kCategorical, FieldType::kString},
                                         {Encoding::kContinuous, FieldType::kFloat}};

FieldType type_for(Encoding encoding) {
  return std::find_if(std::begin(kDefaultTypes), std::end(kDefaultTypes),
                      [&](const DefaultType& row) { return row.encoding == encoding; })
      ->type;
}

void read_type(FieldSpec& field, const Value& object) {
  const auto type = given(object, "type");
  const auto encoding = given(object, "encoding");
  if (const auto choices = given(object, "choices")) {
    field.choices = choices->texts();
  }
  if (const auto regex = given(object, "regex")) {
    field.regex = regex->text();
  }
  if (type) {
    field.type = type->meaning(kFieldTypes);
  } else if (!field.choices.empty() || !field.regex.empty()) {
    field.type = FieldType::kString;
  }
  field.encoding = encoding ? encoding_in(*encoding, field.group) : encoding_for(field);
  if (!type) {
    field.type = type_for(field.encoding);
  }
}

void read_bits(FieldSpec& field, const Value& object, Notes& notes) {
  constexpr std::uint32_t kAddressBits = 32, kMostBits = 64;
  const auto bits = given(object, "n_bits");
  if (bits) {
    field.n_bits = static_cast<std::uint32_t>(bits->whole(1, kMostBits));
  } else if (field.type == FieldType::kIp) {
    field.n_bits = kAddressBits;
  } else {
    throw Error(fmt::format("{} is encoded in bits, but n_bits is missing", object.path()),
                "Give \"n_bits\", such as 32 for an IPv4 address.");
  }
  if (const auto truncate = given(object, "truncate"); truncate && truncate->flag()) {
    field.truncate = true;
    notes.translated(truncate->path(),
                     "the high n_bits are kept, as documented; NetShare's code keeps the low ones");
  }
}

void read_scale(FieldSpec& field, const Value& object) {
  if (const auto value = given(object, "normalization")) {
    field.normalization = value->meaning(kNormalizations);
  }
  if (const auto value = given(object, "log1p_norm")) {
    field.log1p = value->flag();
  }
  if (const auto value = given(object, "min_x")) {
    field.min = value->number();
  }
  if (const auto value = given(object, "max_x")) {
    field.max = value->number();
  }
  if (field.min && field.max && *field.min >= *field.max) {
    throw Error(
        fmt::format("{}: min_x is {}, not below max_x, {}", object.path(), *field.min, *field.max),
        "Give the smallest and the largest value that can occur.");
  }
}

void demand_regex(const FieldSpec& field, const Value& object) {
  try {
    const std::regex pattern(field.regex);
  } catch (const std::regex_error&) {
    object.at("regex")->refuse("a regular expression (ECMAScript)",
                               "Groups with names, (?P<name>...), are written (...) here.");
  }
}

bool fits(FieldType type, Encoding encoding) {
  switch (encoding) {
    case Encoding::kBit:
      return type == FieldType::kInteger || type == FieldType::kIp;
    case Encoding::kCategorical:
      return type != FieldType::kFloat;
    case Encoding::kContinuous:
      return type == FieldType::kFloat || type == FieldType::kInteger;
    case Encoding::kWord2vec:
      break;
  }
  return true;
}

void demand_possible(const FieldSpec& field, const Value& object) {
  if (!fits(field.type, field.encoding)) {
    throw Error(
        fmt::format("{} has type {}, which the encoding {} does not fit", object.path(),
                    word_for(kFieldTypes, field.type), word_for(kEncodings, field.encoding)),
        "Bits are for integers, categories for texts and integers, floats need none.");
  }
  if (field.columns.size() > 1 && field.encoding != Encoding::kContinuous) {
    throw Error(fmt::format("{} has {} columns, which only a float may have", object.path(),
                            field.columns.size()),
                "Make a field of each column.");
  }
  demand_regex(field, object);
}

FieldSpec read_field(const Value& object, Notes& notes) {
  if (!object.json().is_object()) {
    object.refuse("an object with a \"column\"");
  }
  note_unknown(object, notes);
  FieldSpec field;
  read_columns(field, object);
  read_name(field, object);
  read_type(field, object);
  if (field.encoding == Encoding::kBit) {
    read_bits(field, object, notes);
  }
  read_scale(field, object);
  if (const auto mapping = given(object, "categorical_mapping")) {
    field.categorical_mapping = mapping->flag();
  }
  demand_possible(field, object);
  return field;
}

}  // namespace

std::vector<FieldSpec> read_fields(const Value& list, Notes& notes) {
  std::vector<FieldSpec> fields;
  for (const Value& item : list.items()) {
    fields.push_back(read_field(item, notes));
  }
  return fields;
}

}  // namespace tracetwin::netshare
