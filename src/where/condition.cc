#include "where/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "base/text.h"
#include "where/values.h"

namespace tracetwin {
namespace {

/// A quantity of a schema, and what it is called.
struct Named {
  std::size_t field = 0;
  Quantity quantity = Quantity::kWhole;
  std::string name;
};

std::vector<Named> quantities(const Schema& schema) {
  std::vector<Named> all;
  for (std::size_t f = 0; f < schema.fields.size(); ++f) {
    if (schema.fields[f].fixed) {
      continue;
    }
    if (schema.fields[f].kind == FieldKind::kSize) {
      all.push_back({f, Quantity::kFirst, "packets"});
      all.push_back({f, Quantity::kSecond, "bytes"});
    } else if (schema.fields[f].kind == FieldKind::kShape) {
      all.push_back({f, Quantity::kSum, "packets"});
      all.push_back({f, Quantity::kFirst, "fwd_packets"});
      all.push_back({f, Quantity::kSecond, "bwd_packets"});
    } else {
      all.push_back({f, Quantity::kWhole, schema.fields[f].name});
    }
  }
  return all;
}

/// Lower case, letters and digits only. A name of other letters (UTF-8) keeps them.
std::string plain(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 128) {
      letters += c;
    } else if (std::isalnum(byte) != 0) {
      letters += static_cast<char>(std::tolower(byte));
    }
  }
  return letters;
}

struct OtherNames {
  std::string_view name;
  std::vector<std::string_view> others;  ///< plain
};

const std::vector<OtherNames>& other_names() {
  static const std::vector<OtherNames> kNames = {
      {"srcip",
       {"src", "sa", "saddr", "srcaddr", "sourceip", "sourceaddress", "sourceipv4address",
        "idorigh", "origh", "ipsrc"}},
      {"dstip",
       {"dst", "da", "daddr", "dstaddr", "destinationip", "destinationaddress",
        "destinationipv4address", "idresph", "resph", "ipdst"}},
      {"srcport", {"sp", "sport", "sourceport", "sourcetransportport", "idorigp", "origp"}},
      {"dstport",
       {"dp", "dport", "destinationport", "destinationtransportport", "idrespp", "respp"}},
      {"proto", {"pr", "prot", "protocol", "protocolidentifier"}},
      {"ts", {"start", "starttime", "timestamp", "time", "firstseen", "datefirstseen"}},
      {"td", {"dur", "duration"}},
      {"packets", {"pkt", "pkts", "ipkt", "ipkts", "totpkts", "packetcount"}},
      {"bytes", {"byt", "ibyt", "ibytes", "totbytes", "octets", "bytecount"}},
      {"fwd_packets", {"forwardpackets", "fwdpkts"}},
      {"bwd_packets", {"backwardpackets", "bwdpkts"}},
      {"fwd_ttl", {"ttl"}},
  };
  return kNames;
}

bool is_other_name(const std::string& wanted, std::string_view name) {
  return std::any_of(other_names().begin(), other_names().end(), [&](const OtherNames& row) {
    return row.name == name &&
           std::find(row.others.begin(), row.others.end(), wanted) != row.others.end();
  });
}

[[noreturn]] void refuse_field(const Where& where, const Schema& schema) {
  const auto names = quantity_names(schema);
  const auto near = nearest(where.field, names);
  throw Error(fmt::format("the model has no field '{}'; it has {}", shortened(where.field),
                          fmt::join(names, ", ")),
              near ? fmt::format("Did you mean '{}'?", *near) : "Name one of those.");
}

/// As it is spelt goes before as it sounds, and a field's own name before its other names.
std::optional<Named> find_quantity(const Where& where, const Schema& schema) {
  const auto all = quantities(schema);
  const std::string wanted = plain(where.field);
  const auto first = [&](const auto& fits) { return std::find_if(all.begin(), all.end(), fits); };
  auto found = first([&](const Named& named) { return named.name == where.field; });
  if (found == all.end() && !wanted.empty()) {
    found = first([&](const Named& named) { return plain(named.name) == wanted; });
  }
  if (found == all.end()) {
    found = first([&](const Named& named) { return is_other_name(wanted, named.name); });
  }
  return found == all.end() ? std::nullopt : std::optional(*found);
}

Named quantity_named(const Where& where, const Schema& schema) {
  const auto found = find_quantity(where, schema);
  if (!found) {
    refuse_field(where, schema);
  }
  return *found;
}

void refuse_contradictions(std::span<const Condition> conditions) {
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    KeySet keys = conditions[i].keys;
    if (keys.empty()) {
      throw Error(
          fmt::format("no {} satisfies \"{}\"", conditions[i].name, shortened(conditions[i].text)));
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (conditions[j].field != conditions[i].field ||
          conditions[j].quantity != conditions[i].quantity) {
        continue;
      }
      keys = keys.intersected(conditions[j].keys);
      if (keys.empty()) {
        throw Error(fmt::format("no {} satisfies both \"{}\" and \"{}\"", conditions[i].name,
                                shortened(conditions[j].text), shortened(conditions[i].text)),
                    "All conditions have to hold; for one or the other use in {...}.");
      }
    }
  }
}

}  // namespace

Key quantity_of(Quantity quantity, Key key) {
  switch (quantity) {
    case Quantity::kFirst:
      return first_of(key);
    case Quantity::kSecond:
      return second_of(key);
    case Quantity::kSum:
      return Key{first_of(key)} + second_of(key);
    case Quantity::kWhole:
      break;
  }
  return key;
}

std::vector<std::string> quantity_names(const Schema& schema) {
  std::vector<std::string> names;
  for (const Named& named : quantities(schema)) {
    names.push_back(named.name);
  }
  return names;
}

std::vector<Condition> understand(std::span<const Where> wheres, const Schema& schema,
                                  std::span<const Vocabulary> vocabularies) {
  std::vector<Condition> conditions;
  for (const Where& where : wheres) {
    const Named named = quantity_named(where, schema);
    conditions.push_back(
        {named.field, named.quantity,
         keys_of(where, schema.fields[named.field], vocabularies[named.field].names()), named.name,
         where.text});
  }
  refuse_contradictions(conditions);
  return conditions;
}

std::optional<Condition> understand_if_there(const Where& where, const Schema& schema) {
  const auto named = find_quantity(where, schema);
  if (!named) {
    return std::nullopt;
  }
  Condition condition = {named->field, named->quantity,
                         keys_of(where, schema.fields[named->field], {}), named->name, where.text};
  refuse_contradictions({&condition, 1});
  return condition;
}

void check_conditions(std::span<const Where> wheres, const Schema& schema) {
  std::vector<Condition> conditions;
  for (const Where& where : wheres) {
    const Named named = quantity_named(where, schema);
    const Field& field = schema.fields[named.field];
    if (field.kind != FieldKind::kCategory || !field.values.empty()) {
      conditions.push_back({named.field, named.quantity, keys_of(where, field, field.values),
                            named.name, where.text});
    }
  }
  refuse_contradictions(conditions);
}

}  // namespace tracetwin
