#include "encode/impossible.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "encode/conversations.h"
#include "encode/flow_rows.h"

namespace tracetwin {
namespace {

constexpr std::uint64_t kMostBytesPerPacket = 1500;
constexpr int kLooks = 8;
/// Fields of TCP alone; their last code says that there is none.
constexpr std::array<std::string_view, 2> kTcpFields = {"tcp", "tcp_options"};

/// What the rules ask about the values behind one code.
struct Traits {
  bool zero = false;     ///< some value is 0
  bool nonzero = false;  ///< some is not
  bool v4 = false;
  bool v6 = false;
  bool one_packet = false;
  bool more_packets = false;
  double least_mean = 1e18;  ///< bytes a packet
  double most_mean = 0;
  std::vector<std::uint8_t> protocols;
  bool tcp = false;  ///< what TCP does
  bool other = false;
};

void note_packets(std::uint64_t packets, Traits& traits) {
  traits.one_packet = traits.one_packet || packets <= 1;
  traits.more_packets = traits.more_packets || packets > 1;
}

void note(const Field& field, Key value, Traits& traits) {
  const FieldKind kind = field.kind;
  traits.zero = traits.zero || value == 0;
  traits.nonzero = traits.nonzero || value != 0;
  if (kind == FieldKind::kAddress) {
    (address_of(value).is_v4() ? traits.v4 : traits.v6) = true;
  } else if (kind == FieldKind::kProtocol) {
    traits.protocols.push_back(static_cast<std::uint8_t>(value));
  } else if (kind == FieldKind::kSize) {
    const std::uint64_t packets = std::max<std::uint64_t>(1, first_of(value));
    const double mean = static_cast<double>(second_of(value)) / static_cast<double>(packets);
    traits.least_mean = std::min(traits.least_mean, mean);
    traits.most_mean = std::max(traits.most_mean, mean);
    note_packets(packets, traits);
  } else if (kind == FieldKind::kShape) {
    note_packets(first_of(value) + second_of(value), traits);
  } else if (kind == FieldKind::kCode) {
    (value + 1 == field.cells ? traits.other : traits.tcp) = true;
  }
}

/// Of every token the first and the last cell are looked at, too: where values of other traits are.
std::vector<Traits> traits_of(const Field& field, const Vocabulary& vocabulary) {
  Random random(0);
  std::vector<Traits> traits(vocabulary.cells());
  const auto look_at = [&](Key value) { note(field, value, traits[vocabulary.encode(value)]); };
  for (std::size_t i = 0; i < vocabulary.tokens().size(); ++i) {
    const Vocabulary::Token& token = vocabulary.tokens()[i];
    look_at(vocabulary.codec().draw(token.level, token.cell, random));
    look_at(vocabulary.codec().draw(token.level, token.cell + token.span - 1, random));
    for (int look = 0; look < kLooks; ++look) {
      look_at(vocabulary.draw(static_cast<std::uint16_t>(i), random));
    }
  }
  return traits;
}

bool any_protocol(const Traits& traits, const std::function<bool(std::uint8_t)>& rule) {
  return std::any_of(traits.protocols.begin(), traits.protocols.end(), rule);
}

bool port_fits(const Traits& port, const Traits& protocol) {
  return any_protocol(protocol, [&](std::uint8_t proto) {
    const bool message = proto == kIcmp || proto == kIcmpV6;
    return message || (has_ports(proto) ? port.nonzero : port.zero);
  });
}

bool address_fits(const Traits& address, const Traits& protocol) {
  return any_protocol(protocol, [&](std::uint8_t proto) {
    return proto == kIcmp ? address.v4 : proto != kIcmpV6 || address.v6;
  });
}

bool size_fits(const Traits& protocol, const Traits& size) {
  return size.least_mean <= kMostBytesPerPacket && any_protocol(protocol, [&](std::uint8_t proto) {
           FiveTuple tuple;
           tuple.src = IpAddress::v4(0);
           tuple.proto = proto;
           return size.most_mean >= static_cast<double>(least_packet_bytes(tuple));
         });
}

bool duration_fits(const Traits& duration, const Traits& packets) {
  return packets.more_packets || duration.zero;
}

bool tcp_fits(const Traits& protocol, const Traits& tcp) {
  return any_protocol(protocol,
                      [&](std::uint8_t proto) { return proto == kTcp ? tcp.tcp : tcp.other; });
}

bool families_fit(const Traits& a, const Traits& b) {
  return (a.v4 && b.v4) || (a.v6 && b.v6);
}

using Rule = bool (*)(const Traits& a, const Traits& b);

/// The rule for two fields in the order of every schema, if there is one.
std::optional<Rule> rule_for(const Field& a, const Field& b) {
  const auto are = [&](FieldKind first, FieldKind second) {
    return a.kind == first && b.kind == second;
  };
  if (are(FieldKind::kAddress, FieldKind::kAddress)) {
    return families_fit;
  }
  if (are(FieldKind::kAddress, FieldKind::kProtocol)) {
    return address_fits;
  }
  if (are(FieldKind::kPort, FieldKind::kProtocol)) {
    return port_fits;
  }
  if (are(FieldKind::kProtocol, FieldKind::kSize)) {
    return size_fits;
  }
  if (are(FieldKind::kProtocol, FieldKind::kCode) &&
      std::ranges::find(kTcpFields, b.name) != kTcpFields.end()) {
    return tcp_fits;
  }
  if (are(FieldKind::kDuration, FieldKind::kSize) || are(FieldKind::kDuration, FieldKind::kShape)) {
    return duration_fits;
  }
  return std::nullopt;
}

/// Codes that a rule leaves no partner keep all.
void keep_partners(ImpossiblePair& pair, std::size_t rows, std::size_t columns) {
  const std::vector<bool> all = pair.cells;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = all.begin() + static_cast<std::ptrdiff_t>(i * columns);
    if (std::all_of(row, row + static_cast<std::ptrdiff_t>(columns), [](bool no) { return no; })) {
      std::fill_n(pair.cells.begin() + static_cast<std::ptrdiff_t>(i * columns), columns, false);
    }
  }
  for (std::size_t j = 0; j < columns; ++j) {
    bool none = true;
    for (std::size_t i = 0; i < rows; ++i) {
      none = none && all[i * columns + j];
    }
    for (std::size_t i = 0; none && i < rows; ++i) {
      pair.cells[i * columns + j] = false;
    }
  }
}

}  // namespace

std::vector<ImpossiblePair> impossible_pairs(const Schema& schema,
                                             const std::vector<Vocabulary>& vocabularies) {
  std::vector<std::vector<Traits>> traits;
  for (std::size_t f = 0; f < vocabularies.size(); ++f) {
    traits.push_back(traits_of(schema.fields[f], vocabularies[f]));
  }
  std::vector<ImpossiblePair> pairs;
  const std::size_t standard = std::min(traits.size(), standard_fields(schema.kind).size());
  for (std::uint32_t b = 0; !schema.events && b < standard; ++b) {
    for (std::uint32_t a = 0; a < b; ++a) {
      const auto rule = rule_for(schema.fields[a], schema.fields[b]);
      if (!rule) {
        continue;
      }
      ImpossiblePair pair{a, b, {}};
      for (const Traits& first : traits[a]) {
        for (const Traits& second : traits[b]) {
          pair.cells.push_back(!(*rule)(first, second));
        }
      }
      keep_partners(pair, traits[a].size(), traits[b].size());
      if (std::find(pair.cells.begin(), pair.cells.end(), true) != pair.cells.end()) {
        pairs.push_back(std::move(pair));
      }
    }
  }
  return pairs;
}

}  // namespace tracetwin
