#include <algorithm>

#include "netshare/fields.h"

namespace tracetwin::netshare {
namespace {

using Fields = std::vector<FieldSpec>;

FieldSpec field(std::string_view name, FieldType type, Encoding encoding) {
  FieldSpec spec;
  spec.name = name;
  spec.columns = spec.names = {spec.name};
  spec.type = type;
  spec.encoding = encoding;
  return spec;
}

FieldSpec word(std::string_view name, FieldType type, std::string_view group) {
  FieldSpec spec = field(name, type, Encoding::kWord2vec);
  spec.group = group;
  return spec;
}

FieldSpec address(std::string_view name, const Implied& implied) {
  constexpr std::uint32_t kBits = 32;
  if (implied.word2vec_addresses) {
    return word(name, FieldType::kInteger, "ip");
  }
  FieldSpec spec = field(name, FieldType::kInteger, Encoding::kBit);
  spec.n_bits = kBits;
  return spec;
}

FieldSpec number(std::string_view name, const Implied& implied) {
  FieldSpec spec = field(name, FieldType::kInteger, Encoding::kContinuous);
  spec.normalization = implied.normalization;
  return spec;
}

FieldSpec number(std::string_view name, double min, double max, const Implied& implied) {
  FieldSpec spec = number(name, implied);
  spec.min = min;
  spec.max = max;
  return spec;
}

FieldSpec logarithmic(std::string_view name, FieldType type, const Implied& implied) {
  FieldSpec spec = number(name, implied);
  spec.type = type;
  spec.log1p = true;
  return spec;
}

FieldSpec category(std::string_view name, std::vector<std::string> choices = {}) {
  FieldSpec spec = field(name, FieldType::kString, Encoding::kCategorical);
  spec.choices = std::move(choices);
  return spec;
}

FieldSpec category_if_there(std::string_view name) {
  FieldSpec spec = category(name);
  spec.optional = true;
  return spec;
}

Fields of_packets(const Implied& implied) {
  constexpr double kLeastLength = 20, kMostLength = 1500;
  Fields fields = {implied.is_private ? number("pkt_len", kLeastLength, kMostLength, implied)
                                      : number("pkt_len", implied)};
  if (implied.full_ip_header) {
    FieldSpec flag = category("flag", {"0", "1", "2"});
    flag.type = FieldType::kInteger;
    fields.insert(fields.end(),
                  {number("tos", 0, 255, implied), number("id", 0, 65535, implied), flag,
                   number("off", 0, 8191, implied), number("ttl", 1, 255, implied)});
  }
  return fields;
}

Fields of_flows(const Implied& implied) {
  return {logarithmic("td", FieldType::kFloat, implied),
          logarithmic("pkt", FieldType::kInteger, implied),
          logarithmic("byt", FieldType::kInteger, implied), category_if_there("label"),
          category_if_there("type")};
}

Fields of_zeek(const Implied& implied) {
  Fields fields = {logarithmic("duration", FieldType::kFloat, implied)};
  for (const std::string_view name : {"orig_bytes", "resp_bytes", "missed_bytes", "orig_pkts",
                                      "orig_ip_bytes", "resp_pkts", "resp_ip_bytes"}) {
    fields.push_back(logarithmic(name, FieldType::kInteger, implied));
  }
  fields.push_back(category("service"));
  fields.push_back(category("conn_state", {"S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR",
                                           "RSTOS0", "RSTRH", "SH", "SHR", "OTH"}));
  return fields;
}

struct Row {
  Format format;
  Fields (*timeseries)(const Implied& implied);
};
constexpr Row kRows[] = {
    {Format::kPcap, of_packets}, {Format::kNetflow, of_flows}, {Format::kZeek, of_zeek}};

const Row* row_of(Format format) {
  const auto* found = std::find_if(std::begin(kRows), std::end(kRows),
                                   [&](const Row& row) { return row.format == format; });
  return found == std::end(kRows) ? nullptr : found;
}

}  // namespace

std::optional<Fields> implied_metadata(Format format, const Implied& implied) {
  if (row_of(format) == nullptr) {
    return std::nullopt;
  }
  return Fields{address("srcip", implied), address("dstip", implied),
                word("srcport", FieldType::kInteger, "port"),
                word("dstport", FieldType::kInteger, "port"),
                word("proto", FieldType::kString, "proto")};
}

std::optional<Fields> implied_timeseries(Format format, const Implied& implied) {
  const Row* row = row_of(format);
  return row == nullptr ? std::nullopt : std::optional(row->timeseries(implied));
}

}  // namespace tracetwin::netshare
